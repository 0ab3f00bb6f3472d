#!/bin/sh
# People point a new program at years of memory.  A root that is not ours is
# never touched, whatever it is, and the message says what was found and how
# to go on; a state that cannot be used is refused, never repaired by guess.
. tests/lib.sh
isolate
. tests/world.sh

# refused NAME STATUS REGEX: the last run's status and message, and the root
# is byte for byte and time for time as it was.
snapshot() {
	find "$CODEX" ! -path "$CODEX/memories.lock" -printf '%p %s %T@ %m\n' |
	    LC_ALL=C sort
}
refused() {
	check "$1: exit status $2" [ "$status" -eq "$2" ]
	check "$1: says so" has "$3" "$LOG"
	check "$1: nothing was touched" [ "$(snapshot)" = "$before" ]
}
attempt() {
	before=$(snapshot)
	mn -1 --yes
	status=$?
}

world_new
world_fill tests/data/codex
mkdir "$ROOT"
echo "# mine" >"$ROOT/MEMORY.md"
attempt
refused "foreign root" 7 'MEMORY.md'
check "foreign root: the ways on are named" has 'memory.codex.root\|another root' "$LOG"
mn --dry-run >"$T/dry"
check "foreign root: the dry run shows it" has 'MEMORY.md\|foreign' "$T/dry"

world_new
world_fill tests/data/codex
mkdir "$W/elsewhere"
ln -s "$W/elsewhere" "$ROOT"
attempt
refused "symlinked root" 7 "$W/elsewhere"
check "symlinked root: nothing is in its target" \
    [ -z "$(ls -A "$W/elsewhere")" ]

world_new
world_fill tests/data/codex
echo file >"$ROOT"
attempt
refused "root is a file" 7 'directory'

# A read-only file system; root may write through modes.
world_new
world_fill tests/data/codex
mkdir "$ROOT"
if unshare -m true 2>/dev/null; then
	before=$(snapshot)
	unshare -m sh -c 'mount -t tmpfs -o ro none "$1" && shift && "$@"' sh \
	    "$ROOT" "$MNEMOD" -o now="$NOW" -1 --yes 2>"$LOG"
	status=$?
	refused "read-only root" 7 'read-only\|written'
else
	skip "read-only root" "no mount namespace here"
fi

# Ours, then wiped: not filled again, not forgotten either.
world_new
world_fill tests/data/codex
mn -1 --yes
check "published before it vanishes" [ -s "$ROOT/MEMORY.md" ]
mv "$ROOT" "$W/away"
attempt
refused "vanished root" 7 'vanished\|mounted\|not be'
mkdir "$ROOT"
attempt
check "another directory in its place: exit status 7" [ "$status" -eq 7 ]
check "another directory in its place: stays empty" [ -z "$(ls -A "$ROOT")" ]
rmdir "$ROOT"
mv "$W/away" "$ROOT"
mn -1 --yes
check "the root is back: exit status 0" [ $? -eq 0 ]

# The state.
world_new
world_fill tests/data/codex
mkdir -p "$STATE"
head -c 8192 /dev/urandom >"$STATE/state.db"
attempt
refused "corrupt state" 6 'state.db'
rm "$STATE/state.db"
mn -1 --yes
sqlite3 "$STATE/state.db" 'pragma user_version = 9999'
attempt
check "newer state: exit status 6" [ "$status" -eq 6 ]
check "newer state: says so" has 'newer' "$LOG"

# A second supervisor; row 71.
world_new
world_fill tests/data/codex
mn_start
wait_until 10 [ -s "$STATE/lock" ]
second=0
"$MNEMOD" -o now="$NOW" -1 --yes 2>"$W/log2" || second=$?
check "row 71: a second supervisor exits 4" [ "$second" -eq 4 ]
check "row 71: and names the first" has "$sup" "$W/log2"
"$MNEMOD" -o now="$NOW" -n >/dev/null 2>&1
check "-n takes no lock" [ $? -eq 0 ]
"$MNEMOD" -o now="$NOW" --dry-run >/dev/null 2>"$W/log2"
check "--dry-run takes no lock" [ $? -eq 0 ]
mn_stop
check "stopped on request: exit status 0" [ $? -eq 0 ]
world_clean "second supervisor"

# A broken configuration: file, line, key, what was expected.
mkdir -p "$W/config/mnemod"
printf 'scan_interval = 60\npipelin {\n}\n' >"$W/config/mnemod/mnemod.conf"
mn -1 --yes
check "broken configuration: exit status 3" [ $? -eq 3 ]
check "broken configuration: file, line, nearest name" \
    has 'mnemod.conf:2:.*pipelin.*pipeline' "$LOG"
finish
