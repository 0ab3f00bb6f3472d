#!/bin/sh
# One agent for everything mixed one project's memory into another's.  N
# memories give N agent processes, each with its own thread id, all to be
# seen in ps(1), and no thread of one shows up in another.  Rules may overlap,
# roots may not, and 64 of them are one pass.
. tests/lib.sh
isolate
. tests/world.sh

N=4
world_new
world_fill tests/data/codex
mkdir -p "$W/config/mnemod"
conf=$W/config/mnemod/mnemod.conf
i=1
while [ $i -le $N ]; do
	cat >>"$conf" <<-EOT
	memory "m$i" { root = "$W/memory-$i"  sources = {"codex"} }
	EOT
	i=$((i + 1))
done
cat >>"$conf" <<EOT
memory "none" { root = "$W/memory-none"  sources = {"codex"}  cwd = {"/no/such/dir"} }
EOT

mn_start -1 --yes -o agent_hold_ms=3000
agents() { [ "$(pids_of mnemod-agent | wc -l)" -eq "$N" ]; }
check "an agent process for each memory" wait_until 20 agents
titles() {
	for p in $(pids_of mnemod-agent); do
		tr '\0' ' ' <"/proc/$p/cmdline"
		echo
	done >"$T/titles"
	[ "$(count_of '^mnemod: consolidate m[1-4] \[' "$T/titles")" -eq 4 ]
}
wait_until 2 titles
for i in 1 2 3 4; do
	check "ps shows the agent of m$i" has "^mnemod: consolidate m$i \[" \
	    "$T/titles"
done
for p in $(pids_of mnemod-extract); do
	tr '\0' ' ' <"/proc/$p/cmdline"
done >"$T/extract"
check "ps shows the extract worker" has '^mnemod: extract \[' "$T/extract"
# shellcheck disable=SC2154 # set by mn_start
tr '\0' ' ' <"/proc/$sup/cmdline" >"$T/sup"
check "ps shows the supervisor" has '^mnemod: supervisor \[' "$T/sup"
check "no key or path of a rollout in any environment" \
    [ "$(for p in $(pids_of mnemod-agent mnemod-extract); do
	tr '\0' '\n' <"/proc/$p/environ"; done | grep -c 'codex\|HOME')" -eq 0 ]
wait "$sup"
check "exit status 0" [ $? -eq 0 ]
check "each agent has a thread id of its own" \
    [ "$(sql 'select count(distinct thread_id) from agents')" -eq $((N + 1)) ]
for i in 1 2 3 4; do
	check "m$i is published" [ -s "$W/memory-$i/MEMORY.md" ]
	cmp -s "$W/memory-1/raw_memories.md" "$W/memory-$i/raw_memories.md"
	check "m$i holds the same rows" [ $? -eq 0 ]
done
check "a memory that nothing feeds has no agent and nothing published" \
    [ ! -e "$W/memory-none/MEMORY.md" ]
ROOT=$W/memory-1
world_clean "memories"
check "an audit for each agent" \
    [ "$(find "$STATE/agents" -name '*.jsonl' | wc -l)" -eq "$N" ]

# Overlapping rules: a thread feeds every memory that takes it, once each.  A
# worktree of a repository is of its group, wherever it lies.
world_new
world_fill tests/data/codex
old=$(grep -rl '"repository_url"' "$CODEX/sessions/2026/11/20" | head -n 1)
tree=$CODEX/sessions/2026/11/20/rollout-2026-11-20T09-20-00-01a1f841-67c0-71c4-82dd-c0285b9c2514.jsonl
sed 's/01a1f83a-2aa0-71c4-82dd-c0285b9c2513/01a1f841-67c0-71c4-82dd-c0285b9c2514/g
    s,/home/mara/src/shop-api,/tmp/worktrees/fix-12,g' "$old" >"$tree"
touch -r "$old" "$tree"
mkdir -p "$W/config/mnemod"
cat >"$conf" <<EOT
memory "all" { root = "$W/all"  sources = {"codex"} }
memory "shop" { root = "$W/shop"  sources = {"codex"}  cwd = {"/home/mara/src/shop-api", "/tmp/worktrees/*"} }
memory "rest" { root = "$W/rest"  sources = {"codex"}  exclude = {"/home/mara/src/shop-api"}  cwd = {"*"} }
EOT
mn -1 --yes
check "overlapping rules: status 0" [ $? -eq 0 ]
threads() { grep -o '^## Thread `[^`]*' "$1/raw_memories.md" | LC_ALL=C sort; }
threads "$W/all" >"$T/all"
threads "$W/shop" >"$T/shop"
threads "$W/rest" >"$T/rest"
check "the shop has threads" [ -s "$T/shop" ]
check "the rest has threads" [ -s "$T/rest" ]
check "what the parts have, the whole has" \
    [ "$(LC_ALL=C sort -u "$T/shop" "$T/rest" | cksum)" = "$(cksum <"$T/all")" ]
