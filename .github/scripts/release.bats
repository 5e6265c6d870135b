#!/usr/bin/env bats
# Tests of release.sh, which decides whether a commit may be released.

setup() {
    script=$BATS_TEST_DIRNAME/release.sh
    # Git hooks set these; git would work on the repository of the hook.
    unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
    cd "$BATS_TEST_TMPDIR" || return
    printf '[workspace.package]\nversion = "1.2.0"\n[workspace.dependencies]\nx = "1"\n' >Cargo.toml
    printf '[[package]]\nname = "hivebox"\nversion = "1.2.0"\n' >Cargo.lock
    printf '# Changelog\n\n## 1.2.0 (2026-01-31)\n\n### Added\n- This.\n\n## 1.1.0 (2025-12-01)\n\n- That.\n' >CHANGELOG.md
    mkdir deploy
    printf 'image: ghcr.io/hivebox/hivebox:1.2.0\nappVersion: "1.2.0"\n' >deploy/compose.yaml
    git init --quiet
    git config commit.gpgsign false
    git config tag.gpgsign false
    commit
}

commit() {
    git add .
    git commit --quiet --allow-empty --message x
}

# Commits, and expects the script to refuse the release with this reason.
refuses() {
    commit
    run bash "$script" check
    [ "$status" -ne 0 ]
    [[ $output == *"$1"* ]] || {
        echo "expected: $1"
        echo "printed: $output"
        return 1
    }
}

@test "a commit with matching versions may be released, and again from the same commit" {
    [ "$(bash "$script" version)" = 1.2.0 ]
    [ "$(bash "$script" notes)" = $'\n### Added\n- This.' ]
    bash "$script" check
    git tag v1.1.0
    git tag v1.2.0
    bash "$script" check
}

@test "a version is released from one commit only" {
    git tag v1.2.0
    refuses "v1.2.0 was released from another commit"
}

@test "no release is older than one before it" {
    git tag v1.10.0
    refuses "v1.10.0 is released already, which is newer than v1.2.0"
}

@test "a changelog without a date stops the release" {
    sed -i s/2026-01-31/unreleased/ CHANGELOG.md
    refuses "no section '## 1.2.0 (YYYY-MM-DD)'"
}

@test "an empty section of the changelog stops the release" {
    printf '## 1.2.0 (2026-01-31)\n\n## 1.1.0 (2025-12-01)\n- That.\n' >CHANGELOG.md
    refuses "the section of 1.2.0 in CHANGELOG.md is empty"
}

@test "another version of the image in deploy/ stops the release" {
    echo 'image: ghcr.io/hivebox/hivebox:1.1.0@sha256:0' >deploy/other.yaml
    refuses "deploy/ names 'ghcr.io/hivebox/hivebox:1.1.0', but the version is 1.2.0"
}

@test "another default of Compose stops the release" {
    # shellcheck disable=SC2016 # Compose expands this, not the shell.
    echo 'image: ${HIVEBOX_VERSION:-1.1.0}' >deploy/other.yaml
    refuses "deploy/ names 'HIVEBOX_VERSION:-1.1.0', but the version is 1.2.0"
}

@test "another version of the chart stops the release" {
    echo 'appVersion: "1.1.0"' >deploy/other.yaml
    refuses "deploy/ names 'appVersion:1.1.0', but the version is 1.2.0"
}

@test "another version in Cargo.lock stops the release" {
    sed -i s/1.2.0/1.1.0/ Cargo.lock
    refuses "Cargo.lock has another version"
}

@test "a missing version in Cargo.toml stops the release" {
    printf '[package]\nversion = "1.2.0"\n' >Cargo.toml
    refuses "Cargo.toml has no version"
}
