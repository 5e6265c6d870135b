#!/usr/bin/env bash
# Checks that version, changelog, deployment files and tags agree. Run it in a checkout with all
# tags.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"

fail() {
    echo "$0: $*" >&2
    exit 1
}

version() {
    sed -n '/^\[workspace\.package\]$/,/^\[/s/^version = "\(.*\)"$/\1/p' Cargo.toml
}

# The section of the version in the changelog, without its heading.
notes() {
    awk -v heading="## $(version) " '/^## / { inside = index($0, heading) == 1; next } inside' CHANGELOG.md
}

# Every mention of the version in deploy/: images, Compose's default, the Helm chart.
named_in_deploy() {
    git grep -hoE '(ghcr\.io/[a-z0-9_.-]+/hivebox:|HIVEBOX_VERSION:-|^appVersion: "?)[0-9][0-9A-Za-z.]*' -- deploy |
        tr -d ' "' | sort -u
}

check() {
    local version named tag newest
    version=$(version)
    [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "Cargo.toml has no version such as 1.2.3, but '$version'"
    grep -A1 '^name = "hivebox"$' Cargo.lock | grep -qxF "version = \"$version\"" ||
        fail "Cargo.lock has another version of hivebox than Cargo.toml ($version): run cargo build, commit it"
    grep -qE "^## ${version//./\\.} \([0-9]{4}-[0-9]{2}-[0-9]{2}\)$" CHANGELOG.md ||
        fail "CHANGELOG.md has no section '## $version (YYYY-MM-DD)': date it, or raise the version in Cargo.toml"
    [[ -n $(notes) ]] || fail "the section of $version in CHANGELOG.md is empty"
    # This commit must deploy the image built from it.
    for named in $(named_in_deploy); do
        [[ ${named##*[^0-9a-zA-Z.]} == "$version" ]] || fail "deploy/ names '$named', but the version is $version"
    done
    tag=v$version
    if git rev-parse --quiet --verify "refs/tags/$tag" >/dev/null; then
        [[ $(git rev-parse "$tag^{commit}") == $(git rev-parse HEAD) ]] ||
            fail "$tag was released from another commit: raise the version in Cargo.toml"
    fi
    newest=$({ git tag --list 'v[0-9]*'; echo "$tag"; } | sort -V | tail -n 1)
    [[ $newest == "$tag" ]] || fail "$newest is released already, which is newer than $tag"
}

case ${1-} in
    version | notes | check) "$1" ;;
    *) fail "usage: $0 version | notes | check" ;;
esac
