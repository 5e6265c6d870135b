#!/bin/sh
# Collects the licences of all linked code: the crates, the standard library of Rust, and the C
# library. Keeps texts that many crates share only once.
set -eu

if [ $# -ne 2 ]; then
    echo "usage: $0 TARGET OUT" >&2
    exit 64
fi
: "${CARGO_HOME:=$HOME/.cargo}"
target=$1
out=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/texts" "$work/users"
rust=$(rustc --print sysroot)/share/doc/rust

# common LICENCE: the path of its text. Rust ships those of its parts, Debian the BSD licence with
# three clauses.
common() {
    case $1 in
        BSD-3-Clause) echo /usr/share/common-licenses/BSD ;;
        *) echo "$rust/licenses/$1.txt" ;;
    esac
}

# keep CRATE TEXT
keep() {
    key=$(sha256sum <"$2" | cut -c1-64)
    cp "$2" "$work/texts/$key"
    echo "$1" >>"$work/users/$key"
}

# "name v1.2.3 (extras)|licence" for each crate except ours, which have a path after the version.
cargo tree --locked --package hivebox --features otlp --edges normal --target "$target" --prefix none \
    --format '{p}|{l}' >"$work/tree"
sed -e 's/ (\*)//' -e 's/ (proc-macro)//' -e '/ (\//d' "$work/tree" | LC_ALL=C sort -u >"$work/crates"

while IFS='|' read -r crate licence; do
    name=${crate% v*}
    found=
    for text in "$CARGO_HOME"/registry/src/*/"$name-${crate##* v}"/*; do
        case $(basename "$text" | tr '[:lower:]' '[:upper:]') in
            LICENSE* | LICENCE* | COPYING* | COPYRIGHT* | NOTICE* | UNLICENSE*)
                [ -f "$text" ] || continue
                keep "$crate" "$text"
                found=yes
                ;;
        esac
    done
    if [ -z "$found" ]; then
        # A crate without its own text gets the common texts of its licence: the first of
        # alternatives (OR), and all of a combination (AND).
        for one in $(echo "$licence" | sed -e 's/ OR .*//' -e 's/ AND / /g'); do
            keep "$crate" "$(common "$one")"
        done
    fi
done <"$work/crates"

{
    echo 'Crates that are part of this program, and their licences'
    echo
    tr '|' ' ' <"$work/crates"
    for users in "$work"/users/*; do
        printf '\n%s\n' '================================================================================'
        LC_ALL=C sort -u "$users"
        printf '%s\n\n' '--------------------------------------------------------------------------------'
        cat "$work/texts/$(basename "$users")"
    done
} >"$out/THIRD-PARTY-LICENCES.txt"

cp "$rust/COPYRIGHT-library.html" "$out/rust-standard-library.html"
cp /usr/share/doc/libc6-dev/copyright "$out/glibc.txt"
cat /usr/share/doc/libgcc-*-dev/copyright >"$out/libgcc.txt"
