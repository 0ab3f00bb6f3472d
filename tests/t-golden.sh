#!/bin/sh
# The wording of the memory drifted with every change of a rule, and nobody
# saw what a change did to the rest.  What tests/data/codex gives is kept in
# tests/data/golden; it was read line by line, and a change of it is read
# again, in the commit that makes it:  GOLDEN=new sh tests/t-golden.sh
. tests/lib.sh
isolate
. tests/world.sh

GOLD=tests/data/golden

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

from_nothing tests/data/codex
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

from_nothing tests/data/codex
for f in MEMORY.md memory_summary.md; do
	check "$f: the same input gives the same bytes" \
	    cmp -s "$ROOT/$f" "$T/$f.first"
done

# One rollout more changes its own block and the lines that count.
one=$(cd tests/data/facts/codex && grep -rl 'cargo test' sessions)
mkdir -p "$CODEX/$(dirname "$one")"
cp "tests/data/facts/codex/$one" "$CODEX/$one"
world_touch "$CODEX/$one"
mn -1 --yes
for f in MEMORY.md memory_summary.md; do
	diff "$T/$f.first" "$ROOT/$f" >"$T/diff"
	gone=$(count_of '^<' "$T/diff")
	more=$(count_of '^>' "$T/diff")
	check "$f: one rollout more adds something ($more lines)" \
	    [ "$more" -gt 3 ]
	check "$f: and no more than itself" [ "$more" -le 24 ]
done
diff "$T/MEMORY.md.first" "$ROOT/MEMORY.md" >"$T/diff"
check "MEMORY.md: no line of another session is changed" \
    [ "$(count_of '^<' "$T/diff")" -eq 0 ]
diff "$T/memory_summary.md.first" "$ROOT/memory_summary.md" >"$T/diff"
check "memory_summary.md: only its sum and the profile are changed" \
    [ "$(count_of '^<' "$T/diff")" -le 2 ]

# What memory tells: commands and code, quotations, paths, numbers.
told() {
	grep '^- ' "$ROOT/MEMORY.md" | sed 's/ *\[Task [0-9]*\]//g' >"$T/lines"
	{
		grep -o '`[^`]*`' "$T/lines"
		grep -o '"[^"]*"' "$T/lines"
		grep -oE '[[:alnum:]_.@-]*(/[[:alnum:]_.@-]+)+' "$T/lines"
		grep -oE '\<[0-9]+(\.[0-9]+)*\>' "$T/lines"
	} | LC_ALL=C sort -u
}

# Ten passes over a home that grows: nothing that was told is lost, for all
# that it rests on is still there.
world_new
find tests/data/codex tests/data/facts/codex -name 'rollout-*' |
    LC_ALL=C sort >"$T/all"
step=$((($(wc -l <"$T/all") + 9) / 10))
: >"$T/before"
lost=0 pass=0
while [ $pass -lt 10 ]; do
	sed -n "$((pass * step + 1)),$((pass * step + step))p" "$T/all" |
	while IFS= read -r f; do
		to=$CODEX/${f#*/codex/}
		mkdir -p "$(dirname "$to")"
		cp "$f" "$to"
		world_touch "$to"
	done
	mn -1 --yes || not_ok "pass $pass"
	told >"$T/after"
	LC_ALL=C comm -23 "$T/before" "$T/after" >"$T/lost"
	lost=$((lost + $(wc -l <"$T/lost")))
	sed "s/^/lost in pass $pass: /" "$T/lost"
	mv "$T/after" "$T/before"
	pass=$((pass + 1))
done
check "ten passes over more and more lose nothing ($lost)" [ "$lost" -eq 0 ]
check "and told much ($(wc -l <"$T/before") pieces)" \
    [ "$(wc -l <"$T/before")" -gt 150 ]
cp "$ROOT/MEMORY.md" "$T/grown"
rm -rf "$ROOT" "$W/state"
mn -1 --yes
check "the memory that grew is the one made at once" \
    [ "$(LC_ALL=C sort "$T/grown")" = "$(LC_ALL=C sort "$ROOT/MEMORY.md")" ]
world_clean "golden"
finish
