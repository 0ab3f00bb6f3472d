#!/bin/sh
# Every transcript of a collection is read or named with the reason why not:
# silent holes are what users of other pipelines found months later.
. tests/lib.sh
isolate
. tests/world.sh

# Odd ones of our own.
world_new
mkdir -p "$CODEX/sessions/2026/11/22"
d=$CODEX/sessions/2026/11/22
: >"$d/rollout-2026-11-22T10-00-00-01a20488-6454-7d40-8043-aa29dcef0001.jsonl"
head -c 4096 /dev/zero \
    >"$d/rollout-2026-11-22T10-00-00-01a20488-6454-7d40-8043-aa29dcef0002.jsonl"
good=$(find tests/data/codex/sessions/2026/11/22 -name '*.jsonl' | LC_ALL=C sort |
    head -n 1)
head -c 900 "$good" \
    >"$d/rollout-2026-11-22T10-00-00-01a20488-6454-7d40-8043-aa29dcef0003.jsonl"
cp "$good" "$d/"
mkfifo "$d/rollout-2026-11-22T10-00-00-01a20488-6454-7d40-8043-aa29dcef0004.jsonl"
ln -s /etc/passwd \
    "$d/rollout-2026-11-22T10-00-00-01a20488-6454-7d40-8043-aa29dcef0005.jsonl"
# A name that no message can hold ended each worker that told of it.
odd=$(printf 'rollout-\377.jsonl')
cp "$good" "$d/$odd"
touch -d 2026-11-22T12:00:00Z "$d"/rollout-*0001.jsonl "$d"/rollout-*0002.jsonl \
    "$d"/rollout-*0003.jsonl
mn -1 --yes
check "odd rollouts: the pass succeeds" [ $? -eq 0 ]
check "an empty rollout is named" has 'aa29dcef0001.jsonl.*empty' "$LOG"
check "a binary rollout is named" has 'aa29dcef0002.jsonl' "$LOG"
check "a good one beside them is extracted" has 'stage one: [1-9]' "$LOG"
check "a name that is not UTF-8: passed over, and told" \
    has 'rollout-\\xff.jsonl: its name is not UTF-8, passed over' "$LOG"
check "and no worker is lost by it" has_not 'protocol error' "$LOG"
"$B/test/mnemod" -p "$d/$odd" >"$T/out" 2>&1
check "nor shown" [ $? -eq 1 ]
check "and why" has 'is not UTF-8; give it another' "$T/out"
check "a link out of the source is not followed" has_not 'root:x' "$LOG"
world_clean "odd rollouts"

# The collection of real ones, where it is at hand.
for real in ../shared/rollouts/*/; do
	if [ ! -d "$real" ]; then
		skip "real rollouts" "no collection here"
		break
	fi
	name=$(basename "$real")
	world_new
	world_fill "$real"
	n=$(find "$CODEX" -name 'rollout-*.jsonl' | wc -l)
	mn -1 --yes
	check "$name: the pass succeeds" [ $? -eq 0 ]
	check "$name: all $n are seen" has "scan: $n rollouts" "$LOG"
	bad=$(sed -n 's/^scan: .* \([0-9]*\) not usable$/\1/p;
	    s/.* \([0-9]*\) not usable$/\1/p' "$LOG" | head -n 1)
	check "$name: each that is not usable is named" \
	    [ "$(count_of 'not usable (' "$LOG")" -eq "${bad:-0}" ]
	check "$name: MEMORY.md" [ -s "$ROOT/MEMORY.md" ]
	check "$name: memory_summary.md within 10,000 bytes" \
	    [ "$(wc -c <"$ROOT/memory_summary.md")" -le 10000 ]
	check "$name: only files that the manual names" [ -z "$(cd "$ROOT" &&
	    find . -type f ! -name MEMORY.md ! -name memory_summary.md \
	    ! -name raw_memories.md ! -path './rollout_summaries/*.md')" ]
	check "$name: every cited summary is there" sh -c '
	    grep -o "^- [^ ]*\.md" "$1/MEMORY.md" | cut -c3- | while read -r f
	    do [ -f "$1/rollout_summaries/$f" ] || echo "$f"; done |
	    grep -q . && exit 1; exit 0' sh "$ROOT"
	first=$(root_digest)
	mn -1 --yes
	check "$name: again, nothing changes" [ "$(root_digest)" = "$first" ]
	world_clean "$name"
done
finish
