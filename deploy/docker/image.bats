#!/usr/bin/env bats
# Runs the image as a container engine would: as its user, on a read-only root, without privileges. Only the
# network is that of the machine. `cargo xtask deploy` runs this file as root, with these variables:
#
#     IMAGE_ROOT     the unpacked image
#     IMAGE_CONFIG   its configuration in Docker's format, as JSON
#     IMAGE_VERSION  the version in Cargo.toml

# Arguments: the root, the data folder, the file for the process id, the user, the command.
# shellcheck disable=SC2016 # the inner shell expands this
enter='
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
mount --bind "$2" "$1/var/lib/hivebox"
mount --bind /proc "$1/proc"
mount --bind /dev "$1/dev"
echo $$ >"$3"
root=$1 user=$4
shift 4
exec setpriv --no-new-privs chroot --userspec="$user" --groups="${user#*:}" "$root" "$@"'

setup_file() {
    export root=$BATS_FILE_TMPDIR/root data=$BATS_FILE_TMPDIR/data
    cp -a "$IMAGE_ROOT" "$root"
    # Container engines add these to every container.
    mkdir "$root/proc" "$root/dev"
    chmod 755 "$root"
    cp -a "$root/var/lib/hivebox" "$data"
    # A static program has its own resolver; this name proves that it works without libraries. The loopback
    # address is our own, so that port 53 is free.
    export host=opensensemap.hivebox.test name_server=127.53.$((BASHPID / 256 % 256)).$((BASHPID % 256))
    echo "nameserver $name_server" >"$root/etc/resolv.conf"
    dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --user=root --no-resolv --no-hosts \
        --bind-interfaces --listen-address="$name_server" --address="/$host/127.0.0.1" 3>&- &
    export dnsmasq=$!
    read -r upstream service < <(python3 -c 'import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(each.getsockname()[1] for each in sockets))')
    export upstream service
}

teardown_file() {
    for process in simulate serve; do
        kill -9 "$(cat "$BATS_FILE_TMPDIR/$process.pid")" || true
    done
    kill "$dnsmasq"
}

setup() {
    user=$(jq --raw-output .User "$IMAGE_CONFIG")
    mapfile -t variables < <(jq --raw-output '.Env[]' "$IMAGE_CONFIG")
    mapfile -t entrypoint < <(jq --raw-output '.Entrypoint[]' "$IMAGE_CONFIG")
    mapfile -t healthcheck < <(jq --raw-output '.Healthcheck.Test[2:][]' "$IMAGE_CONFIG")
    variables+=("HIVEBOX_LISTEN=127.0.0.1:$service" "HIVEBOX_UPSTREAM=http://$host:$upstream" HIVEBOX_DRAIN_DELAY=1s)
}

# in_image NAME ARGUMENTS…: runs the program; NAME is that of the file for its process id.
in_image() {
    local name=$1
    shift
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "${variables[@]}" unshare --mount --propagation=private \
        sh -euc "$enter" sh "$root" "$data" "$BATS_FILE_TMPDIR/$name.pid" "$user" "${entrypoint[@]}" "$@" 3>&-
}

is_healthy() {
    in_image healthcheck "${healthcheck[@]}" "$@"
}

# start NAME CHECK ARGUMENTS…: starts the program in the background and waits until its health check succeeds.
start() {
    local name=$1 check=$2 log=$BATS_FILE_TMPDIR/$1.log
    shift 2
    {
        in_image "$name" "$@" >"$log" 2>&1 && code=0 || code=$?
        echo "$code" >"$BATS_FILE_TMPDIR/$name.code"
    } 3>&- &
    for _ in $(seq 600); do
        # shellcheck disable=SC2086 # words
        if is_healthy $check; then return; fi
        if ! kill -0 $!; then break; fi
        sleep 0.2
    done
    cat "$log"
    return 1
}

ask() {
    curl --disable --silent --show-error --fail --max-time 90 "http://127.0.0.1:$service$1"
}

@test "the image declares health check, stop signal and version" {
    [ "$(jq --compact-output .Healthcheck.Test "$IMAGE_CONFIG")" = '["CMD","/usr/local/bin/hivebox","healthcheck"]' ]
    [ "$(jq --raw-output .StopSignal "$IMAGE_CONFIG")" = SIGTERM ]
    [ "$(jq --raw-output '.Labels["org.opencontainers.image.version"]' "$IMAGE_CONFIG")" = "$IMAGE_VERSION" ]
}

@test "the program writes to its data folder only" {
    in_image write simulate --stations 1 --dump /var/lib/hivebox/written
    for file in /etc/written /usr/local/bin/hivebox; do
        run in_image write simulate --stations 1 --dump "$file"
        [ "$status" -ne 0 ]
        [[ $output == *'Read-only file system'* ]]
    done
}

@test "the health check fails while nothing runs" {
    run is_healthy
    [ "$status" -ne 0 ]
}

@test "the service becomes ready, with an upstream found by name" {
    start simulate "--listen 127.0.0.1:$upstream --path /_sim/" simulate --listen "127.0.0.1:$upstream" --stations 200
    mapfile -t command < <(jq --raw-output '.Cmd[]' "$IMAGE_CONFIG")
    start serve '--path /readyz' "${command[@]}"
    is_healthy
}

@test "the service has no privileges" {
    status=$(cat "/proc/$(cat "$BATS_FILE_TMPDIR/serve.pid")/status")
    for id in Uid Gid; do
        grep -P "^$id:\t65532\t65532\t65532\t65532$" <<<"$status"
    done
    for set in CapEff CapPrm CapAmb; do
        grep -P "^$set:\t0+$" <<<"$status"
    done
}

@test "the service answers" {
    [ "$(ask /version)" = "{\"Version\":\"$IMAGE_VERSION\"}" ]
    ask /temperature | grep 'Average temperature'
}

@test "snapshots are in the volume" {
    ask /store
    find "$data" -name '*.parquet' | grep .
}

@test "SIGTERM ends the service successfully, after its drain delay" {
    started=$(date +%s%N)
    kill -TERM "$(cat "$BATS_FILE_TMPDIR/serve.pid")"
    for _ in $(seq 1200); do
        if [ -s "$BATS_FILE_TMPDIR/serve.code" ]; then break; fi
        sleep 0.1
    done
    [ $(($(date +%s%N) - started)) -ge 1000000000 ]
    [ "$(cat "$BATS_FILE_TMPDIR/serve.code")" = 0 ]
    run is_healthy
    [ "$status" -ne 0 ]
}
