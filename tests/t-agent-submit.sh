#!/bin/sh
# An agent that cannot begin, and one that does not leave: each has its own
# message, the error that came first is the one that counts, and no process
# outlives the ten seconds.
. tests/lib.sh
isolate
. tests/world.sh
export MNEMOD_TEST_GRACE_MS=1000
agent_row() {
	sqlite3 "$STATE/state.db" "select $1 from agents order by started_at desc, rowid desc limit 1"
}

# agent_says SCRIPT: one pass of builtin with an agent that does that.
agent_says() {
	world_new
	world_fill tests/data/codex
	printf '%s' "$1" >"$W/script"
	mn -o libexec="$T/libexec" -1 --yes
	status=$?
	id=$(agent_row thread_id)
}
# The same whatever happened.
over() {
	check "$1: no process is left" wait_until 12 no_orphans mnemod \
	    mnemod-extract mnemod-agent mnemod-wspace fakeworker
	check "$1: the reason is $2" [ "$(agent_row reason)" = "$2" ]
	check "$1: status 1" [ "$status" -eq 1 ]
	check "$1: no staging is left" [ -z "$(find "$STATE/staging" \
	    -mindepth 1)" ]
}
NO='tell=failed:{"reason":"bad_staging","message":"no_such_folder"}'
AFTER='failed to shut down consolidation agent after submit error: '
WHO='memory consolidation agent'

fake_agent
agent_says "obey request $NO serve"
over "refused" failed_spawn_agent
check "refused: why is told" has 'no_such_folder (failed_spawn_agent)' "$LOG"
check "refused: it left in order" has_not 'shut down\|timed out' "$LOG"

agent_says "ignore request $NO stall"
over "refused and deaf" failed_spawn_agent
check "refused and deaf: what came first is told" \
    has 'no_such_folder (failed_spawn_agent)' "$LOG"
check "refused and deaf: then that it was killed" \
    has "warning: $AFTER$WHO $id shutdown timed out\$" "$LOG"

agent_says "ignore request $NO take exit=3"
over "refused and broken" failed_spawn_agent
check "refused and broken: another message" \
    has "warning: $AFTER$WHO $id shut down with an error: exit status 3" \
    "$LOG"

agent_says "unready exit=3"
over "never ready" failed_spawn_agent
check "never ready: what it ended with" has 'its worker ended: exit status 3' "$LOG"
check "never ready: nothing was to be shut down" has_not "$AFTER\|$WHO" "$LOG"

GO='say=status:{"status":"running"}'
agent_says "obey request $GO $NO serve"
over "failed at work" failed_agent
check "failed at work: it left in order" has_not "$AFTER\|$WHO" "$LOG"
agent_says "ignore request $GO $NO stall"
over "failed at work and deaf" failed_agent
check "failed at work and deaf: no submit error" has_not "$AFTER" "$LOG"
check "failed at work and deaf: killed" \
    has "warning: $WHO $id shutdown timed out\$" "$LOG"
agent_says "ignore request $GO $NO take exit=4"
check "failed at work and broken: another message" \
    has "warning: $WHO $id shut down with an error: exit status 4" "$LOG"
agent_says "request $GO exit=5"
over "gone at work" failed_agent
check "gone at work: nothing was to be shut down" has_not "$AFTER\|$WHO" "$LOG"

# A good one.
rm "$T/libexec/mnemod-agent"
ln -sf "$B/test/libexec/mnemod-agent" "$T/libexec/"
agent_says ""
check "a good one: status 0" [ "$status" -eq 0 ]
check "a good one: no word of its end" has_not "$AFTER\|$WHO" "$LOG"
world_clean "a good one"
finish
