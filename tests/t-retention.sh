#!/bin/sh
# A memory that runs for years: what agents did, what they left and every
# commit would stay for ever.  After the start, what is older than the keys of
# section retention goes, without a word where nothing does, and the folder,
# its history and what mnemoctl knows of it go on.
. tests/lib.sh
isolate
. tests/world.sh

# What is unused stays, so that the folder tells what retention did to it.
forever() {
	mkdir -p "$W/config/mnemod"
	echo 'pipeline { max_unused_days = 0 }' >"$W/config/mnemod/mnemod.conf"
}
audits() { find "$STATE/agents" -name '*.jsonl' | wc -l; }
old_agents() {
	sql "select count(*) from agents where finished_at < unixepoch('2027-01-01')"
}
commits() {
	git --git-dir="$STATE/memories/codex.git" rev-list --first-parent \
	    --count refs/mnemod/live
}
pack() { du -sk "$STATE/memories/codex.git" | cut -f1; }

world_new
forever
world_fill tests/data/codex
mn -1 --yes
check "a first run lets nothing go" has_not 'mnemod: retention' "$LOG"
i=1
while [ $i -le 5 ]; do
	NOW=2026-11-2${i}T18:00:00Z
	ctl remember "Note number $i"
	NOW=2026-11-2${i}T19:00:00Z
	mn -1
	i=$((i + 1))
done
was=$(root_digest)
n=$(commits)
check "five more passes: commits ($n)" [ "$n" -gt 5 ]
check "five more passes: audits ($(audits))" [ "$(audits)" -gt 3 ]
all=$(old_agents)

# Three months later.
NOW=2027-03-23T12:00:00Z
mn -1 -o retention.history_commits=3
check "later: one line says what went" has \
    'retention: the records of [0-9]* agents' "$LOG"
check "later: the last agent's audit is left" [ "$(audits)" -le 2 ]
check "later: so is its row ($all were there)" [ "$(old_agents)" -eq 1 ]
check "later: the history is cut" [ "$(commits)" -le 4 ]
check "later: it says so" has 'retention: memory codex: [1-9]' "$LOG"
git --git-dir="$STATE/memories/codex.git" fsck --strict --full \
    >"$T/fsck" 2>&1
check "later: git finds nothing wrong" [ $? -eq 0 ]
check "later: the folder is as it was" [ "$(root_digest)" = "$was" ]
ctl history
check "later: mnemoctl history" [ "$status" -eq 0 ]
ctl agents
check "later: mnemoctl agents" [ "$status" -eq 0 ]
ctl audit
check "later: mnemoctl audit" [ "$status" -eq 0 ]
mn -1 -o retention.history_commits=3
check "again: nothing is left to go" has_not 'mnemod: retention' "$LOG"
ctl remember "And on it goes"
check "again: a note is taken" [ "$status" -eq 0 ]
mn -1 -o retention.history_commits=3
check "again: published" sh -c '[ "$1" != "$2" ]' sh "$(root_digest)" "$was"

# While one runs: a day later, by itself.  (The clock of its days counts on
# while the machine is suspended; none is suspended here.)
mn_start -o retention.history_commits=2 -o scan_interval=1
check "running: it looks after its start" \
    wait_until 10 has 'retention: memory codex' "$LOG"
mn_stop
world_clean "all"
finish
