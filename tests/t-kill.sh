#!/bin/sh
# kill -9 at the worst moments: peers lost half-written memories, kept jobs
# "running" for ever or paid for the same transcript twice.  The supervisor is
# killed while the agent runs, and at every crash point of stage one, stage two
# and publishing; after a restart the folder equals that of an undisturbed run
# and nothing is left behind.
. tests/lib.sh
isolate
. tests/world.sh
export MNEMOD_TEST_GRACE_MS=1000

fresh() {
	world_new
	world_fill tests/data/codex
}

outputs() {
	sql 'select count(*) from jobs where kind = "memory_stage1" and
	    status = "done"'
}

# Restart after a crash, sometimes at once, while an orphan may still live;
# the result must be the undisturbed one.
restarted() {
	[ -n "${at_once:-}" ] ||
	    check "$1: the workers are gone" wait_until 12 no_orphans \
		mnemod mnemod-extract mnemod-agent mnemod-wspace
	done=0
	[ ! -f "$STATE/state.db" ] || done=$(outputs 2>/dev/null || echo 0)
	# A worker that died cost its job a retry, an hour away.
	[ -z "${later:-}" ] || NOW=2026-11-23T14:00:00Z
	mn -1 --yes
	status=$?
	NOW=2026-11-23T12:00:00Z
	check "$1: the restart exits 0" [ $status -eq 0 ]
	claimed=$(sed -n 's/.*stage one: \([0-9]*\) claimed.*/\1/p' "$LOG")
	check "$1: nothing is extracted twice" \
	    [ $((claimed + done)) -eq "$total" ]
	check "$1: the folder is that of an undisturbed run" \
	    [ "$(root_digest)" = "$want" ]
	world_clean "$1"
}

fresh
mn -1 --yes
want=$(root_digest)
total=$(outputs)
check "the undisturbed run published" [ -n "$want" ]

# While the agent runs.
fresh
mn_start -1 --yes -o agent_hold_ms=20000
agent_up() { [ -n "$(pids_of mnemod-agent)" ]; }
wait_until 10 agent_up
sleep 0.2
kill -9 "$sup"
wait "$sup" 2>/dev/null
restarted "killed while the agent runs"

# At every crash point: the process stops there, then the supervisor, the
# process itself, or both are killed.
stopped() {
	for _p in $(pids_of mnemod mnemod-wspace mnemod-agent mnemod-extract); do
		[ "$(state_of "$_p")" != T ] || echo "$_p"
	done
}
stopped_or_over() {
	[ -n "$(stopped)" ] || is_gone "$sup"
}

# crash POINT WHOM
crash() {
	fresh
	mn_start -1 --yes -o crash_at="stop:$1"
	wait_until 20 stopped_or_over
	victim=$(stopped)
	if [ -z "$victim" ]; then
		wait "$sup"
		return 1
	fi
	case $2 in
	supervisor) kill -9 "$sup" ;;
	worker)
		# Recovery may come by the same point.
		while is_alive "$sup"; do
			for v in $(stopped); do kill -9 "$v"; done
			sleep 0.02
		done
		;;
	both) kill -9 "$sup" "$victim" 2>/dev/null ;;
	esac
	wait "$sup" 2>/dev/null
	restarted "crash at $1, $2 killed"
}

points=$(make -s --no-print-directory B="$B" crash-points)
hit=0
for p in $points; do
	if at_once=yes crash "$p" supervisor; then
		hit=$((hit + 1))
		crash "$p" both
		later=yes crash "$p" worker
	else
		echo "note: $p is not on the way of a first run"
	fi
done
check "crash points were hit" [ "$hit" -gt 10 ]
finish
