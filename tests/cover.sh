#!/bin/sh
# cover.sh [UNIT ...] -- [SCRIPT ...]: run the tests in a build that counts,
# then say what they do not reach.  The counters of a program lie in a file of
# $B/raw that is mapped before its sandbox closes, so that they hold what a
# worker did until it was killed.
set -eu

raw=$B/raw
rm -rf "$raw"
mkdir -p "$raw"
chmod 1777 "$raw"
# Tests run them as other users, too.
for p in "$B"/mnemod "$B"/mnemoctl "$B"/libexec/* "$B"/test/mnemod \
    "$B"/test/mnemoctl "$B"/test/libexec/*; do
	"$p" -h </dev/null >/dev/null 2>&1 || :
done
chmod a+rw "$raw"/*

# The n-th call that a test lets fail may be one of the counting: whether the
# tests pass is what make check says.
CK_TIMEOUT_MULTIPLIER=5 sh tests/run.sh "$@" || :

llvm-profdata merge -sparse -o "$B/counts" "$raw"/*.profraw
objects=
for p in "$B"/mnemod "$B"/mnemoctl "$B"/libexec/* "$B"/test/supdriver \
    "$B"/test/ctlpoke "$B"/test/check_*; do
	objects="$objects -object $p"
done
# shellcheck disable=SC2086 # a list; each main() is another function
llvm-cov export -instr-profile="$B/counts" -ignore-filename-regex=tests/ \
    $objects >"$B/export.json" 2>"$B/export.err" || {
	cat "$B/export.err"
	exit 1
}
python3 tests/cover.py "$B/export.json" tests/uncovered "$PWD/"
