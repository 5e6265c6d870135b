#!/usr/bin/env bats
# Tests every endpoint in the README at $HIVEBOX_URL. `cargo xtask kind test` runs this file.

# Sends a request and sets status and type; the body is in the file $body.
ask() {
    local path=$1
    shift
    body=$BATS_TEST_TMPDIR/body
    local told
    told=$(curl --disable --silent --show-error --max-time 90 --output "$body" \
        --write-out '%{http_code} %{content_type}' "$@" "$HIVEBOX_URL$path")
    status=${told%% *} type=${told#* }
}

# Sends a request and expects a status and a content type.
expect() {
    local wanted_status=$1 wanted_type=$2
    shift 2
    ask "$@"
    if [[ $status != "$wanted_status" || $type != "$wanted_type"* ]]; then
        echo "$*: $status '$type' instead of $wanted_status '$wanted_type': $(head -c 300 "$body")"
        return 1
    fi
}

# Expects JSON for which a filter of jq is true.
json() {
    local filter=$1
    shift
    expect 200 application/json "$@"
    jq --exit-status "$filter" "$body" >/dev/null || {
        echo "$*: not $filter: $(head -c 300 "$body")"
        return 1
    }
}

@test "health, liveness and readiness" {
    json '.status == "OK"' /health
    json '.status == "alive"' /livez
    json . /readyz
    json '.takes_requests == true' /routez
}

@test "root and version" {
    json '.Status == "OK"' / --header 'Accept: application/json'
    json '.Version | type == "string"' /version
}

@test "temperature, by both paths" {
    for path in /temperature /api/temperature; do
        json '."Average temperature" | type == "number" and . > -90 and . < 60' "$path"
        json '.status | length > 0' "$path"
    done
}

@test "metrics count answers" {
    expect 200 text/plain /metrics
    grep -q '^hivebox_answers_total{' "$body"
}

@test "an unknown path is a problem document" {
    expect 404 application/problem+json /no/such/path
}

@test "a snapshot can be stored in every way and read back in every format" {
    for request in 'GET /store' 'GET /api/store' 'POST /api/store' 'POST /store'; do
        # Requests within one second share a snapshot.
        json '.rows > 0' "${request#* }" --request "${request% *}"
    done
    name=$(jq --raw-output .name "$body") bytes=$(jq .bytes "$body")
    # With several replicas, another one may answer.
    json "any(.snapshots[]; .name == \"$name\")" '/api/v1/snapshots?limit=5'
    expect 200 application/vnd.apache.parquet "/api/v1/snapshots/$name"
    [ "$(stat --format %s "$body")" = "$bytes" ]
    [ "$(head -c 4 "$body")$(tail -c 4 "$body")" = PAR1PAR1 ]
    json 'type == "array" and length > 0' "/api/v1/snapshots/$name?format=json"
    expect 200 text/csv "/api/v1/snapshots/$name?format=csv"
    [ "$(wc -l <"$body")" -gt 1 ]
}
