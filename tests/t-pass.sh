#!/bin/sh
# A pass from end to end over tests/data, as a user meets it: what is due is
# extracted, the memory is published, a second pass finds nothing new, a
# changed rollout alone is extracted again, and nothing is left behind.
. tests/lib.sh
isolate
. tests/world.sh

world_new
world_fill tests/data/codex

before=$(find "$CODEX" -type f | LC_ALL=C sort | xargs ls -l --time-style=full-iso)
mn --dry-run >"$T/dry"
check "dry run: exits 0" [ $? -eq 0 ]
check "dry run: names what is due" has '^threads: [0-9]* due' "$T/dry"
check "dry run: names reasons of what is not" has 'too_young' "$T/dry"
check "dry run: writes nothing" [ ! -e "$STATE" ]
check "dry run: touches no rollout" [ "$before" = "$(find "$CODEX" -type f |
    LC_ALL=C sort | xargs ls -l --time-style=full-iso)" ]
due=$(sed -n 's/^threads: \([0-9]*\) due.*/\1/p' "$T/dry")

mn -1 --yes
check "first pass: exits 0" [ $? -eq 0 ]
check "first pass: claims what the dry run named" \
    has "stage one: $due claimed" "$LOG"
check "first pass: publishes" has 'published' "$LOG"
check "first pass: MEMORY.md is there" [ -s "$ROOT/MEMORY.md" ]
check "first pass: memory_summary.md begins with v1" \
    [ "$(head -n 1 "$ROOT/memory_summary.md")" = v1 ]
check "first pass: raw_memories.md is there" [ -s "$ROOT/raw_memories.md" ]
check "first pass: Codex is said not to read it" \
    has 'memories = true' "$LOG"
check "root is private" [ "$(stat -c %a "$ROOT")" = 700 ]
check "state is private" [ "$(stat -c %a "$STATE")" = 700 ]
first=$(root_digest)
world_clean "first pass"

# Every rollout summary stands for one raw memory.
n=$(find "$ROOT/rollout_summaries" -name '*.md' | wc -l)
check "a summary for each raw memory" \
    [ "$n" -eq "$(count_of '^## Thread' "$ROOT/raw_memories.md")" ]

mn -1 --yes
check "again: exits 0" [ $? -eq 0 ]
check "again: nothing is claimed" has 'stage one: 0 claimed' "$LOG"
check "again: nothing new" has 'nothing new' "$LOG"
check "again: the folder is the same" [ "$(root_digest)" = "$first" ]
world_clean "again"

# A copy with new times is the same version: not extracted again.
find "$CODEX/sessions" -name '*.jsonl' | while IFS= read -r f; do
	cp "$f" "$f.new" && mv "$f.new" "$f"
	touch -d 2026-11-23T02:00:00Z "$f"
done
mn -1 --yes
check "copied home: nothing is claimed" has 'stage one: 0 claimed' "$LOG"

# One rollout goes on: it alone is extracted again.
f=$(grep -ls 'always use' "$CODEX"/sessions/2026/*/*/*.jsonl | head -n 1)
[ -n "$f" ] || f=$(find "$CODEX/sessions" -name '*.jsonl' | sort | head -n 1)
printf '%s\n' '{"timestamp":"2026-11-23T03:00:00.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"From now on always run make lint before you answer."}]}}' >>"$f"
touch -d 2026-11-23T03:00:00Z "$f"
mn -1 --yes
check "a rollout that went on is extracted again" \
    has 'stage one: 1 claimed' "$LOG"
check "its new preference is published" \
    grep -rq 'always run make lint' "$ROOT/MEMORY.md"
world_clean "changed"

# The preview is one JSON array and nothing else.
mn -p "$f" >"$T/preview"
check "preview: exits 0" [ $? -eq 0 ]
check "preview: one JSON array" [ "$(sqlite3 :memory: \
    "select json_type(readfile('$T/preview'))")" = array ]
# bad_preview "sentence" FILE REGEX: status 1, the message, nothing else.
bad_preview() {
	mn -p "$2" >"$T/preview"
	check "preview, $1: status 1" [ $? -eq 1 ]
	check "preview, $1: said" has "$3" "$LOG"
	check "preview, $1: prints nothing" [ ! -s "$T/preview" ]
}
: >"$T/empty.jsonl"
bad_preview "nothing in it" "$T/empty.jsonl" 'no record of a session was found'
echo 'no compressed file' >"$T/torn.jsonl.zst"
bad_preview "no zstd" "$T/torn.jsonl.zst" 'rollout .*torn.jsonl.zst: '
world_clean "preview"

# A worker that cannot be started: the pass is over, and the next one is made.
fake_agent
ln -sf "$B/test/libexec/mnemod-agent" "$T/libexec/mnemod-agent"
rm "$T/libexec/mnemod-extract"
echo 'no program' >"$T/libexec/mnemod-extract"
chmod 755 "$T/libexec/mnemod-extract"
mn -1 --yes -o libexec="$T/libexec"
check "no extract worker: status 1" [ $? -eq 1 ]
check "no extract worker: why" has 'mnemod-extract: Exec format error' "$LOG"
check "no extract worker: what comes next" \
    has 'extract worker does not stay up; the next pass tries again' "$LOG"
world_clean "no extract worker"

# One that dies whenever it is to look.
ln -sf "$B/test/fakeworker" "$T/libexec/mnemod-extract"
echo 'take exit=3' >"$W/script"
mn -1 --yes -o libexec="$T/libexec"
check "dies in each scan: status 1" [ $? -eq 1 ]
check "dies in each scan: after three it is given up" \
    [ "$(count_of 'extract.*exit status 3; starts again' "$LOG")" -eq 3 ]
check "dies in each scan: what comes next" \
    has 'extract worker died in each scan; the next pass tries again' "$LOG"
world_clean "dies in each scan"
mn -1 --yes
check "a good extract worker again: status 0" [ $? -eq 0 ]
finish
