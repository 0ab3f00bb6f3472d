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

# In each worker, once, or from then on: a pass that waits is stopped.
. tests/faults.sh
ERRORS=ENOMEM
END='0 1 7 8'
SAID='mnemod: \(warning\|fatal\): '
scene_made
for p in mnemod-extract mnemod-wspace mnemod-agent; do
	campaign $p malloc stopped_pass 3
done
# json-c goes on without a member whose name it could not keep; a message that
# lacks one must not be taken for a whole one.
END='0 1 7 8 134 139'
SAID='mnemod: \(warning\|fatal\): '
campaign mnemod strdup stopped_pass 4
END='0 1 7 8'

# What a person asks for, alone or of a supervisor.
asked() {
	timeout -s KILL 60 "$B/test/mnemoctl" -o now="$NOW" "$@" \
	    >"$T/out" 2>"$T/err"
}
# asked_short COMMAND...: at some of the allocations that it makes.
asked_short() {
	without mnemoctl malloc ENOMEM 100000000 asked "$@"
	of=$calls sound=1 n=0
	for k in $(some "$of" 2); do
		n=$((n + 1))
		without mnemoctl malloc ENOMEM "$k" asked "$@"
		case $status in
		0 | 134 | 139) continue ;;
		[1-8]) [ ! -s "$T/err" ] || continue ;;
		esac
		sound=0
		not_ok "$1 without allocation $k: status $status"
	done
	check "$1: $n times without one of $of" [ $sound -eq 1 ]
}
several_asked() {
	for c in status jobs agents history diff check usage doctor; do
		asked_short "$c"
	done
	asked_short search make
	asked_short remember "A note."
	asked_short backup --force "$W/backup.tar"
}
NOW=$NOON
scene
several_asked
mn_start
wait_until 20 [ -S "$W/run/mnemod/control.sock" ]
several_asked
mn_stop
check "the supervisor goes on all the while" [ $? -eq 0 ]
asked backup --force "$W/backup.tar"
asked_short -s "$W/other" restore --force "$W/backup.tar"
asked -s "$W/other" restore --force "$W/backup.tar"
check "restored in the end" [ $? -eq 0 ]
NOW=$LATER
a_pass
check "and all is well" well

# In the gateway: what was asked counts, and is asked again, after a while if
# the provider is held.
. tests/model.sh
world_new
world_fill tests/data/codex
model_start 'times=0 usage=100,0,50,0 stage_one'
model_conf responses
NOW=2026-11-23T12:00:00Z
without mnemod-gateway malloc ENOMEM 100000000 a_pass
of=$calls
after() {
	NOW=2026-11-23T16:00:00Z
	a_pass
	NOW=2026-11-23T20:00:00Z
	a_pass
}
after
outputs=$(sql 'select count(*) from stage1_outputs')
for k in $(some "$of" 3); do
	rm -rf "$STATE" "$ROOT"
	NOW=2026-11-23T12:00:00Z
	without mnemod-gateway malloc ENOMEM "$k" a_pass
	case $status in
	0 | 1 | 8) ok "gateway without $k of $of: status $status" ;;
	*) not_ok "gateway without $k of $of: status $status" ;;
	esac
	check "$k: no process is left" wait_until 12 no_process
	after
	check "$k: a later pass gets through" [ $? -eq 0 ]
	check "$k: nothing is open, and all is there" [ "$(sql 'select
	    (select count(*) from model_requests where settled_at is null),
	    (select count(*) from stage1_outputs)')" = "0|$outputs" ]
done
model_stop
finish
