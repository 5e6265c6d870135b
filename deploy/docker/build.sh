#!/bin/sh
# The build steps of the image. The Dockerfile runs them one by one; `cargo xtask deploy` runs the
# same steps without a container. Run each in the root of the repository.
set -eu

usage() {
    echo "usage: $0 manifests OUT | dependencies | binary | rootfs OUT" >&2
    exit 64
}

: "${PROFILE:=dist}"
: "${SOURCE_DATE_EPOCH:=0}"
: "${CARGO_HOME:=$HOME/.cargo}"
: "${CARGO_TARGET_DIR:=$PWD/target}"
export SOURCE_DATE_EPOCH CARGO_HOME CARGO_TARGET_DIR
target=$(rustc --print host-tuple)

# With --target, the flags apply only to the program: a procedural macro cannot be static. The same
# commit gives the same bytes in any directory: the program contains no path of the build machine.
build() {
    library=$(rustc --print sysroot)/lib/rustlib/src/rust
    commit=$(rustc --version --verbose | sed -n 's/^commit-hash: //p')
    map="--remap-path-prefix=$CARGO_HOME=/cargo --remap-path-prefix=$CARGO_TARGET_DIR=/target"
    map="$map --remap-path-prefix=$PWD=/source --remap-path-prefix=$library=/rustc/$commit"
    RUSTFLAGS="-C target-feature=+crt-static $map" \
        CFLAGS="-ffile-prefix-map=$CARGO_HOME=/cargo -ffile-prefix-map=$CARGO_TARGET_DIR=/target" \
        cargo build --locked --package hivebox --features otlp --bin hivebox --profile "$PROFILE" --target "$target"
}

# The manifests, and an empty program for each of their targets: enough to build the dependencies.
manifests() {
    {
        echo ./Cargo.toml
        echo ./Cargo.lock
        find bench crates tests xtask -name Cargo.toml -o -path '*/src/main.rs' -o -path '*/src/lib.rs' \
            -o -path 'tests/cluster/src/*.rs' -o -path '*/benches/*.rs' -o -path '*/tests/*/main.rs' -o -name build.rs ! -path '*/src/*'
    } | while read -r file; do
        mkdir -p "$1/${file%/*}"
        case $file in
            *.rs) echo 'fn main() {}' >"$1/$file" ;;
            *) cp "$file" "$1/$file" ;;
        esac
    done
}

# The empty programs are newer than the real sources, so cargo would not rebuild those.
dependencies() {
    build
    cargo clean --quiet --workspace --profile "$PROFILE" --target "$target"
}

# All files of the image: those of root, and the folder of HiveBox.
rootfs() {
    root=$1/root
    case $PROFILE in
        dev) built=debug ;;
        *) built=$PROFILE ;;
    esac
    documents="$root/usr/share/doc/hivebox"
    rm -rf "$1"
    mkdir -p "$root/etc/ssl/certs" "$root/usr/local/bin" "$root/var/lib" "$documents" "$1/data/hivebox"
    cp "$CARGO_TARGET_DIR/$target/$built/hivebox" "$root/usr/local/bin/hivebox"
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    echo 'hivebox:x:65532:65532:HiveBox:/var/lib/hivebox:/sbin/nologin' >"$root/etc/passwd"
    echo 'hivebox:x:65532:' >"$root/etc/group"
    # Without this file the C library looks for modules that a static program cannot load.
    echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
    cp LICENSE "$documents/"
    deploy/docker/licences.sh "$target" "$documents"
    chmod -R u=rwX,go=rX "$1"
    chmod 0755 "$root/usr/local/bin/hivebox"
    find "$1" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

case ${1-}/$# in
    manifests/2) manifests "$2" ;;
    dependencies/1) dependencies ;;
    binary/1) build ;;
    rootfs/2) rootfs "$2" ;;
    *) usage ;;
esac
