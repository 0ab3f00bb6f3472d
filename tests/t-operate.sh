#!/bin/sh
# A person who sees something go wrong could only kill it: work that was to
# wait began again with the next start, one session that was nobody's business
# could be forgotten but not kept out, and a job that had failed three times
# waited for records that never came.  What a person says is kept in the state,
# acts with and without a supervisor, and `why' says that it was a person.
. tests/lib.sh
isolate
. tests/world.sh

published() { [ -s "$ROOT/MEMORY.md" ]; }
title_has() { tr '\0' ' ' <"/proc/$sup/cmdline" | grep -Fq "$1"; }
title_has_not() { ! title_has "$1"; }
quiet() { ctl -j metrics && has '"name":"mnemod.memory.phase2"' "$T/out"; }
agents() { sql 'select count(*) from agents'; }
outputs() { sql 'select count(*) from stage1_outputs'; }

# A pause, without a supervisor.
world_new
world_fill tests/data/codex
mn -1 --yes -o pipeline.min_rollout_idle_hours=48 -o pipeline.max_rollout_age_days=1
check "nothing was due yet" [ "$(outputs)" -eq 0 ]
ctl -j pause
check "pause: status 0" [ "$status" -eq 0 ]
check "pause: by mnemoctl itself" has '"by":"mnemoctl"' "$T/out"
check "pause: since when" has '"paused_since":"2026-11-23T12' "$T/out"
ctl pause
check "pause again: says that it was" has 'paused already' "$T/out"
mn -1 --yes
status=$?
check "pause: -1 ends with 8" [ "$status" -eq 8 ]
check "pause: -1 says so" has 'no new work begins (paused).*mnemoctl resume' \
    "$LOG"
