#!/bin/sh
# Agents of peers ran for hours because nobody looked: their lease was another's
# long since, they hung without a word, they did not hear that they should end.
# Each of these has an end here, and what is kept of the agent says which.
. tests/lib.sh
isolate
. tests/world.sh
. tests/model.sh
. tests/agent.sh
job() { db "select status || retry_remaining from jobs where kind like 'memory_consolidate%'"; }
agent_pid() { pids_of fakeworker; }
row_is() { [ "$(agent_row "$1" 2>/dev/null)" = "$2" ]; }
nothing_left() {
	check "$1: no process is left" wait_until 12 no_orphans mnemod \
	    mnemod-extract mnemod-agent mnemod-wspace mnemod-gateway fakeworker
	check "$1: nothing is published" unpublished
	check "$1: no staging is left" [ -z "$(find "$STATE/staging" -mindepth 1)" ]
}
stems 1
handbook "$T/one.md" 1
summary 1 >"$T/s.md"
GOOD=$(write_all "$T/one.md" "$T/s.md")

#
# The lease.  held N RULE...: a run whose Nth request waits for $T/go.
#
steal() {
	db "update jobs set ownership_token = 'another', lease_until = lease_until
	    + 9999 where kind like 'memory_consolidate%'"
}
export MNEMOD_TEST_GRACE_MS=1000
rm -f "$T/go"
world_new
session 1 /home/u/p1
pass_begin "hold=$T/go $GOOD" "$DONE"
check "lease: the agent is at work" wait_until 20 asked_of_agent 1
check "lease: its status is running" wait_until 5 row_is status running
steal
touch "$T/go"
pass_end
check "lease lost, found before publishing: the reason" \
    row_is reason failed_confirm_ownership
check "lease lost, found before publishing: the job is the other's" \
    [ "$(stage_two ownership_token)" = another ]
nothing_left "lease lost, found before publishing"

export MNEMOD_TEST_HEARTBEAT_MS=300
world_new
session 1 /home/u/p1
pass_begin "hold=$T/never $GOOD"
check "heartbeat: the agent is at work" wait_until 20 asked_of_agent 1
before=$(stage_two lease_until)
steal
check "heartbeat: a lost lease stops the agent" wait_until 10 row_is reason failed_agent
pass_end
check "heartbeat: it is told" has 'the lease was lost (failed_agent)' "$LOG"
check "heartbeat: the job is the other's" [ "$(stage_two ownership_token)" = another ]
nothing_left "heartbeat"
world_new
session 1 /home/u/p1
rm -f "$T/go"
pass_begin "hold=$T/go $GOOD" "$DONE"
check "renewed: the agent is at work" wait_until 20 asked_of_agent 1
db "update jobs set lease_until = 1 where kind like 'memory_consolidate%'"
renewed() { [ "$(stage_two lease_until)" -ge "$before" ]; }
check "renewed: the lease is renewed" wait_until 10 renewed
touch "$T/go"
pass_end
check "renewed: published" cmp -s "$T/one.md" "$ROOT/MEMORY.md"
check "renewed: its status is completed" row_is status completed
world_clean "renewed"
unset MNEMOD_TEST_HEARTBEAT_MS

#
# Its minutes are over while the model keeps it waiting.
#
export MNEMOD_TEST_MINUTE_MS=1000
LINE='budget { minutes_per_agent = 2 }'
world_new
session 1 /home/u/p1
pass_begin "$GOOD" "hold=$T/never $DONE"
pass_end
LINE=
unset MNEMOD_TEST_MINUTE_MS
check "its minutes are over: status 0" [ "$status" -eq 0 ]
check "its minutes are over: what it had done is published" \
    cmp -s "$T/one.md" "$ROOT/MEMORY.md"
check "its minutes are over: the reason" row_is reason capped_minutes
check "its minutes are over: no request is left open" [ "$(db \
    'select count(*) from model_requests where settled_at is null')" -eq 0 ]
world_clean "its minutes are over"

#
# An agent that does what it likes.
#
fake_agent
GO='say=status:{"status":"running"}'
scene() {
	world_new
	session 1 /home/u/p1
	world_fill tests/data/codex
	printf '%s' "$1" >"$W/script"
	mn_start -o libexec="$T/libexec" -1 --yes
}

export MNEMOD_TEST_SILENCE_MS=1000
scene "ignore request $GO stall"
wait "$sup"
check "without frames: status 1" [ $? -eq 1 ]
check "without frames: the reason" row_is reason failed_agent
check "without frames: it is told why" has 'silent while a request is open' "$LOG"
check "without frames: it costs a retry" [ "$(job)" = error2 ]
nothing_left "without frames"
unset MNEMOD_TEST_SILENCE_MS

scene "ignore request $GO stall"
check "deaf: it runs" wait_until 20 row_is status running
kill -TERM "$sup"
wait "$sup"
check "deaf: its status is interrupted" row_is status interrupted
check "deaf: that it was killed is told" has \
    "memory consolidation agent $(agent_row thread_id) shutdown timed out" "$LOG"
check "deaf: the job is pending, at no cost" [ "$(job)" = pending3 ]
nothing_left "deaf"

# It is out of the books before it is gone.
export MNEMOD_TEST_GRACE_MS=3000
scene "ignore request tell=failed:{\"reason\":\"bad_staging\",\"message\":\"no\"} stall"
check "books first: its end is recorded" wait_until 20 row_is reason failed_spawn_agent
check "books first: while it still lives" [ -n "$(agent_pid)" ]
check "books first: as errored" row_is status errored
wait "$sup"
nothing_left "books first"
finish
