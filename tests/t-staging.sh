#!/bin/sh
# An agent that was taken over by what it read filled its staging folder until
# its minutes were over, and the disk with it: the kernel bounds one file, no
# total.  The supervisor measures the folder, kills an agent whose folder grew
# beyond what agents write, removes what it wrote however that was made to be
# hard to remove, and says so.
. tests/lib.sh
isolate
. tests/world.sh
. tests/agent.sh
# One that is not killed for it ends here soon, as its job is not done.
export MNEMOD_TEST_STAGING_MS=100 MNEMOD_TEST_SILENCE_MS=20000

fake_agent
GO='say=status:{"status":"running"}'

# taken_over SCRIPT: one pass with an agent that does that.
taken_over() {
	world_new
	session 1 /home/u/p1
	world_fill tests/data/codex
	printf '%s' "ignore request $GO $1" >"$W/script"
	mn -v -o libexec="$T/libexec" -1 --yes
	status=$?
}
# Whatever it wrote.
ended() {
	check "$1: status 1" [ "$status" -eq 1 ]
	check "$1: killed at once" has 'signal 9 .*staging folder went over' "$LOG"
	check "$1: the reason" [ "$(agent_row reason)" = staging_limit ]
	check "$1: it costs a retry" [ "$(stage_two retry_remaining)" -eq 2 ]
	check "$1: in the audit" has '"type":"staging_limit".*"most_bytes"' "$(audit)"
	check "$1: nothing is published" unpublished
	"$MNEMOCTL" -o now="$NOW" jobs >"$T/out"
	check "$1: mnemoctl jobs" has 'stage two.*error.*staging_limit' "$T/out"
	"$MNEMOCTL" -o now="$NOW" why "$(thread 1)" >"$T/out"
	check "$1: mnemoctl why" \
	    has 'last consolidation failed: staging_limit' "$T/out"
	world_clean "$1"
}
taken_over "fill=70 stall"
ended "70 MiB"
taken_over "dig=300 stall"
ended "a closed folder, 300 folders deep"

# The run is decided, but the agent does not leave: it is watched to its end.
export MNEMOD_TEST_GRACE_MS=60000
taken_over 'tell=failed:{"reason":"protocol","message":"x"} fill=70 stall'
check "after its end: killed" has 'signal 9 .*the run is over' "$LOG"
check "after its end: in the audit" has '"type":"staging_limit"' "$(audit)"
check "after its end: its own reason" [ "$(agent_row reason)" = failed_agent ]
world_clean "after its end"
finish