check "pause: nothing is extracted" [ "$(outputs)" -eq 0 ]
thread=$(sql 'select id from threads where length(preview) > 0 and
    source = "cli" order by updated_at_ms desc limit 1')
ctl why "$thread"
check "pause: why says so" has 'pause .*paused' "$T/out"
ctl -j status
check "pause: status says so" has 'no new work begins (paused)' "$T/out"
check "pause: nothing is planned" has '"next":{"at":null' "$T/out"

# It survives a start; resume goes on at once.
mn_start -o pipeline.consolidation_cooldown_hours=0
check "paused start: it listens" wait_until 10 listening
check "paused start: says so" wait_until 10 has 'no new work begins (paused)' \
    "$LOG"
ctl -j resume
check "resume: by the supervisor" has '"by":"supervisor"' "$T/out"
check "resume: it goes on at once" wait_until 20 published
ctl resume
check "resume again: says that it was not" has 'it was not paused' "$T/out"
ctl pause
check "pause: while it runs" [ "$status" -eq 0 ]
check "pause: ps shows it" wait_until 5 title_has '; paused]'
ctl resume
check "resume: ps does not show it any more" wait_until 5 title_has_not '; paused]'
ctl pause
mn_stop
check "pause: kept" [ "$(sql 'select count(*) from pauses')" -eq 1 ]
ctl resume
check "resume: without a supervisor" has 'new work begins again' "$T/out"

# A session that is nobody's business: not extracted, and out of the memory.
held=$(sql "select thread_id from selections order by thread_id limit 1")
ctl disable "$held"
check "disable: status 0" [ "$status" -eq 0 ]
check "disable: says how many" has '1 sessions so far' "$T/out"
ctl -j why "$held"
check "disable: why, both stages" sh -c \
    '[ "$(grep -ao "\"verdict\":\"disabled\"" "$1" | grep -c .)" -eq 2 ]' \
    sh "$T/out"
ctl disable
check "disable: listed" has "$held" "$T/out"
mn --dry-run >"$T/dry"
check "disable: the dry run knows" has '1 not due: disabled' "$T/dry"
mn -1 --yes
check "disable: out of the memory" sh -c '! grep -rq "$1" "$2"' sh "$held" \
    "$ROOT/rollout_summaries"
check "disable: the row stays" [ "$(sql "select count(*) from stage1_outputs
    where thread_id = '$held'")" -eq 1 ]
ctl enable "${held%????}"
check "enable: by the beginning of its id" [ "$status" -eq 0 ]
mn -1 --yes
check "enable: in the memory again" grep -rq "$held" "$ROOT/rollout_summaries"
ctl enable "$held"
check "enable again: status 1" [ "$status" -eq 1 ]
check "enable again: says so" has 'is not disabled' "$T/err"

# A directory, seen or not; relative to where one is.
dir=$(sql "select cwd from threads where id = '$held'")
n=$(sql "select count(*) from threads where cwd = '$dir' or cwd like '$dir/%'")
ctl disable "$dir"
check "directory: its sessions" has "$n sessions so far" "$T/out"
ctl why "$held"
check "directory: why names it" has "by $dir" "$T/out"
ctl enable "$dir/"
check "directory: enabled with a slash at its end" [ "$status" -eq 0 ]
mkdir -p "$W/here/below"
(cd "$W/here" && "$B/test/mnemoctl" -o now="$NOW" disable ./below) >"$T/out"
check "directory: from where one is" has "$W/here/below: disabled" "$T/out"
ctl enable "$W/here/belwo"
check "enable: the nearest is named" has "$W/here/below" "$T/err"
deep=$W/here/$(printf '%080d' 0)
mkdir -p "$deep/below" "$deep/else"
(cd "$deep" && "$B/test/mnemoctl" -o now="$NOW" disable ./else &&
    "$B/test/mnemoctl" -o now="$NOW" disable ./below) >"$T/out"
ctl enable "$deep/belwo"
check "enable: the nearest that lies deep, whole" has "$deep/below" "$T/err"
(cd "$deep" && "$B/test/mnemoctl" -o now="$NOW" enable ./else &&
    "$B/test/mnemoctl" -o now="$NOW" enable ./below) >"$T/out"
ctl disable nonsense
check "disable: no id, no path: status 1" [ "$status" -eq 1 ]

# Three failures are for good, until somebody says otherwise.
sql_write() { sqlite3 -cmd ".timeout 10000" "$STATE/state.db" "$1"; }
sql_write "update jobs set status = 'error', retry_remaining = 0,
    retry_at = 1, last_error = 'it broke', last_success_watermark = null
    where kind = 'memory_stage1' and job_key = '$held';
    delete from stage1_outputs where thread_id = '$held'"
mn -1 --yes
check "failed for good: not tried" [ "$(sql "select count(*) from
    stage1_outputs where thread_id = '$held'")" -eq 0 ]
ctl retry
check "retry of nothing: status 2" [ "$status" -eq 2 ]
ctl retry cdoex
check "retry: the nearest memory is named" has 'nearest is codex' "$T/err"
check "retry: status 1" [ "$status" -eq 1 ]
ctl retry 01a1
check "retry: the beginning of several ids: status 1" [ "$status" -eq 1 ]
check "retry: the beginning of several ids: said" \
    has '01a1: [0-9]* threads begin like this' "$T/err"
ctl -j retry "$held"
check "retry: names the job" has "\"key\":\"$held\"" "$T/out"
ctl retry "$held"
check "retry again: there is none" has 'no such job failed' "$T/out"
mn -1 --yes
check "retry: it is tried" [ "$(sql "select count(*) from stage1_outputs
    where thread_id = '$held'")" -eq 1 ]
sql_write "update jobs set status = 'error', retry_at = 99999999999,
    last_error = 'x' where kind = 'memory_consolidate'"
ctl -j retry --all
check "retry --all: the memory's job" has '"key":"codex"' "$T/out"
sql_write "update jobs set status = 'error', retry_at = 99999999999,
    last_error = 'x' where kind = 'memory_consolidate'"
was=$(agents)
more() { [ "$(agents)" -gt "$was" ]; }
mn_start -o pipeline.consolidation_cooldown_hours=0
check "it listens" wait_until 10 listening
check "back-off: it waits" wait_until 10 quiet
check "back-off: no agent" [ "$(agents)" -eq "$was" ]
ctl retry codex
check "retry: a supervisor begins at once" wait_until 20 more
mn_stop
world_clean "all"
check "no mnemoctl is left" wait_until 5 no_orphans mnemoctl
finish