check "one thread in two parts" \
    [ "$(LC_ALL=C comm -12 "$T/shop" "$T/rest")" = \
    '## Thread `01a1f841-67c0-71c4-82dd-c0285b9c2514' ]
check "an output is made once for all memories" [ "$(sql \
    'select count(*) from stage1_outputs')" -eq "$(wc -l <"$T/all")" ]
check "repository and worktree are one group" \
    [ "$(count_of '^# Task Group: ' "$W/shop/MEMORY.md")" -eq 1 ]
check "the group has the worktree's session" \
    has 'thread_id=01a1f841-67c0-71c4-82dd-c0285b9c2514' "$W/shop/MEMORY.md"
check "the group has the repository's session" \
    has 'thread_id=01a1f83a-2aa0-71c4-82dd-c0285b9c2513' "$W/shop/MEMORY.md"
for m in all shop rest; do
	"$B/test/mnemoctl" check "$W/$m" >"$T/out" 2>&1
	check "$m: nothing is wrong" [ $? -eq 0 ]
done
ROOT=$W/all
world_clean "overlapping rules"

# Roots that are one, or lie in each other, whatever their names say.
refused() {
	what=$1 root=$2
	cat >"$W/roots.conf" <<-EOT
	memory "a" { root = "$W/roots/a"  sources = {"codex"} }
	memory "b" { root = "$root"  sources = {"codex"} }
	EOT
	"$MNEMOD" -f "$W/roots.conf" -n >"$T/out" 2>&1
	st=$?
	check "$what: status 3" [ "$st" -eq 3 ]
	check "$what: names both" has \
	    'memory "b": root .* the root of memory "a"' "$T/out"
}
mkdir -p "$W/roots/a/sub" "$W/roots/c/sub"
ln -s a "$W/roots/link"
ln -s a/sub "$W/roots/inner"
ln -s . "$W/roots/dot"
refused "the same root" "$W/roots/a"
refused "a root within" "$W/roots/a/sub"
refused "a root that is not there yet, within" "$W/roots/a/new/er"
refused "a root around" "$W/roots"
refused "a link to it" "$W/roots/link"
refused "a link into it" "$W/roots/inner"
refused "a link around" "$W/roots/dot"
refused "a way through a link" "$W/roots/dot/dot/a"
if unshare -m true 2>/dev/null; then
	cat >"$W/inner.sh" <<-'EOT'
	mount --bind "$1/a" "$1/c" || exit 99
	shift
	exec "$@"
	EOT
	MNEMOD_=$MNEMOD
	bound() { unshare -m sh "$W/inner.sh" "$W/roots" "$MNEMOD_" "$@"; }
	MNEMOD=bound
	refused "the same by a bind mount" "$W/roots/c"
	refused "within, by a bind mount" "$W/roots/c/sub"
	MNEMOD=$MNEMOD_
else
	skip "bind mounts: no mount namespace here"
fi
rm -rf "$W/roots"

# Each root was resolved and looked up for each other one: with 1,000 every
# command took 20 s of CPU before it did anything.
i=0
while [ $i -lt 1000 ]; do
	echo "memory \"n$i\" { root = \"$W/many/$i/root\" }"
	i=$((i + 1))
done >"$W/many.conf"
mkdir "$W/many"
(cd "$W/many" && seq 0 999 | sed 's,$,/root,' | xargs mkdir -p)
# shellcheck disable=SC3045 # dash has it
(ulimit -t 8 && exec "$MNEMOD" -f "$W/many.conf" -n) >"$T/out" 2>&1
check "1,000 roots: apart, in a moment" [ $? -eq 0 ]
sed -i "s,/500/root,/7/root/new,; s,/900/root,/8," "$W/many.conf"
"$MNEMOD" -f "$W/many.conf" -n >"$T/out" 2>&1
check "1,000 roots: status 3 if two meet" [ $? -eq 3 ]
check "1,000 roots: the first that meets another is named" has \
    'memory "n500": root .* lies in the root of memory "n7"' "$T/out"
