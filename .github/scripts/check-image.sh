#!/usr/bin/env bash
# Runs an image hardened as in production, without network access, and sends requests to it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

image=${1:?usage: $0 IMAGE}
version=$(.github/scripts/release.sh version)
limit_mib=40

container=$(docker run --detach --read-only --cap-drop ALL --security-opt no-new-privileges \
    --publish 127.0.0.1::5000 "$image" demo)
finish() {
    status=$?
    [[ $status == 0 ]] || docker logs "$container" || true
    docker rm --force --volumes "$container" >/dev/null
}
trap finish EXIT
address=http://$(docker port "$container" 5000/tcp | head -n 1)

ask() {
    curl --silent --show-error --fail --max-time 10 --retry 30 --retry-all-errors --retry-delay 1 "$address$1"
}

expect() {
    local found
    found=$(ask "$1")
    if [[ $found != "$2" ]]; then
        echo "$0: $1 answers $found, not $2" >&2
        exit 1
    fi
}

expect /version "{\"Version\":\"$version\"}"
expect /health '{"status":"OK"}'
ask /readyz >/dev/null
ask /routez >/dev/null
ask /temperature
docker exec "$container" /usr/local/bin/hivebox healthcheck

bytes=$(docker image inspect --format '{{.Size}}' "$image")
echo "$image: $((bytes / 1024 / 1024)) MiB"
if ((bytes > limit_mib * 1024 * 1024)); then
    echo "$0: the image is larger than $limit_mib MiB" >&2
    exit 1
fi
