#!/bin/sh
# The wording of the memory drifted with every change of a rule, and nobody
# saw what a change did to the rest.  What tests/data/codex and the sessions in
# tests/data/golden/codex give is kept in tests/data/golden; it was read line
# by line, and a change of it is read again, in the commit that makes it:
#	GOLDEN=new sh tests/t-golden.sh
. tests/lib.sh
isolate
. tests/world.sh

GOLD=tests/data/golden
HOMES="tests/data/codex $GOLD/codex"

# plain FILE: without what differs from world to world: its path, and the
# sums that cover it.
plain() {
	sed "s|$W/|@WORLD@/|g
	    s|\(generator=builtin/1 \)[0-9a-f]\{8\}|\1@SUM@|" "$1"
}

# from_nothing DIR...: a world with these homes, one pass.
from_nothing() {
	world_new
	for home; do
		world_fill "$home"
	done
	mn -1 --yes
}

# shellcheck disable=SC2086
from_nothing $HOMES
for f in MEMORY.md memory_summary.md; do
	plain "$ROOT/$f" >"$T/$f"
	[ -z "${GOLDEN:-}" ] || cp "$T/$f" "$GOLD/$f"
	if cmp -s "$T/$f" "$GOLD/$f"; then
		ok "$f is the golden one"
	else
		not_ok "$f is the golden one"
		diff -u "$GOLD/$f" "$T/$f"
	fi
	cp "$ROOT/$f" "$T/$f.first"
done

# The same sessions, found in another order, elsewhere on earth.
world_new
# shellcheck disable=SC2086
find $HOMES -name 'rollout-*' | LC_ALL=C sort -r | while IFS= read -r f; do
	to=$CODEX/${f#*/codex/}
	mkdir -p "$(dirname "$to")"
	cp "$f" "$to"
	world_touch "$to"
done
locale=$(locale -a 2>/dev/null | grep -v '^C\|^POSIX' | head -n 1)
TZ=Pacific/Chatham LC_ALL=${locale:-C.UTF-8} mn -1 --yes
for f in MEMORY.md memory_summary.md; do
	check "$f: the same input gives the same bytes" \
	    cmp -s "$ROOT/$f" "$T/$f.first"
done

# blocks DIR: a file for each block of MEMORY.md, by its name, without the
# empty line between it and the next.
blocks() {
	rm -rf "$1"
	mkdir "$1"
	awk -v dir="$1" '/^# Task Group: / {
		out = substr($0, 15)
		gsub("/", "_", out)
		empty = ""
	}
	/^$/ { empty = empty "\n"; next }
	{
		printf "%s%s\n", empty, $0 >(dir "/" out)
		empty = ""
	}' "$ROOT/MEMORY.md"
}

# one_more ROLLOUT "GROUP": a pass with this one too; its block and its own
# lines change, and no byte of another block or file.
one_more() {
	blocks "$T/old"
	cp -R "$ROOT" "$T/root.old"
	mkdir -p "$CODEX/sessions/2026/11/21"
	cp "$1" "$CODEX/sessions/2026/11/21"
	world_touch "$CODEX/sessions/2026/11/21/$(basename "$1")"
	mn -1 --yes
	blocks "$T/new"
	check "$2: only that group of MEMORY.md is changed" [ "$(diff -rq \
	    "$T/old" "$T/new" | grep -o '[^ /]* differ$\|: [^:]*$' |
	    sed 's/^: //; s/ differ$//')" = "$2" ]
	diff -rq "$T/root.old" "$ROOT" | sed "s|$ROOT/*||; s|$T/root.old||" |
	    cut -d' ' -f2-4 | sed 's|in rollout_summaries:.*|a summary|' |
	    LC_ALL=C sort >"$T/files"
	check "$2: one summary is added, three files are changed" [ "$(wc -l \
	    <"$T/files")" -eq 4 ]
	check "$2: all other summaries are as they were" [ "$(grep -c \
	    'MEMORY.md\|memory_summary.md\|raw_memories.md\|a summary' \
	    "$T/files")" -eq 4 ]
	diff "$T/root.old/memory_summary.md" "$ROOT/memory_summary.md" \
	    >"$T/diff"
	gone=$(count_of '^<' "$T/diff")
	check "$2: at most $3 lines of memory_summary.md go ($gone)" \
	    [ "$gone" -le "$3" ]
	rm -rf "$T/root.old"
}

# A project of its own: the summary's sum and its profile change.
one=$(grep -rl 'cargo test' tests/data/facts/codex/sessions)
one_more "$one" "$(sed -n '1s/.*"cwd":"[^"]*\/\([^"]*\)".*/\1/p' "$one")" 2
# One more session of a project that is there.
sed 's/01a1f83a-2aa0-71c4-82dd-c0285b9c2513/01a1fd83-1234-71c4-82dd-c0285b9c2513/g
    s/2026-11-20T09:1/2026-11-21T09:5/g
    s/The cart total is wrong/The order total is wrong/g' \
    tests/data/codex/sessions/2026/11/20/rollout-*c0285b9c2513.jsonl \
    >"$T/rollout-2026-11-21T09-52-04-01a1fd83-1234-71c4-82dd-c0285b9c2513.jsonl"
one_more "$T"/rollout-*.jsonl shop-api 6
world_clean "golden"
finish