rm -rf "$W/many" "$W/many.conf"

# 64 memories in one pass.
M=64
world_new
world_fill tests/data/codex
mkdir -p "$W/config/mnemod"
: >"$conf"
i=1
while [ $i -le $M ]; do
	echo "memory \"many$i\" { root = \"$W/many/$i\"  sources = {\"codex\"} }" \
	    >>"$conf"
	i=$((i + 1))
done
cp "$conf" "$T/many.conf"
mkdir "$W/many"
mn_start -1 --yes -o agent_hold_ms=1500
most=0 open=0
while kill -0 "$sup" 2>/dev/null; do
	n=$(pids_of mnemod-agent | wc -l)
	[ "$n" -le "$most" ] || most=$n
	n=$(find "/proc/$sup/fd" 2>/dev/null | wc -l)
	[ "$n" -le "$open" ] || open=$n
	sleep 0.1
done
wait "$sup"
check "64 memories: status 0" [ $? -eq 0 ]
check "64 memories: agents work side by side" [ "$most" -ge 2 ]
echo "# 64 memories: at most $most agents and $open descriptors at once"
check "64 memories: each is published" \
    [ "$(find "$W/many" -name MEMORY.md -size +0 | wc -l)" -eq $M ]
check "64 memories: each the same" \
    [ "$(cksum "$W"/many/*/raw_memories.md | cut -d' ' -f1 | sort -u |
    wc -l)" -eq 1 ]
check "64 memories: an agent for each" [ "$(sql \
    "select count(*) from agents where status = 'completed'")" -eq $M ]
ROOT=$W/many/1
world_clean "64 memories"

# With few descriptors each held some and waited for more, for ever.
world_new
world_fill tests/data/codex
mkdir -p "$W/config/mnemod" "$W/many"
grep -v 'many[4-9][0-9]' "$T/many.conf" >"$conf"
M=$(wc -l <"$conf")
# shellcheck disable=SC3045 # dash has it
(ulimit -n 120 && mn -1 --yes -o agent_hold_ms=300) &
wait_until 60 sh -c '! kill -0 "$1" 2>/dev/null' sh $!
wait $!
check "few descriptors: status 0" [ $? -eq 0 ]
check "few descriptors: each memory is published" \
    [ "$(find "$W/many" -name MEMORY.md -size +0 | wc -l)" -eq "$M" ]
world_clean "few descriptors"

# At a start the workers of all memories began together, to look at what an
# earlier run left, however many of them were too many.
world_new
world_fill tests/data/codex
mkdir -p "$W/config/mnemod" "$W/many"
sed 20q "$T/many.conf" >"$conf"
late=$(find "$CODEX/sessions" -name '*-01a20373-bf58-*')
mv "$late" "$T/late"
# few ARG...: with descriptors for three memories at work.
few() (
	# shellcheck disable=SC3045 # dash has it
	ulimit -n 165 && exec setsid "$MNEMOD" -o now="$NOW" -v "$@" 2>"$LOG"
)
# most_workers: how many workspace workers the log has alive at once.
most_workers() {
	awk '$2 != "workspace" { next }
	    / started$/ && ++n > most { most = n }
	    /: exit status |: signal / { n-- }
	    END { print most + 0 }' "$LOG"
}
few -1 --yes
check "20 memories: status 0" [ $? -eq 0 ]
check "20 memories: three of them at work" [ "$(most_workers)" -eq 3 ]
mv "$T/late" "$late"
few -1 -o agent_hold_ms=60000 &
sup=$!
agents() { [ "$(pids_of mnemod-agent | wc -l)" -eq 3 ]; }
check "20 memories: three agents" wait_until 20 agents
# shellcheck disable=SC2046
kill -9 "$sup" $(pids_of mnemod)
wait "$sup" 2>/dev/null
few -1
check "20 memories, after a crash: status 0" [ $? -eq 0 ]
check "20 memories, after a crash: three of them at work" \
    [ "$(most_workers)" -eq 3 ]
check "20 memories, after a crash: each is recovered" \
    [ "$(count_of 'workspace.* told to end: recovered' "$LOG")" -eq 20 ]
check "20 memories, after a crash: three agents had not finished" \
    [ "$(count_of 'did not finish; its job is pending' "$LOG")" -eq 3 ]
check "20 memories, after a crash: each is published" \
    [ "$(grep -l "$(basename "$late" .jsonl)" "$W"/many/*/raw_memories.md |
    wc -l)" -eq 20 ]
world_clean "20 memories"
finish
