#!/bin/sh
# A memory is worth what it recalls and what it leaves out, and each change of
# a rule moved both unseen.  The rollouts of tests/data/facts plant facts of
# four kinds and decoys of many; this test counts them, kind by kind.
. tests/lib.sh
isolate
. tests/world.sh

DATA=tests/data/facts
EXPECTED=$DATA/expected.txt
world_new
world_fill $DATA/codex
check "mnemod -1 runs" mn -1 --yes
cat "$ROOT/MEMORY.md" "$ROOT/memory_summary.md" >"$T/memory"
find "$ROOT" -name '*.md' -exec cat {} + >"$T/everything"
find $DATA/codex -name '*.jsonl' -exec cat {} + >"$T/rollouts"

# holds FILE TEXT: a line holds all parts of the text.
holds() {
	PARTS=$2 awk '
	BEGIN { n = split(ENVIRON["PARTS"], part, " ~ ") }
	{
		for (i = 1; i <= n && index($0, part[i]); i++)
			continue
		if (i > n) {
			found = 1
			exit
		}
	}
	END { exit !found }' "$1"
}

# table KIND: the texts of a kind, facts or decoys.
table() {
	awk -F'|' -v kind="$1" '!/^#/ && ($1 == kind || $2 == kind) {
		sub("^[^|]*[|][^|]*[|]", "")
		print
	}' $EXPECTED
}

recalled=0
for kind in preference correction fix command; do
	table $kind >"$T/$kind"
	got=0 all=0
	while IFS= read -r text; do
		all=$((all + 1))
		if holds "$T/memory" "$text"; then
			got=$((got + 1))
		else
			echo "missed - $kind: $text"
		fi
	done <"$T/$kind"
	echo "recall - $kind: $got of $all"
	recalled=$((recalled + got))
done
check "30 facts are planted" [ "$(table fact | wc -l)" -eq 30 ]
check "at least 28 of 30 facts are recalled ($recalled)" \
    [ "$recalled" -ge 28 ]

table decoy >"$T/decoys"
taken=0
while IFS= read -r text; do
	grep -qF -- "${text##* ~ }" "$T/rollouts" ||
	    not_ok "the decoy is planted: $text"
	if holds "$T/everything" "$text"; then
		taken=$((taken + 1))
		echo "taken - $text"
	fi
done <"$T/decoys"
check "at least 30 decoys are planted" [ "$(wc -l <"$T/decoys")" -ge 30 ]
check "no decoy is taken ($taken of $(wc -l <"$T/decoys"))" [ "$taken" -eq 0 ]
world_clean "facts"
finish
