#!/bin/sh
# kill -9 at the worst moments: peers lost half-written memories, kept jobs
# "running" for ever or paid for the same transcript twice.  The supervisor is
# killed while the agent runs, and at every crash point of stage one, stage two
# and publishing; after a restart the folder equals that of an undisturbed run
# and nothing is left behind.
. tests/lib.sh
isolate
. tests/world.sh
. tests/crash.sh
export MNEMOD_TEST_GRACE_MS=1000
LATER=2026-11-23T14:00:00Z

scene() {
	world_new
	world_fill tests/data/codex
}

scene
mn -1 --yes
want=$(root_digest)
total=$(outputs)
check "the undisturbed run published" [ -n "$want" ]

# While the agent runs.
scene
mn_start -1 --yes -o agent_hold_ms=20000
wait_until 10 agent_up
sleep 0.2
kill -9 "$sup"
wait "$sup" 2>/dev/null
restarted "killed while the agent runs"

# Those of t-adopt.sh, t-backup.sh, t-mnemoctl.sh, t-review.sh, t-kill-rest.sh
# and t-kill-asked.sh are not on the way.
elsewhere='adopt|backup|cut|metrics|model|operation|pack|purge|release|restore'
elsewhere="$elsewhere|review|status"
elsewhere="$elsewhere|store.(adopt|forget|outdate|review|settle)"
# shellcheck disable=SC2046
crash_each 2 $(crash_points | grep -Ev "^($elsewhere)")
check "crash points were hit" [ "$hit" -gt 10 ]
finish
