#!/bin/sh
# run.sh [UNIT ...] -- [SCRIPT ...]: run unit programs and shell tests, add up
# their closing lines and end with one of our own.  A test that prints no
# closing line has failed.
set -u

passed=0 failed=0 skipped=0
log=$B/test/log
mkdir -p "$log"

# run NAME COMMAND...
run() {
	name=$1
	shift
	"$@" >"$log/$name" 2>&1 </dev/null
	status=$?
	line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed' "$log/$name" |
	    tail -n 1)
	p=$(printf '%s' "$line" | sed -n 's/^\([0-9]*\) passed.*/\1/p')
	f=$(printf '%s' "$line" | sed -n 's/.* \([0-9]*\) failed.*/\1/p')
	s=$(printf '%s' "$line" | sed -n 's/.* \([0-9]*\) skipped.*/\1/p')
	if [ "$status" -ne 0 ] && [ "${f:-0}" -eq 0 ] || [ -z "$line" ]; then
		f=$((${f:-0} + 1))
	fi
	passed=$((passed + ${p:-0}))
	failed=$((failed + f))
	skipped=$((skipped + ${s:-0}))
	printf '%-28s %4d passed' "$name" "${p:-0}"
	[ "${s:-0}" -eq 0 ] || printf ', %d skipped' "$s"
	if [ "$f" -ne 0 ]; then
		printf ', %d FAILED (status %d):\n' "$f" "$status"
		tail -n 40 "$log/$name" | sed 's/^/    /'
	else
		echo
		grep -a '^skip' "$log/$name" | sed 's/^/    /' || :
	fi
}

# Leaks are found in unit programs and in t-leaks.sh: a worker's sandbox
# refuses what the leak checker needs.
if [ -n "${SANITIZED:-}" ]; then
	export ASAN_OPTIONS=handle_segv=0:detect_leaks=1
	export LSAN_OPTIONS="suppressions=$PWD/tests/lsan.supp:print_suppressions=0"
fi
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	run "$1" "$B/test/$1"
	shift
done
[ $# -eq 0 ] || shift
[ -z "${SANITIZED:-}" ] || export ASAN_OPTIONS=handle_segv=0:detect_leaks=0
for t; do
	run "$(basename "$t" .sh)" sh "$t"
done

if [ "$skipped" -ne 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
