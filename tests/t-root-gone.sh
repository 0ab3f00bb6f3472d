#!/bin/sh
# A disk may be unmounted at any time, also between the supervisor's look at a
# memory root and its worker's.  What is empty then is not a memory whose files
# the user removed: nothing is published, nothing forgotten, and the supervisor
# says what it found.
. tests/lib.sh
isolate
. tests/world.sh

put_off() {
	[ "$(count_of 'recovered at the next pass' "$LOG")" -ge "$1" ]
}

world_new
world_fill tests/data/codex
mn -1 --yes
live=$(sql 'select live_commit from memories')
mkdir "$T/libexec"
cp "$B"/test/libexec/* "$T/libexec/"
# Executed by descriptor: what is in the file is what runs.
cat /bin/false >"$T/libexec/mnemod-wspace"

NOW=2026-11-24T12:00:00Z
mn_start -o libexec="$T/libexec" --yes
check "a worker that dies in recovery: it is put off, and tried again" \
    wait_until 20 put_off 2
mkdir "$W/away"
mv "$ROOT"/* "$W/away"
cat "$B/test/libexec/mnemod-wspace" >"$T/libexec/mnemod-wspace"
kill -USR1 "$sup"
wait "$sup"
check "emptied meanwhile: status 7" [ $? -eq 7 ]
check "emptied meanwhile: says of which root, and what it may be" has \
    "memory codex: $ROOT: it is empty, but should not be: is it mounted?" \
    "$LOG"
check "emptied meanwhile: nothing is published" [ -z "$(ls -A "$ROOT")" ]
check "emptied meanwhile: nor recorded" \
    [ "$(sql 'select live_commit from memories')" = "$live" ]
mv "$W/away"/* "$ROOT"
mn -1 --yes
check "it is back: status 0" [ $? -eq 0 ]
check "it is back: nothing is lost" [ -s "$ROOT/MEMORY.md" ]
world_clean "it is back"
finish
