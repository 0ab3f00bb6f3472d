#!/bin/sh
# Two programs that write one file: the user's save was lost.  What a person
# edits while the agent runs is kept, conflicts go to the person's side, and
# files that are not ours are neither read, moved nor removed.
. tests/lib.sh
isolate
. tests/world.sh

world_new
world_fill tests/data/codex

mn -1 --yes
check "first pass" [ $? -eq 0 ]
echo "my own notes" >"$ROOT/notes.txt"
mkdir "$ROOT/.git"
echo "not yours" >"$ROOT/.git/HEAD"

# Something new for the agent, and an edit while it runs.
f=$(find "$CODEX/sessions" -name '*.jsonl' | LC_ALL=C sort | head -n 1)
printf '%s\n' '{"timestamp":"2026-11-23T03:00:00.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"From now on always write commit messages in the imperative."}]}}' >>"$f"
touch -d 2026-11-23T03:00:00Z "$f"
mn_start -1 --yes -o agent_hold_ms=2500
check "the agent runs" wait_until 20 agent_up
sleep 0.5
sed '1s/$/ (edited by hand)/' "$ROOT/memory_summary.md" >"$T/s"
{
	cat "$ROOT/MEMORY.md"
	echo
	echo "A line that a person wrote while the agent ran."
} >"$ROOT/.MEMORY.md.swp"
mv "$ROOT/.MEMORY.md.swp" "$ROOT/MEMORY.md"
wait "$sup"
status=$?
check "the pass ends" [ "$status" -eq 0 ]
check "the edit is kept" \
    has 'A line that a person wrote while the agent ran' "$ROOT/MEMORY.md"
check "what the agent made is there, or comes back" \
    sh -c 'grep -q imperative "$1/MEMORY.md" || { "$2" -o now="$3" -1 --yes 2>/dev/null; grep -q imperative "$1/MEMORY.md"; }' \
    sh "$ROOT" "$MNEMOD" "$NOW"
check "the edit is still there" \
    has 'A line that a person wrote while the agent ran' "$ROOT/MEMORY.md"
check "files that are not ours stay" has 'my own notes' "$ROOT/notes.txt"
check "a .git in the root stays" has 'not yours' "$ROOT/.git/HEAD"
check "the hand edit is in the history" sh -c \
    'git --git-dir="$1" log --format=%s refs/mnemod/live | grep -qi "edited by hand"' \
    sh "$STATE/memories/codex.git"

# A deletion by hand stays one.
rm "$ROOT/memory_summary.md"
mn -1 --yes
check "after a deletion by hand a pass succeeds" [ $? -eq 0 ]

# A NUL that an editor left: each run failed from then on.
printf '\n# Task Group: mine\nscope: a\0b\n' >>"$ROOT/MEMORY.md"
tail -n 3 "$ROOT/MEMORY.md" >"$T/mine"
at=$(grep -abo 'scope: a.b$' "$ROOT/MEMORY.md" | cut -d: -f1)
line=$(wc -l <"$ROOT/MEMORY.md")
printf '%s\n' '{"timestamp":"2026-11-23T04:00:00.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"Always run make check before a commit."}]}}' >>"$f"
touch -d 2026-11-23T04:00:00Z "$f"
mn -1 --yes
check "a NUL: status 0" [ $? -eq 0 ]
check "a NUL: it is told where" \
    has "$ROOT/MEMORY.md: line $line holds a NUL (byte $((at + 9)))" "$LOG"
check "a NUL: what is new is in" has 'make check before a commit' "$ROOT/MEMORY.md"
check "a NUL: the person's block is there to the byte" \
    sh -c 'tr "\0\n" "\1\2" <"$1" | grep -qaF "$(tr "\0\n" "\1\2" <"$2")"' \
    sh "$ROOT/MEMORY.md" "$T/mine"
world_clean "hand edits"
finish
