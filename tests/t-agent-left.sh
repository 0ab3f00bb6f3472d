#!/bin/sh
# A run that was stopped at a bound published what it had, and what it had not
# come to was never shown to an agent again: the memory of those sessions was
# lost without a word.  They lead the next run, as long as the runs come to any
# of them, and no longer: each one costs.
. tests/lib.sh
isolate
. tests/world.sh
. tests/model.sh
. tests/agent.sh
export MNEMOD_TEST_GRACE_MS=1000
DIFF="model=fake-big call=read_file args='{\"path\":\"phase2_workspace_diff.md\"}'"
stems 1 2 3
summary 1 2 3 >"$T/s.md"
handbook "$T/one.md" 1
handbook "$T/two.md" 1 2
sed 's/^- when tests/- When tests/' "$T/two.md" >"$T/other.md"
selected() { db "select group_concat(substr(thread_id, 36)) from selections"; }
# The summaries that the diff of the run shows as added, by number.
shown_added() {
	grep -ao "A rollout_summaries/[^ \\]*md" "$REQ" | sort -u | wc -l
}
bound() {
	LINE="budget { turns_per_agent = 2 }"
	pass "$DIFF" "$@"
	LINE=
}

world_new
for n in 1 2 3; do session $n /home/u/p$n; done
bound "$(write_all "$T/one.md" "$T/s.md")"
check "stopped: what it had done is published" cmp -s "$T/one.md" "$ROOT/MEMORY.md"
check "stopped: what it came to is selected, the rest is not" [ "$(selected)" = 1 ]
check "stopped: the job is pending" [ "$(stage_two status)" = pending ]
check "stopped: and work waits" [ "$status" -eq 8 ]
check "stopped: it is told" has 'did not come to 2 sessions' "$LOG"
world_clean "stopped"

# Within the cooldown a supervisor that stays asks nobody.
NOW=2026-11-23T13:00:00Z
model_start "$ONE"
model_conf responses
mn_start --yes -v
check "the cooldown: a pass is made" wait_until 20 has 'skipped_cooldown' "$LOG"
mn_stop
check "the cooldown: nobody is asked" [ "$(agents_requests)" -eq 0 ]
model_stop

NOW=2026-11-23T14:00:00Z
bound "$(write_all "$T/two.md" "$T/s.md")"
check "again: the two are in the diff as added" [ "$(shown_added)" -eq 2 ]
check "again: the agent is told why" has 'stopped before it came to 2 sessions' "$REQ"
check "again: one more is selected" [ "$(selected)" = 1,2 ]
check "again: the job is pending" [ "$(stage_two status)" = pending ]

# Killed when it is live, before that is recorded: the same.
world_new
NOW=2026-11-23T12:00:00Z
for n in 1 2 3; do session $n /home/u/p$n; done
LINE="budget { turns_per_agent = 2 }"
model_start "$ONE" "$DIFF" "$(write_all "$T/one.md" "$T/s.md")"
model_conf responses "$LINE"
mn -1 --yes -o crash_at=stage_two.published.before
check "killed: status is not 0" [ $? -gt 100 ]
check "killed: no process is left" wait_until 12 no_orphans mnemod \
    mnemod-extract mnemod-agent mnemod-wspace mnemod-gateway
model_stop
NOW=2026-11-23T14:00:00Z
bound "$(write_all "$T/two.md" "$T/s.md")"
check "killed: the two are in the diff as added" [ "$(shown_added)" -eq 2 ]
check "killed: the one before is recorded as stopped" [ "$(db "select reason
    from agents order by started_at limit 1")" = capped_turns ]
check "killed: one more is selected" [ "$(selected)" = 1,2 ]

# No further: a run that comes to none of them is the last.
NOW=2026-11-23T16:00:00Z
bound "$(write_all "$T/other.md" "$T/s.md")"
check "in vain: the one is in the diff" [ "$(shown_added)" -eq 1 ]
check "in vain: no further run is made" [ "$(selected)" = 1,2,3 ]
check "in vain: the job is done" [ "$(stage_two status)" = "done" ]
check "in vain: it is told" has 'came to none of 1 sessions' "$LOG"
check "in vain: the raw memory is still there" has "$(thread 3)" "$ROOT/raw_memories.md"
NOW=2026-11-23T18:00:00Z
pass
check "in vain: the next pass asks nobody" [ "$(agents_requests)" -eq 0 ]
check "in vain: and has nothing to do" [ "$status" -eq 0 ]

# A run that ends by itself decides: what it does not cite is not brought back.
world_new
NOW=2026-11-23T12:00:00Z
for n in 1 2 3; do session $n /home/u/p$n; done
bound "$(write_all "$T/one.md" "$T/s.md")"
NOW=2026-11-23T14:00:00Z
pass "$DIFF" "$(write_all "$T/two.md" "$T/s.md")" "$DONE"
check "to its end: all is selected" [ "$(selected)" = 1,2,3 ]
check "to its end: published" cmp -s "$T/two.md" "$ROOT/MEMORY.md"
NOW=2026-11-23T16:00:00Z
pass
check "to its end: the next pass asks nobody" [ "$(agents_requests)" -eq 0 ]

# A session that went on is not done because its older state is cited.
world_new
NOW=2026-11-23T12:00:00Z
for n in 1 2; do session $n /home/u/p$n; done
pass "$(write_all "$T/two.md" "$T/s.md")" "$DONE"
printf '%s\n' '{"timestamp":"2026-11-23T12:00:02.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"and be quick"}]}}' >>"$(rollout 2)"
touch -d 2026-11-23T12:00:02Z "$(rollout 2)"
NOW=2026-11-23T20:00:00Z
bound "$(write_all "$T/other.md" "$T/s.md")"
check "gone on: its new state is left" [ "$(selected)" = 1 ]
check "gone on: the job is pending" [ "$(stage_two status)" = pending ]

# Stopped before it changed anything: not tried again at once, at full cost.
world_new
NOW=2026-11-23T12:00:00Z
session 1 /home/u/p1
bound "$DIFF"
check "nothing done: status 1" [ "$status" -eq 1 ]
check "nothing done: the reason" [ "$(agent_row reason)" = capped_turns ]
check "nothing done: nothing is published" unpublished
NOW=2026-11-23T12:10:00Z
pass
check "nothing done: nobody is asked for an hour" [ "$(agents_requests)" -eq 0 ]
check "nothing done: work waits" [ "$status" -eq 8 ]
NOW=2026-11-23T13:10:00Z
pass "$(write_all "$T/one.md" "$T/s.md")" "$DONE"
check "nothing done: then it is" cmp -s "$T/one.md" "$ROOT/MEMORY.md"
world_clean "nothing done"
finish
