#!/bin/sh
# The first page was the last to learn of a change: it named commands that were
# not there and showed what nothing printed.
. tests/lib.sh
isolate
. tests/world.sh

# shown REGEX: the first match of each indented line.
shown() { sed -n "s/^    $1.*/\1/p" README.md; }

check "it fits on a screen and a half" [ "$(wc -l <README.md)" -le 72 ]
check "two commands set it up" [ "$(shown '\$ \(make [a-z]*\)' | tr '\n' ,)" = \
    "make demo,make check," ]

# What is named is there.
grep -oE '`?make [a-z-]+' README.md | sed 's/.*make //' | sort -u >"$T/goals"
grep -oE '`(check-asan|lint|deb|cross)`' README.md | tr -d '`' >>"$T/goals"
while IFS= read -r g; do
	check "make $g is there" grep -qE "^$g:" Makefile
done <"$T/goals"
"$B/mnemoctl" -h >"$T/help"
grep -oE 'mnemoctl [a-z]+' README.md | sed 's/.* //' | sort -u >"$T/commands"
while IFS= read -r c; do
	check "mnemoctl $c is there" grep -qE "^  $c( |\$)" "$T/help"
done <"$T/commands"
"$B/mnemod" -h >>"$T/help"
grep -oE 'mnemod [^`]*' README.md | grep -oE ' -(-[a-z-]+|[A-Za-z0-9])\b' |
    sort -u >"$T/options"
while read -r o; do
	check "option $o is there" grep -qE -- "(^| )$o(,| |\[|\$)" "$T/help"
done <"$T/options"
check "names were found" [ "$(cat "$T/goals" "$T/commands" "$T/options" |
    wc -l)" -gt 15 ]
grep -oE '[a-z.-]+\([1-8]\)' README.md | tr -d ')' | tr '(' . |
while IFS= read -r page; do
	[ -e "man/$page" ] || echo "$page"
done >"$T/pages"
check "every manual is there" [ ! -s "$T/pages" ]

# What is shown is printed: but for a commit and what is left out.
world_new
world_fill tests/data/codex
mn -1 --yes
sed 's/[0-9a-f]\{12\}/COMMIT/' "$LOG" >"$T/log"
shown '\(mnemod: .*\)' | sed 's/[0-9a-f]\{12\}/COMMIT/; s/ \.\.\.$//' >"$T/lines"
check "lines were found" [ -s "$T/lines" ]
while IFS= read -r line; do
	check "printed: $line" grep -Fq -- "$line" "$T/log"
done <"$T/lines"

# Each example of a configuration is one.
awk '/^    (use_provider|memory|source|provider) / { on = 1 }
    !/^    / { on = 0 } on' README.md >"$T/mnemod.conf"
check "an example was found" [ -s "$T/mnemod.conf" ]
"$MNEMOD" -n -f "$T/mnemod.conf" >"$T/printed" 2>"$T/said"
check "the example of a configuration is one" [ $? -eq 0 ]
cat "$T/said"
finish
