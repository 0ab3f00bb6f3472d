#!/bin/sh
# A memory that is made anew each time loses a path here and a number there,
# and nobody misses it until it is needed.  A specific is a command or code
# (`...`), a quotation ("..."), a path, a version or a number of two digits and
# more that a bullet of a raw memory holds.  After each of ten passes over a
# home that grows, every specific of every thread must stand in MEMORY.md or in
# a rollout summary that MEMORY.md cites for that thread; and what MEMORY.md
# told once it must tell still, for all that it rests on is there.
. tests/lib.sh
isolate
. tests/world.sh

PASSES=10

# specifics: of the bullets on standard input, "THREAD<tab>SPECIFIC".
specifics() {
	awk '
	function tell(s) {
		if (length(s) > 1)
			print thread "\t" s
	}
	function tell_all(s, shape, from) {
		while (match(s, shape)) {
			tell(substr(s, RSTART, RLENGTH))
			s = substr(s, RSTART + RLENGTH)
		}
	}
	/^## Thread `/ { thread = substr($3, 2, length($3) - 2) }
	!/^(- |\[[0-9]+\] )/ { next }
	{
		sub(/^(- |\[[0-9]+\] )/, "")
		gsub(/ *\[Task [0-9]+\]/, "")
		tell_all($0, "`[^`]+`")
		tell_all($0, "\"[^\"]+\"")
		tell_all($0, "[A-Za-z0-9_.@-]*(/[A-Za-z0-9_.@-]+)+")
		gsub(/[A-Za-z_][A-Za-z0-9_]*/, " ")
		tell_all($0, "[0-9]+([.:-]?[0-9]+)+")
	}'
}

# missing FILE...: the specifics ("THREAD<tab>SPECIFIC") on standard input that
# stand neither in MEMORY.md nor in a summary that it cites for the thread.
missing() {
	ROOT=$ROOT awk -F'\t' '
	function read_file(name, text, line) {
		while ((getline line <name) > 0)
			text = text line "\n"
		close(name)
		return text
	}
	BEGIN {
		root = ENVIRON["ROOT"]
		memory = read_file(root "/MEMORY.md")
		n = split(memory, lines, "\n")
		for (i = 1; i <= n; i++)
			if (match(lines[i], /thread_id=[0-9a-f-]+/)) {
				id = substr(lines[i], RSTART + 10, 36)
				split(lines[i], word, " ")
				cited[id] = cited[id] read_file(root \
				    "/rollout_summaries/" word[2])
			}
	}
	index(memory, $2) == 0 && index(cited[$1], $2) == 0'
}

# told: what MEMORY.md tells.
told() {
	specifics <"$ROOT/MEMORY.md" | LC_ALL=C sort -u
}

world_new
find tests/data/codex tests/data/golden/codex tests/data/facts/codex \
    -name 'rollout-*' | LC_ALL=C sort >"$T/all"
all=$(wc -l <"$T/all")
: >"$T/before"
pass=1 from=1
while [ $pass -le $PASSES ]; do
	to=$((all * pass / PASSES))
	sed -n "$from,${to}p" "$T/all" | while IFS= read -r f; do
		new=$CODEX/${f#*/codex/}
		mkdir -p "$(dirname "$new")"
		cp "$f" "$new"
		world_touch "$new"
	done
	from=$((to + 1))
	mn -1 --yes || not_ok "pass $pass runs"
	specifics <"$ROOT/raw_memories.md" | LC_ALL=C sort -u >"$T/specifics"
	missing <"$T/specifics" >"$T/missing"
	sed "s/^/missing in pass $pass: /" "$T/missing"
	check "pass $pass: all $(wc -l <"$T/specifics") specifics of \
$(count_of '^## Thread' "$ROOT/raw_memories.md") threads are there" \
	    [ ! -s "$T/missing" ]
	told >"$T/after"
	LC_ALL=C comm -23 "$T/before" "$T/after" >"$T/lost"
	sed "s/^/lost in pass $pass: /" "$T/lost"
	check "pass $pass: MEMORY.md tells all of the $(wc -l \
	    <"$T/before") that it told" [ ! -s "$T/lost" ]
	mv "$T/after" "$T/before"
	pass=$((pass + 1))
done
check "at least 180 specifics were looked for ($(wc -l <"$T/specifics"))" \
    [ "$(wc -l <"$T/specifics")" -ge 180 ]

# The looking works: a bullet that is cut out is missed.
cp "$ROOT/MEMORY.md" "$T/memory"
id=$(sed -n 's/^## Thread `\(.*\)`$/\1/p' "$ROOT/raw_memories.md" | head -n 1)
grep -v "thread_id=$id" "$T/memory" | grep -v '^- Check that' \
    >"$ROOT/MEMORY.md"
check "a thread without its citation is missed" [ "$(missing \
    <"$T/specifics" | wc -l)" -gt 0 ]
cp "$T/memory" "$ROOT/MEMORY.md"

# Ten passes over the same change no byte and publish nothing.
root_digest >"$T/digest"
pass=1 quiet=0
while [ $pass -le $PASSES ]; do
	mn -1 --yes && root_digest | cmp -s "$T/digest" - &&
	    ! grep -q ': published' "$LOG" && quiet=$((quiet + 1))
	pass=$((pass + 1))
done
check "ten passes over the same change nothing ($quiet of $PASSES)" \
    [ "$quiet" -eq "$PASSES" ]

# All at once: the same lines, if in another order of blocks.
cp "$ROOT/MEMORY.md" "$T/grown"
rm -rf "$ROOT" "$W/state"
mn -1 --yes
LC_ALL=C sort "$ROOT/MEMORY.md" >"$T/sorted"
LC_ALL=C sort "$T/grown" | cmp -s - "$T/sorted"
check "the memory that grew is the one made at once" [ $? -eq 0 ]
world_clean "specifics"
finish
