#!/bin/sh
# Operators send signals: a reload with a typing error must not end or change
# a running supervisor, and a pass on request must not wait for the cooldown.
. tests/lib.sh
isolate
. tests/world.sh

world_new
world_fill tests/data/codex
mkdir -p "$W/config/mnemod"
conf=$W/config/mnemod/mnemod.conf
echo 'scan_interval = 3600' >"$conf"
mn_start
logged() { [ "$(count_of "$2" "$LOG")" -ge "$1" ]; }
check "a pass at once" wait_until 20 logged 1 'memory codex: published'

# SIGHUP with an error: the old one stays.
echo 'scan_interval = soon' >"$conf"
kill -HUP "$sup"
check "HUP, an error: said" wait_until 10 logged 1 'mnemod.conf:1:'
check "HUP, an error: the old configuration stays" \
    has 'old configuration stays' "$LOG"
check "HUP, an error: it runs on" is_alive "$sup"

# A key that cannot change while it runs.
printf 'libexec = "/nowhere"\n' >"$conf"
kill -HUP "$sup"
check "HUP, a key that needs a restart: said" \
    wait_until 10 logged 1 'libexec.*restart'

# A good one: a second memory appears, and the next pass serves it.
cat >"$conf" <<EOT
memory "codex" { root = "$ROOT"  sources = {"codex"} }
memory "second" { root = "$W/second"  sources = {"codex"} }
EOT
kill -HUP "$sup"
check "HUP: read again" wait_until 10 logged 1 'was read again'
kill -USR1 "$sup"
check "USR1: a pass now" wait_until 20 logged 1 'memory second: published'
check "USR1: the cooldown is passed over" \
    has 'memory codex: the cooldown is passed over' "$LOG"
check "the new memory is there" [ -s "$W/second/MEMORY.md" ]

# Others change nothing.
for s in USR2 QUIT ALRM WINCH; do kill "-$s" "$sup"; done
sleep 0.2
check "USR2, QUIT, ALRM, WINCH: it runs on" is_alive "$sup"
mn_stop
check "TERM: exit status 0" [ $? -eq 0 ]
world_clean "signals"

# A stop in the middle costs no retry, and the next run goes on.
world_new
world_fill tests/data/codex
mn_start -o agent_hold_ms=20000
check "an agent runs" wait_until 20 agent_up
sleep 0.2
mn_stop
check "stopped while an agent runs: exit status 0" [ $? -eq 0 ]
# The peer's "client exits early" leaves the consolidation in error.
check "its job is pending, at no cost" [ "$(sql 'select status || retry_remaining
    from jobs where kind = "memory_consolidate"')" = pending3 ]
world_clean "stopped"
mn -1 --yes
check "the next run goes on: exit status 0" [ $? -eq 0 ]
check "the next run goes on: published" [ -s "$ROOT/MEMORY.md" ]

# Row 34: an orphan of a dead supervisor is waited for, named, not run over.
world_new
world_fill tests/data/codex
"$MNEMOD" -o now="$NOW" -1 --yes -o agent_hold_ms=60000 2>"$LOG" &
sup=$!
wait_until 20 agent_up
orphan=$(pids_of mnemod-agent)
kill -STOP "$orphan"
kill -9 "$sup"
wait "$sup" 2>/dev/null
if is_alive "$orphan"; then
	mn -1 --yes
	check "row 34: exit status 5 while the orphan lives" [ $? -eq 5 ]
	check "row 34: the orphan is named" has "$orphan" "$LOG"
	kill -9 "$orphan"
	wait_until 5 is_gone "$orphan"
else
	skip "row 34: exit status 5" "the kernel ended the stopped worker here"
fi
mn -1 --yes
check "row 34: afterwards all is done" [ $? -eq 0 ]
world_clean "row 34"
finish
