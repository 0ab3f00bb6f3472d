#!/bin/sh
# run.sh [UNIT ...] -- [SCRIPT ...]: run unit programs and shell tests, three
# at a time (JOBS; most wait most of the time), add up their closing lines and
# end with one of our own.  A test that prints no closing line has failed.
set -u

log=$B/test/log
mkdir -p "$log"

# told LOG: what a failed test said of what failed, and how it ended.
told() {
	grep -aE '^not ok|:[FE]:' "$1" | head -n 20 | sed 's/^/    /'
	tail -n 40 "$1" | sed 's/^/    /'
}

# one NAME COMMAND...: run it, tell how it went, leave the sums in a file.
one() {
	name=$1
	shift
	began=$(cut -d. -f1 /proc/uptime)
	"$@" >"$log/$name" 2>&1 </dev/null
	status=$?
	took=$(($(cut -d. -f1 /proc/uptime) - began))
	line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed' "$log/$name" |
	    tail -n 1)
	p=$(printf '%s' "$line" | sed -n 's/^\([0-9]*\) passed.*/\1/p')
	f=$(printf '%s' "$line" | sed -n 's/.* \([0-9]*\) failed.*/\1/p')
	s=$(printf '%s' "$line" | sed -n 's/.* \([0-9]*\) skipped.*/\1/p')
	if [ "$status" -ne 0 ] && [ "${f:-0}" -eq 0 ] || [ -z "$line" ]; then
		f=$((${f:-0} + 1))
	fi
	echo "${p:-0} $f ${s:-0}" >"$log/$name.sum"
	printf '%-28s %4d s %5d passed' "$name" "$took" "${p:-0}"
	[ "${s:-0}" -eq 0 ] || printf ', %d skipped' "$s"
	if [ "$f" -ne 0 ]; then
		printf ', %d FAILED (status %d):\n' "$f" "$status"
		told "$log/$name"
	else
		echo
		grep -a '^skip' "$log/$name" | sed 's/^/    /' || :
	fi
}

# A unit program by its name, or a script by its path; what is told is told
# in one piece.
if [ "${1:-}" = --one ]; then
	case $2 in
	*.sh) name=$(basename "$2" .sh) run="sh $2" ;;
	*) name=$2 run="${UNDER:-} $B/test/$2" ;;
	esac
	# Leaks are found in unit programs and in t-leaks.sh: a worker's
	# sandbox refuses what the leak checker needs.
	if [ -n "${SANITIZED:-}" ]; then
		case $2 in *.sh) leaks=0 ;; *) leaks=1 ;; esac
		export ASAN_OPTIONS=handle_segv=0:detect_leaks=$leaks
		export CK_TIMEOUT_MULTIPLIER="${CK_TIMEOUT_MULTIPLIER:-4}"
		export LSAN_OPTIONS="suppressions=$PWD/tests/lsan.supp:print_suppressions=0"
	fi
	# shellcheck disable=SC2086
	one "$name" $run >"$log/$name.told"
	cat "$log/$name.told"
	exit 0
fi

rm -f "$log"/*.sum
for t; do
	[ "$t" = -- ] || printf '%s\n' "$t"
done >"$log/all"
# The longest begin first, so that none of them is alone at the end.
long='tests/t-kill\.sh|tests/t-disk\.sh|tests/t-kill-again\.sh|check_edits'
long="^($long|check_publish|tests/t-backup\.sh|tests/t-adopt\.sh)\$"
{ grep -E "$long" "$log/all"; grep -vE "$long" "$log/all"; } |
    xargs -P "${JOBS:-3}" -n 1 sh "$0" --one

passed=0 failed=0 skipped=0
while IFS= read -r t; do
	sum=$log/$(basename "$t" .sh).sum
	read -r p f s <"$sum" || p=0 f=1 s=0
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done <"$log/all"
# Once more at the end, where one who has only the end looks.
[ "$failed" -eq 0 ] || while IFS= read -r t; do
	name=$(basename "$t" .sh)
	grep -q '^[0-9]* 0 ' "$log/$name.sum" 2>/dev/null || {
		echo "failed: $name"
		told "$log/$name"
	}
done <"$log/all"
if [ "$skipped" -ne 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
