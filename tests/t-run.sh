#!/bin/sh
# To have a session in memory now a person waited for a schedule, and to get
# rid of an agent that had gone astray killed it, to see it begin again at
# once.  A pass, one session, the end of an agent and another configuration
# can be asked for; whoever asks is told what came of it.
. tests/lib.sh
isolate
. tests/world.sh

agents() { sql 'select count(*) from agents'; }
two_agents() { [ "$(pids_of mnemod-agent | wc -l)" -eq 2 ]; }
agent_of() {
	for _p in $(pids_of mnemod-agent); do
		! grep -aq "consolidate $1" "/proc/$_p/cmdline" || echo "$_p"
	done
}
at_work() { [ -n "$(agent_of "$1")" ]; }
running() { sql "select thread_id from agents where finished_at is null"; }
conf=$W/config/mnemod/mnemod.conf

world_new
world_fill tests/data/codex
mkdir -p "$W/config/mnemod"
echo 'memory "codex" { sources = {"codex"} }' >"$conf"
echo "memory \"other\" { root = \"$W/other\" sources = {\"codex\"} }" >>"$conf"
mn -1 --yes
id=$(sql 'select min(thread_id) from selections')
f=$(sql "select rollout_path from threads where id = '$id'")
for c in run "extract 01a1" "stop codex" reload; do
	# shellcheck disable=SC2086 # several words
	ctl $c
	check "none runs: $c: status 1" [ "$status" -eq 1 ]
	check "none runs: $c: says so" has 'no mnemod runs' "$T/err"
done

# A pass: within the cooldown, of one memory, of all.
mn_start
check "it listens" wait_until 10 listening
ctl -j run
check "run: status 0" [ "$status" -eq 0 ]
check "run: the cooldown is passed over" has 'cooldown.*passed over' "$T/err"
check "run: each memory" has '"memory":"codex"' "$T/out"
check "run: the other, too" has '"memory":"other"' "$T/out"
check "run: nothing new" has '"outcome":"nothing_new"' "$T/out"
ctl remember -m codex "Deploy on Tuesdays"
ctl run codex
check "run of one: status 0" [ "$status" -eq 0 ]
check "run of one: it is published" has '^codex *published' "$T/out"
check "run of one: not the other" has_not other "$T/out"
check "run of one: with progress" has 'stage one: [0-9]* claimed' "$T/err"
ctl run cdoex
check "run of none: the nearest" has 'nearest is codex' "$T/err"
check "run of none: status 1" [ "$status" -eq 1 ]
ctl pause
ctl run
check "run while paused: status 8" [ "$status" -eq 8 ]
check "run while paused: says how to go on" has 'mnemoctl resume' "$T/err"
ctl resume

# One session, whatever its age and whatever was made of it.
touch -d "$NOW" "$f"
sed -i "\$s/\"timestamp\":\"[^\"]*\"/\"timestamp\":\"$NOW\"/" "$f"
ctl run
ctl -j why "$id"
check "extract: it is too young" has '"verdict":"too_young"' "$T/out"
ctl -j extract --wait "$f"
check "extract: status 0" [ "$status" -eq 0 ]
check "extract: an output" has '"outcome":"output"' "$T/out"
check "extract: of this version" [ "$(sql "select source_updated_at =
    (select updated_at from threads where id = '$id') from stage1_outputs
    where thread_id = '$id'")" = 1 ]
ctl -j extract -w "${id%??????}"
check "extract again: done again" has '"outcome":"output"' "$T/out"
mv "$f" "$T/kept"
sqlite3 "$STATE/state.db" "update jobs set status = 'error',
    last_error = 'an old failure' where job_key = '$id'"
ctl extract -w "$id"
check "extract, its file is gone: status 8" [ "$status" -eq 8 ]
check "extract, its file is gone: not what was made before" \
    has "$id: was not extracted now; see mnemoctl why" "$T/err"
mv "$T/kept" "$f"
ctl run
ctl extract -w "$id"
check "extract, its file is back: status 0" [ "$status" -eq 0 ]
ctl extract "$id"
check "extract without waiting: says what comes" has 'extracted next' "$T/out"
ctl extract "$id" --outdated
check "extract: both is too much: status 2" [ "$status" -eq 2 ]
ctl extract 01a1
check "extract: ambiguous: status 1" [ "$status" -eq 1 ]
ctl extract 01a99999-0000-7000-8000-000000000001
check "extract: one that no scan has seen: status 1" [ "$status" -eq 1 ]
check "extract: one that no scan has seen: said" \
    has 'no scan has seen this thread; mnemoctl run makes one' "$T/err"
ctl disable "$id"
ctl extract -w "$id"
check "extract: a disabled one: status 1" [ "$status" -eq 1 ]
check "extract: a disabled one: why" has '(disabled)' "$T/err"
ctl enable "$id"
ctl pause
ctl extract -w "$id"
check "extract while paused: status 8" [ "$status" -eq 8 ]
ctl resume
mn_stop

# An agent that has gone astray.
mn_start -o agent_hold_ms=600000
check "again: it listens" wait_until 10 listening
ctl remember -m codex "Something new"
ctl_start run run codex
run=$asker
check "stop: an agent is at work" wait_until 20 agent_up
agent=$(running)
ctl stop nobody
check "stop: unknown: status 1" [ "$status" -eq 1 ]
check "stop: unknown: who is at work" has "$agent" "$T/err"
ctl stop codxe
check "stop: the nearest memory is named" has 'the nearest is codex' "$T/err"
ctl_start reload reload
reload=$asker
check "reload: waits for the agent" \
    wait_until 10 has 'codex is at work' "$T/reload.err"
