#!/bin/sh
# One agent for everything mixed one project's memory into another's.  N
# memories give N agent processes, each with its own thread id, all to be
# seen in ps(1), and no thread of one shows up in another.
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
agents() { [ "$(pids_of mnemod-agent | wc -l)" -eq $((N + 1)) ]; }
check "an agent process for each memory" wait_until 20 agents
sleep 0.3
for p in $(pids_of mnemod-agent); do
	tr '\0' ' ' <"/proc/$p/cmdline"
	echo
done >"$T/titles"
for i in 1 2 3 4; do
	check "ps shows the agent of m$i" has "^mnemod: consolidate m$i \[" \
	    "$T/titles"
done
for p in $(pids_of mnemod-extract); do
	tr '\0' ' ' <"/proc/$p/cmdline"
done >"$T/extract"
check "ps shows the extract worker" has '^mnemod: extract \[' "$T/extract"
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
check "a memory that nothing feeds holds no thread" \
    [ "$(count_of '^## Thread' "$W/memory-none/raw_memories.md")" -eq 0 ]
ROOT=$W/memory-1
world_clean "memories"
check "an audit for each agent" \
    [ "$(find "$STATE/agents" -name '*.jsonl' | wc -l)" -eq $((N + 1)) ]
finish
