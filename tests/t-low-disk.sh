#!/bin/sh
# A full disk makes everything on it fail at once, and a laptop on battery has
# better to do.  Below min_free_mb, and on battery where on_battery is pause,
# no new work begins; it says why, what is under way ends as usual, and it goes
# on by itself.
. tests/lib.sh
isolate
. tests/world.sh
export MNEMOD_TEST_POWER_SUPPLY="$T/power"

# supply NAME FILE=VALUE...
supply() {
	mkdir -p "$T/power/$1"
	_dir=$T/power/$1
	shift
	for _f; do echo "${_f#*=}" >"$_dir/${_f%%=*}"; done
}
published() { [ -s "$ROOT/MEMORY.md" ]; }
extracted() { sql "select count(*) from stage1_outputs"; }
thread=$(cd tests/data/codex && find . -name 'rollout-*.jsonl' | sort |
    sed -n '1s/.*rollout-.\{20\}\(.*\)\.jsonl$/\1/p')

# On battery.
supply AC type=Mains online=0
supply BAT0 type=Battery status=Discharging
world_new
world_fill tests/data/codex
mn -1 --yes
check "on battery, run: published" published
world_new
world_fill tests/data/codex
mn -1 --yes -o on_battery=pause
status=$?
check "on battery, pause: -1 ends with 8" [ "$status" -eq 8 ]
check "on battery, pause: said" has 'no new work begins (on_battery)' "$LOG"
check "on battery, pause: nothing is extracted" [ "$(extracted)" -eq 0 ]
ctl -o on_battery=pause why "$thread"
check "on battery, pause: why names the rule" has 'on_battery' "$T/out"
ctl -o on_battery=pause -j status
check "on battery, pause: status says so" \
    has '"degraded":\[[^]]*no new work begins (on_battery)' "$T/out"
check "on battery, pause: the queue, too" has '"on_battery"' "$T/out"
mn_start -o on_battery=pause -o scan_interval=1
wait_until 10 has 'no new work begins' "$LOG"
supply AC online=1
check "plugged in: it goes on by itself" wait_until 20 published
check "plugged in: said" wait_until 10 has \
    'new work begins again (on_battery is over)' "$LOG"
mn_stop
supply AC online=0
supply BAT0 status=Full
supply MOUSE type=Battery scope=Device status=Discharging
world_new
world_fill tests/data/codex
mn -1 --yes -o on_battery=pause
check "a mouse on battery counts for nothing" published

# on_tmpfs DIR SIZE
on_tmpfs() {
	mkdir -p "$1"
	mount -t tmpfs -o "size=$2,mode=700" tmpfs "$1"
}
if ! { on_tmpfs "$T/try" 64k && umount "$T/try"; } 2>/dev/null; then
	skip "low disks" "no right to mount"
	finish
fi
ballast() {
	dd if=/dev/zero of="$1/ballast" bs=1M count="$2" 2>/dev/null
}

# The state's disk.
world_new
on_tmpfs "$W/state" 64m
world_fill tests/data/codex
ballast "$W/state" 40
mn -1 --yes -o min_free_mb=32
status=$?
check "state low: -1 ends with 8" [ "$status" -eq 8 ]
check "state low: the log has path, bytes and what is asked for" has \
    "(low_disk): $STATE: 2[0-9]* bytes are free.* 33554432" "$LOG"
check "state low: nothing is extracted" [ "$(extracted)" -eq 0 ]
ctl -o min_free_mb=32 why "$thread"
check "state low: why names the rule" has 'low_disk' "$T/out"
mn_start -o min_free_mb=32 -o scan_interval=1
wait_until 10 has 'low_disk' "$LOG"
rm "$W/state/ballast"
check "state has room: it goes on by itself" wait_until 20 published
mn_stop
world_clean "state low"
umount "$W/state"

# The root's disk: stage one does not mind.
world_new
on_tmpfs "$CODEX" 64m
world_fill tests/data/codex
ballast "$CODEX" 40
mn -1 --yes -o min_free_mb=32
status=$?
check "root low: -1 ends with 8" [ "$status" -eq 8 ]
check "root low: stage one went on" [ "$(extracted)" -gt 0 ]
check "root low: the memory waits" [ ! -e "$ROOT/MEMORY.md" ]
check "root low: said" has 'memory codex: not consolidated until' "$LOG"
ctl -o min_free_mb=32 -j status
check "root low: status says so" has '"outcome":"low_disk"' "$T/out"
rm "$CODEX/ballast"
mn -1 --yes -o min_free_mb=32
check "root has room: published" published
world_clean "root low"

# What is under way ends as usual.
umount "$CODEX"
world_new
on_tmpfs "$W/state" 64m
world_fill tests/data/codex
mn_start -1 --yes -o min_free_mb=32 -o agent_hold_ms=1500
wait_until 20 agent_up
ballast "$W/state" 40
wait "$sup"
status=$?
check "under way: it ends as usual ($status)" published
world_clean "under way"
umount "$W/state"
finish
