#!/bin/sh
# A pause, and what a person had disabled, held only as long as the database
# could be read: if just these rows could not be, all was extracted, and with a
# model paid for.  What cannot be known now forbids; it is said, and looked at
# again.
. tests/lib.sh
isolate
. tests/world.sh

away() { sqlite3 "$STATE/state.db" "alter table $1 rename to away"; }
back() { sqlite3 "$STATE/state.db" "alter table away rename to $1"; }
outputs() { sql "select count(*) from stage1_outputs"; }
published() { [ -s "$ROOT/MEMORY.md" ]; }
held() { [ "$(outputs)" -eq 0 ] && ! published; }
extracted() { [ "$(outputs)" -gt 0 ]; }

# A state that has seen no rollout yet: what comes is new.
fresh() {
	world_new
	mkdir -p "$CODEX/sessions"
	mn -1 --yes
	check "$1: an empty state" [ -s "$STATE/state.db" ]
}

fresh pauses
ctl pause
world_fill tests/data/codex
away pauses
mn -1 --yes
status=$?
check "pauses: -1 does not end with 0" [ $status -ne 0 ]
check "pauses: nothing is begun" held
check "pauses: said" has 'no new work begins (state_unreadable)' "$LOG"
mn_start -o scan_interval=1
wait_until 20 has 'no new work begins (state_unreadable)' "$LOG"
ctl run
check "pauses: run says why" [ $status -eq 8 ]
check "pauses: in words" has 'state_unreadable' "$T/err"
back pauses
ctl pause
check "pauses: the pause was there all the time" \
    has 'paused already' "$T/out"
check "pauses: and is the reason again" wait_until 10 \
    has 'no new work begins (paused)' "$LOG"
check "pauses: and nothing was begun" held
ctl resume
check "pauses: resumed, it goes on" wait_until 30 extracted
mn_stop

# A source that cannot be looked at is not one that is not there.
ln -s loop "$W/loop"
"$MNEMOD" -o now="$NOW" --dry-run -o source.codex.path="$W/loop" \
    >"$T/dry" 2>&1
check "a source: what the system says of it" \
    has '^source codex: .*loop: Too many levels' "$T/dry"

# Nor is a lock that cannot be looked at free.
mv "$STATE/workers.lock" "$T/lock"
ln -s workers.lock "$STATE/workers.lock"
ctl status
check "a lock: said" has 'workers.lock: whether a supervisor runs' "$T/err"
rm "$STATE/workers.lock"
mv "$T/lock" "$STATE/workers.lock"

fresh disabled
ctl disable '/*'
world_fill tests/data/codex
away disabled
mn -1 --yes
status=$?
check "disabled: -1 ends with 1" [ $status -eq 1 ]
check "disabled: nothing is extracted" held
check "disabled: said" has 'listing what is disabled failed' "$LOG"
mn_start -o scan_interval=1
wait_until 20 has 'claims are not possible now' "$LOG"
back disabled
ctl run
check "disabled: what is disabled stays so" held
ctl enable '/*'
check "disabled: enabled, it goes on" wait_until 30 extracted
ctl run
check "disabled: and is published" published

# Disabled while it runs, but its memories cannot be told: not at all.
one=$(sql "select thread_id from selections order by 1 limit 1")
sqlite3 "$STATE/state.db" "create trigger full before update on jobs
    when new.job_key = 'codex' and new.status = 'pending'
    begin select raise(abort, 'full'); end"
ctl disable "$one"
check "disable: refused" [ "$status" -eq 6 ]
check "disable: nothing of it is done" \
    [ "$(sql "select count(*) from disabled")" -eq 0 ]
sqlite3 "$STATE/state.db" "drop trigger full"
ctl disable "$one"
check "disable: then it is" [ "$status" -eq 0 ]
ctl run
check "disable: and out of the memory" sh -c \
    '! grep -rq "$1" "$2/MEMORY.md" "$2/rollout_summaries"' sh "$one" "$ROOT"
mn_stop
world_clean "at the end"
finish
