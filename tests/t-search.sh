#!/bin/sh
# "It learnt that once, but where does it stand?"  Words find the line, in what
# is published and in what sessions told, and whoever looks changes nothing.
. tests/lib.sh
isolate
. tests/world.sh

hit() { # hit REGEX: of one hit of -j, a line each
	sed 's/{"kind"/\n&/g' "$T/out" | grep -aq "$1"
}

world_new
world_fill tests/data/codex
ctl search anything
check "no state: status 6" [ "$status" -eq 6 ]
mn -1 --yes
mkdir -p "$ROOT/skills/deploy"
printf '# Deploy\n\nRun make ship, never on a Friday.\n' \
    >"$ROOT/skills/deploy/SKILL.md"
before=$(root_digest)

ctl search make ship
check "a skill: status 0" [ "$status" -eq 0 ]
check "a skill: its line" has '^codex: skills/deploy/SKILL.md:3$' "$T/out"
check "a skill: what it says" has 'never on a Friday' "$T/out"
ctl search AuditTable
check "the handbook: its line" [ "$(sed -n "$(sed -n \
    's/^codex: MEMORY.md:\([0-9]*\)$/\1/p' "$T/out" | head -n 1)p" \
    "$ROOT/MEMORY.md" | grep -c AuditTable)" -eq 1 ]
ctl -j search AuditTable
check "the handbook: its group" hit \
    '"kind":"handbook".*"path":"MEMORY.md".*"group":"shop-api"'
check "a task names its thread" hit '"heading":"shop-api: Task[^"]*".*"thread_id":"01a1fec4-2998-7b81-8f37-a043a6f767e7"'
check "a rollout summary: group and thread" hit \
    '"kind":"rollout_summary".*"path":"rollout_summaries/2026-11-21.*"group":"[^"]*shop-api".*"thread_id":"01a1fec4'
check "a row: no path, but a thread" hit \
    '"kind":"raw_memory","memory":null,"path":null.*"thread_id":"01a1fec4'
check "a published summary is not told twice" [ "$(sed 's/{"kind"/\n&/g' \
    "$T/out" | grep -c '"kind":"rollout_summary".*01a1fec4')" -eq 1 ]
ctl search -n 1 AuditTable
check "a limit" [ "$(grep -c '^codex\|^raw' "$T/out")" -eq 1 ]
check "a limit: says that there are more" has 'more; name more words' "$T/err"
ctl search '"make ship"' 'Fri*'
check "a phrase and a beginning" has 'SKILL.md:3' "$T/out"

ctl search zeppelin
check "nothing: status 1" [ "$status" -eq 1 ]
check "nothing: no line" [ ! -s "$T/out" ]
ctl -j search zeppelin
check "nothing: status 1 with -j" [ "$status" -eq 1 ]
check "nothing: the document" has '"hits":\[\],"found":0' "$T/out"
for words in 'AND' '"' 'a NEAR(' 'x:y' "';--" 'NOT -1'; do
	ctl search "$words zeppelin"
	check "no operator: $words" [ "$status" -eq 1 ]
done
ctl search '...'
check "no word: status 2" [ "$status" -eq 2 ]
ctl search
check "no argument: status 2" [ "$status" -eq 2 ]
ctl search -n 0 x
check "a limit of nothing: status 2" [ "$status" -eq 2 ]
ctl status --limit 3
check "no other command has a limit: status 2" [ "$status" -eq 2 ]
ctl search -m kodex make
check "unknown memory: status 1" [ "$status" -eq 1 ]
check "unknown memory: the nearest" has 'nearest is codex' "$T/err"
ctl search -m codex make ship
check "a memory: status 0" [ "$status" -eq 0 ]

# What others put there: escapes, links, pipes, what is not mnemod's.
printf 'zebra \033]0;owned\007\033[2J\302\233 \342\200\256 end\n' \
    >"$ROOT/skills/deploy/hostile.md"
echo 'zebra outside' >"$T/outside.md"
ln -s "$T/outside.md" "$ROOT/skills/deploy/link.md"
ln -s "$T" "$ROOT/skills/dir"
mkfifo "$ROOT/skills/deploy/pipe.md"
echo 'zebra' >"$ROOT/todo.txt"
echo 'zebra' >"$ROOT/skills/.hidden"
printf 'zebra\000' >"$ROOT/skills/deploy/binary"
ctl search zebra
check "hostile: only what is published" \
    [ "$(grep -c '^codex: ' "$T/out")" -eq 1 ]
check "hostile: nothing that drives a terminal" [ "$(LC_ALL=C tr -d \
    '\n -~' <"$T/out" | wc -c)" -eq 0 ]
ctl -j search zebra
check "hostile: ASCII alone" \
    [ "$(LC_ALL=C tr -d '\n -~' <"$T/out" | wc -c)" -eq 0 ]
rm -r "$ROOT/skills/dir" "$ROOT/skills/.hidden" "$ROOT/todo.txt" \
    "$ROOT"/skills/deploy/[hlpb]*
check "who looks changes nothing" [ "$before" = "$(root_digest)" ]

# Beside a supervisor, and with a folder that is not there.
mn_start
check "with: status 0" wait_until 10 "$B/test/mnemoctl" -o now="$NOW" \
    search make ship >"$T/out"
mv "$ROOT" "$ROOT.away"
ctl search AuditTable
check "away: the sessions' rows are found" has '^raw_memory of' "$T/out"
ln -s "$ROOT.away" "$ROOT"
ctl search ship
check "a link for a root is not followed" [ "$status" -eq 1 ]
check "a link for a root: says so" has 'is not searched' "$T/err"
rm "$ROOT"
mv "$ROOT.away" "$ROOT"
mn_stop
world_clean "search"
finish
