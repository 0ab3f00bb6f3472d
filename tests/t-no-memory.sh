#!/bin/sh
# Row 55: the k-th allocation fails.  Programs that test each malloc(3) by eye
# have written half a file, or taken an empty answer for none.  Ours may end,
# in order or at once; the next pass must give what an undisturbed run gives.
. tests/lib.sh
. tests/core.sh
isolate
core_setup
if [ -n "${SANITIZED:-}" ]; then
	skip "row 55: no memory" "the sanitizer has an allocator of its own"
	finish
fi

# short_of K COMMAND...: without its K-th allocation.  A status that we
# document, or a fault where json-c does not test its own.
short_of() {
	k=$1
	shift
	(
		export LD_PRELOAD="$B/test/shim.so"
		export SHIM_FAIL="malloc ENOMEM $k"
		"$@"
	)
	status=$?
	case $status in
	0 | 1 | 6 | 8 | 134 | 139) ok "without allocation $k: status $status" ;;
	*) not_ok "without allocation $k: status $status" ;;
	esac
}

# The process core alone.
core() {
	"$SUP" -l "$LIBEXEC" -1 -o stop_after=300 'extract=start exit=0' \
	    'consolidate=start err=words' >"$OUT" 2>"$LOG"
}
for k in 60 90 120 150 180 210 240 270 300 330 360 400 450 500; do
	short_of "$k" core
	check "and no process is left" wait_until 12 no_orphans fakeworker
done

# A whole pass, and the one after it.
. tests/world.sh
export MNEMOD_TEST_GRACE_MS=1000
made() {
	root_digest | grep -v "MEMORY.md\|memory_summary.md"
}
one_pass() {
	mn -1 --yes
}
world_new
world_fill tests/data/codex
mn -1 --yes
made >"$T/want"
check "an undisturbed run made something" [ -s "$T/want" ]
for k in 300 1100 4000 7000 9000 11000 12500 13545 15000 17000 19500 21000; do
	world_new
	world_fill tests/data/codex
	short_of "$k" one_pass
	check "$k: no process is left" wait_until 12 no_orphans \
	    mnemod mnemod-extract mnemod-agent mnemod-wspace
	NOW=2026-11-23T14:00:00Z
	mn -1 --yes
	check "$k: the next pass gets through" [ $? -eq 0 ]
	NOW=2026-11-23T12:00:00Z
	made >"$T/got"
	check "$k: and gives what an undisturbed run gives" \
	    cmp -s "$T/want" "$T/got"
	world_clean "$k"
done

# Who only looks.
for k in 250 400 800 1600 3200; do
	short_of "$k" "$B/test/mnemoctl" status >/dev/null 2>"$T/err"
done
finish
