#!/bin/sh
# Which sessions are read, and which are not: a session that was read while it
# still went on was paid twice, one that was left out silently was lost.  Every
# observed case is a session here; then what becomes of a job that fails, that
# finds nothing, or that is asked for again.
. tests/lib.sh
isolate
. tests/world.sh
. tests/session.sh

is_claimed() {
	[ "$(job "$1" status)" = "${2:-done}" ]
}
not_claimed() {
	[ -z "$(job "$1" status)" ]
}

world_new
session 1 2026-11-23T06:30:00Z		# idle 5.5 h
session 2 2026-11-23T05:30:00Z		# idle 6.5 h
session 3 2026-11-14T12:00:00Z		# 9 days old
session 4 2026-11-12T12:00:00Z		# 11 days old
session 5 2026-11-22T10:00:00Z ',"source":"vscode"'
session 6 2026-11-22T10:00:00Z ',"source":"exec"'
session 7 2026-11-22T10:00:00Z ',"source":"mcp"'
session 8 2026-11-22T10:00:00Z ',"source":{"subagent":"review"}'
session 9 2026-11-22T10:00:00Z ',"source":{"custom":"atlas"}'
session 10 2026-11-22T10:00:00Z
mkdir "$CODEX/archived_sessions"
mv "$(path 10)" "$CODEX/archived_sessions/"
session 11 2026-11-22T10:00:00Z ',"memory_mode":"disabled"'
session 12 2026-11-22T10:00:00Z ',"memory_mode":"polluted"'
{
	meta 13 2026-11-22T10:00:00Z
	say 2026-11-22T10:00:00Z assistant "Good morning."
} >"$(path 13)"
session 14 2026-11-22T10:00:00Z ',"model_provider":"another"'
{
	meta 15 2026-11-22T10:00:00Z
	say 2026-11-22T10:00:00Z user "   "
	task 15 2026-11-22T10:00:00Z
} >"$(path 15)"
{
	meta 16 2026-11-22T10:00:00Z
	say 2026-11-22T10:00:00Z user "Hello."
	say 2026-11-22T10:00:01Z assistant "Hello."
} >"$(path 16)"
at 2026-11-22T10:00:00Z "$(path 13)"
at 2026-11-22T10:00:00Z "$(path 15)"
at 2026-11-22T10:00:00Z "$(path 16)"

mn -1 --yes
check "the pass exits 0" [ $? -eq 0 ]
check "idle 5.5 h: skipped" not_claimed 1
check "idle 6.5 h: extracted" is_claimed 2
check "9 days old: extracted" is_claimed 3
check "11 days old: skipped" not_claimed 4
check "source vscode: extracted" is_claimed 5
check "source exec: skipped" not_claimed 6
check "source mcp: skipped" not_claimed 7
check "source subagent: skipped" not_claimed 8
check "source custom atlas: extracted" is_claimed 9
check "archived: skipped" not_claimed 10
check "memory_mode disabled: skipped" not_claimed 11
check "memory_mode polluted: skipped" not_claimed 12
check "nothing a person wrote: skipped" not_claimed 13
check "another model provider: extracted" is_claimed 14
check "a blank message before the first: extracted" is_claimed 15
check "nothing worth keeping: the job is done" is_claimed 16
check "nothing worth keeping: there is no output" [ -z "$(output 16 1)" ]
check "known as a file only: the version is that of its newest record" \
    [ "$(sql "select datetime(updated_at, 'unixepoch') from threads where
	id = '$(id 2)'")" = "2026-11-23 05:30:00" ]

# Bounds of our own: 0 h is at once, and ages go beyond 90 days.
mn -1 --yes -o pipeline.min_rollout_idle_hours=0
check "min_rollout_idle_hours = 0: extracted at once" is_claimed 1
session 20 2026-08-20T12:00:00Z
session 21 2020-01-01T12:00:00Z
mn -1 --yes -o pipeline.max_rollout_age_days=1000
check "max_rollout_age_days = 1000, age 95 d: extracted" is_claimed 20
check "max_rollout_age_days = 1000, age 6 years: skipped" not_claimed 21
mn -1 --yes -o pipeline.max_rollout_age_days=0
check "max_rollout_age_days = 0: no limit" is_claimed 21
mn -n -o pipeline.max_stage_one_jobs=500 >/dev/null
check "max_stage_one_jobs = 500: refused, not cut silently" [ $? -eq 3 ]
for i in $(seq 30 49); do session "$i" 2026-11-22T10:00:00Z; done
mn -1 --yes -o pipeline.max_stage_one_jobs=3
check "three jobs at a time: one pass takes all of them" claimed 20
check "each was claimed once" [ "$(sql "select count(*) from jobs where
    kind = 'memory_stage1' and retry_remaining = 3 and job_key >= '$(id 30)' and
    job_key <= '$(id 49)'")" -eq 20 ]

# A rollout that is gone between claim and extraction.
session 50 2026-11-22T10:00:00Z
once_claimed mv "$(path 50)" "$T/kept"
check "file missing: the pass exits 1" [ "$status" -eq 1 ]
check "file missing: the job is in error" is_claimed 50 error
check "file missing: it cost one of three retries" \
    [ "$(job 50 retry_remaining)" -eq 2 ]
check "file missing: tried again in an hour" [ "$(job 50 \
    "retry_at between finished_at + 3600 and finished_at + 3601")" -eq 1 ]
check "file missing: the error is kept" [ -n "$(job 50 last_error)" ]
mv "$T/kept" "$(path 50)"
mn -1 --yes
check "before the hour is over: exits 8, work is left waiting" [ $? -eq 8 ]
check "before the hour is over: not claimed" claimed 0
hours 2
mn -1 --yes
check "after the hour: extracted" is_claimed 50

# A consolidation does not follow another within six hours.
agents() {
	sql 'select count(*) from agents'
}
hours 0
world_new
mn -1 --yes
check "first start ever, nothing to consolidate: status 0" [ $? -eq 0 ]
check "first start ever, nothing to consolidate: no agent, unlike the peer" \
    [ "$(sql 'select reason from agents')" = no_workspace_changes ]
check "first start ever, nothing to consolidate: nothing is published" \
    [ ! -e "$ROOT/MEMORY.md" ]

# It says that new threads of Codex are marked, not what becomes of others.
printf '[memories]\ngenerate_memories = false\n' >"$CODEX/config.toml"
session 1 2026-11-22T10:00:00Z
mn -1 --yes
check "generate_memories = false: a thread that is there: extracted" is_claimed 1

world_new
session 1 2026-11-22T10:00:00Z
mn -1 --yes
check "first pass: one agent" [ "$(agents)" -eq 1 ]
session 2 2026-11-22T10:00:00Z
mn_start -o scan_interval=1
waits() { is_claimed 2 && [ "$(sql "select status from jobs where
    kind = 'memory_consolidate'")" = pending ]; }
check "within 6 h: extracted, the consolidation is pending" wait_until 20 waits
mn_stop
check "within 6 h: no agent" [ "$(agents)" -eq 1 ]
hours 7
mn_start -o scan_interval=1
agent_done() { [ "$(agents)" -eq 2 ] && remembered 2; }
check "after 6 h: consolidated" wait_until 20 agent_done
mn_stop
check "nothing new: no further agent" [ "$(agents)" -eq 2 ]
finish