ctl -j stop "${agent%????}"
check "stop: status 0" [ "$status" -eq 0 ]
check "stop: interrupted" has '"status":"interrupted"' "$T/out"
check "stop: it is gone when the answer comes" no_agent
check "stop: so says the state" [ "$(sql "select status from agents where
    thread_id = '$agent'")" = interrupted ]
check "stop: no retry is lost" [ "$(sql "select retry_remaining from jobs
    where kind = 'memory_consolidate' and job_key = 'codex'")" -eq 3 ]
wait "$run"
check "stop: run ends with 8" [ $? -eq 8 ]
check "stop: and says why" has '^codex *interrupted' "$T/run.out"
wait "$reload"
check "reload: status 0" [ $? -eq 0 ]
check "reload: what it has now" has '2 memories, 1 sources' "$T/reload.out"
was=$(agents)
ctl run codex
check "stop: not at once again: status 8" [ "$status" -eq 8 ]
check "stop: no other agent" [ "$(agents)" -eq "$was" ]
ctl retry codex
check "retry: another one" wait_until 20 agent_up
ctl stop "$(pids_of mnemod-agent)"
check "stop by pid: status 0" [ "$status" -eq 0 ]
ctl retry codex
check "retry: a third one" wait_until 20 agent_up
ctl stop codex
check "stop by memory: status 0" [ "$status" -eq 0 ]
ctl stop "$agent"
check "stop: one that ended: said" has "agent $agent: it is at work no more" \
    "$T/err"
ctl stop codex
check "stop: nothing of that memory: said" \
    has 'memory codex: its agent is not at work' "$T/err"
ctl status
check "stop: status calls it stopped, not failed" \
    has 'degraded: memory codex: the last agent was stopped' "$T/out"

# Two at once, whose ids begin alike; one of them is killed.
ctl remember -m codex "For this memory"
ctl remember -m other "For that memory"
ctl_start failing run
failing=$asker
check "two: both agents are at work" wait_until 20 two_agents
ctl stop 01
check "two: which one: status 1" [ "$status" -eq 1 ]
check "two: which one: said" has '01: 2 agents begin like this; at work: agent' \
    "$T/err"
check "two: which one: each is named" has 'of memory codex.*of memory other' \
    "$T/err"
check "two: none is stopped" two_agents
kill -KILL "$(agent_of codex)"
ctl stop other
wait "$failing"
check "killed: run ends with 1" [ $? -eq 1 ]
check "killed: and says why" has '^codex *failed_' "$T/failing.out"

# Another worker.
extract=$(pids_of mnemod-extract)
ctl stop "$extract"
check "stop a worker: status 0" [ "$status" -eq 0 ]
check "stop a worker: it ends" wait_until 12 is_gone "$extract"
ctl extract -w "$id"
check "stop a worker: the next pass has another" [ "$status" -eq 0 ]
check "something new: the memory is at work again" wait_until 20 agent_up
ctl stop codex
ctl stop $$
check "stop: no worker of ours: status 1" [ "$status" -eq 1 ]

# A configuration that is broken while an agent is waited for.
ctl retry codex
check "reload, later: an agent is at work" wait_until 20 at_work codex
cp "$conf" "$T/conf"
ctl_start late reload
late=$asker
check "reload, later: waits for the agent" \
    wait_until 10 has 'codex is at work' "$T/late.err"
echo 'memry "x" { }' >>"$conf"
ctl -f "$T/conf" stop codex
ctl -f "$T/conf" stop other
wait "$late"
check "reload, later: the file is wrong by now: status 3" [ $? -eq 3 ]
check "reload, later: said" has 'the old configuration stays; see mnemoctl log' \
    "$T/late.err"
check "reload, later: the log has more" has 'mnemod.conf:3.*memory' "$LOG"
cp "$T/conf" "$conf"

# What is wrong with a configuration comes back.
cp "$conf" "$T/conf"
echo 'memry "x" { }' >>"$conf"
ctl -f "$T/conf" reload
check "reload: an error: status 3" [ "$status" -eq 3 ]
check "reload: an error: line and nearest" has 'mnemod.conf:3.*memory' "$T/err"
cp "$T/conf" "$conf"
echo 'scan_interval = 77' >>"$conf"
ctl reload
check "reload: mended: status 0" [ "$status" -eq 0 ]

# Whoever leaves is forgotten.
ctl remember -m other "For whoever leaves"
ctl_start leaver run other
check "one that will leave: its agent is at work" wait_until 20 agent_up
kill "$asker"
wait "$asker" 2>/dev/null
ctl stop other
check "after one that left: status 0" [ "$status" -eq 0 ]

# A folder that was given back is not written.
ctl -m other release
check "released: status 0" [ "$status" -eq 0 ]
ctl run other
check "run of a released one: status 7" [ "$status" -eq 7 ]
check "run of a released one: said" has '^other *released' "$T/out"
mn_stop
check "nothing is said of a bug" has_not 'BUG\|bug' "$LOG"
world_clean "all"
check "no mnemoctl is left" wait_until 5 no_orphans mnemoctl
finish
