#!/bin/sh
# A laptop sleeps, and a clock is set: daemons then did at once all that they
# had missed, gave up what was under way, or waited for a time that never came.
# The clocks of the supervisor jump here as if the machine had slept, or
# somebody had set them; nothing is lost, nothing comes twice, and nothing
# waits for the future.
. tests/lib.sh
isolate
. tests/world.sh
export MNEMOD_TEST_CLOCK="$T/clock"
# jump WALL BOOT: ms from now on
jump() { echo "$1 $2" >"$T/clock.new" && mv "$T/clock.new" "$T/clock"; }
HOUR=3600000 DAY=86400000
publications() {
	sql "select count(*) from agents where published_commit not null"
}
published() { [ "$(publications)" -gt "$1" ]; }

# Asleep for three hours while an agent works.  (A suspended machine: the wall
# and the boot clock go on, the monotonic clock does not.)
jump 0 0
world_new
world_fill tests/data/codex
mn_start -v --yes -o agent_hold_ms=1500
check "asleep: the agent works" wait_until 20 agent_up
jump $((3 * HOUR)) $((3 * HOUR))
check "asleep: it is published" wait_until 20 published 0
check "asleep: its lease was ours all the time" has_not 'lease was lost' "$LOG"
check "asleep: no job failed" \
    [ "$(sql "select count(*) from jobs where status = 'error'")" -eq 0 ]
check "asleep: the clock is said to be right" has_not 'clock went' "$LOG"
# Another eight hours while it is idle: what is due then is done once.
passes=$(count_of ' scan: ' "$LOG")
jump $((11 * HOUR)) $((11 * HOUR))
kill -CONT "$sup"
ctl history
check "asleep, idle: one pass comes" wait_until 10 \
    sh -c "[ \$(grep -ac ' scan: ' '$LOG') -gt $passes ]"
before=$(cpu_ticks "$sup")
sleep 1
check "asleep, idle: and no burst" \
    [ "$(count_of ' scan: ' "$LOG")" -le $((passes + 1)) ]
check "asleep, idle: nor any load" [ $(($(cpu_ticks "$sup") - before)) -lt 20 ]

# The clock goes back a day, and works on.
jump $((11 * HOUR - DAY)) $((11 * HOUR))
n=$(publications)
ctl remember "Something new"
check "back a day: a note is taken" [ "$status" -eq 0 ]
kill -USR1 "$sup"
check "back a day: said" wait_until 10 has 'the clock went back by 86' "$LOG"
check "back a day: the times of the future are healed" wait_until 10 \
    has 'times lay in the future' "$LOG"
check "back a day: it is published" wait_until 20 published "$n"
ctl -j status
check "back a day: nothing waits for yesterday's future" \
    has_not 'retry_backoff' "$T/out"

# And forth again, by a week.
jump $((11 * HOUR + 7 * DAY)) $((11 * HOUR))
passes=$(count_of ' scan: ' "$LOG")
n=$(publications)
ctl remember "Something newer"
kill -USR1 "$sup"
check "forth a week: it is published" wait_until 20 published "$n"
check "forth a week: no burst" \
    [ "$(count_of ' scan: ' "$LOG")" -le $((passes + 2)) ]
check "forth a week: it lives" is_alive "$sup"
mn_stop
world_clean "all"

# A state from the future: mnemod was started with a wrong clock once.
rm "$T/clock"
world_new
world_fill tests/data/codex
NOW=2027-11-23T12:00:00Z
mn -1 --yes -o pipeline.max_rollout_age_days=0
n=$(sql "select count(*) from stage1_outputs")
NOW=2026-11-23T12:00:00Z
mn -1 --yes
check "from the future: status 0" [ $? -eq 0 ]
check "from the future: said" has 'times lay in the future' "$LOG"
check "from the future: nothing is extracted again" \
    [ "$(sql "select count(*) from stage1_outputs")" -eq "$n" ]
check "from the future: no end lies ahead" [ "$(sql "select count(*) from jobs
    where finished_at > unixepoch('$NOW') + 60")" -eq 0 ]

# A state on a network file system is refused, a source is not.
export MNEMOD_TEST_NFS="$W/state"
mn -1
check "state on NFS: status 6" [ $? -eq 6 ]
check "state on NFS: the way out" has 'network file system (nfs).*-s' "$LOG"
ctl status
check "state on NFS: status says so" \
    has 'degraded: .*is on a network file system (nfs)' "$T/out"
export MNEMOD_TEST_NFS="$CODEX"
mn -1
check "source on NFS: it is read" [ $? -eq 0 ]
check "source on NFS: a note" has 'source codex: .*network file system (nfs)' \
    "$LOG"
unset MNEMOD_TEST_NFS
finish
