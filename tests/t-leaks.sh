#!/bin/sh
# Leaks cannot be looked for inside the sandbox, which refuses what the
# sanitizer does: one whole pass without it, every process checked at its end.
. tests/lib.sh
isolate
. tests/world.sh

if [ -z "${SANITIZED:-}" ]; then
	skip "a pass without leaks" "not a sanitizer build"
	echo "ok - nothing to do"
	passed=1
	finish
fi
export ASAN_OPTIONS=detect_leaks=1:exitcode=99
export LSAN_OPTIONS="suppressions=$PWD/tests/lsan.supp:print_suppressions=0"
world_new
world_fill tests/data/codex
mn -1 --yes -o sandbox=off
check "a pass: exit status 0" [ $? -eq 0 ]
check "a missing sandbox is not silent" has 'no complete sandbox' "$LOG"
check "no process leaks" has_not 'LeakSanitizer\|exit status 99' "$LOG"
mn --dry-run -o sandbox=off >"$T/out"
check "a dry run: exit status 0" [ $? -eq 0 ]
check "a dry run leaks nothing" has_not LeakSanitizer "$LOG"
mn -n >"$T/out"
check "the configuration leaks nothing" has_not LeakSanitizer "$LOG"
finish
