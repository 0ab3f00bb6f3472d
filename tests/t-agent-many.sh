#!/bin/sh
# Sixty-four memories, each with an agent that waits for a model: one process
# per memory that ps(1) tells apart, one gateway for all of them, and what each
# writes goes into its own memory.
. tests/lib.sh
isolate
. tests/world.sh
. tests/model.sh
. tests/agent.sh
N=64
agents() { [ "$(pids_of mnemod-agent | wc -l)" -eq "$1" ]; }
# Each has a title with its memory and the turn $1.
in_turn() {
	for p in $(pids_of mnemod-agent); do
		tr '\0' ' ' <"/proc/$p/cmdline"
		echo
	done >"$T/titles"
	[ "$(sed -n "s/^mnemod: consolidate \(m[0-9]*\) \[turn $1[],].*/\1/p" \
	    "$T/titles" | sort -u | wc -l)" -eq $N ]
}

world_new
session 1 /home/u/p
memories=
i=1
while [ $i -le $N ]; do
	memories="$memories
memory \"m$i\" { root = \"$W/m$i\" }"
	i=$((i + 1))
done
SUMMARY='v1\n\n## User Profile\nOne user.\n\n## User preferences\n\n## General Tips\n\n## What'"\\\\u0027"'s in Memory\n'
rm -f "$T/first" "$T/second"
model_start "$ONE" \
    "model=fake-big has=function_call_output times=0 hold=$T/second text=done" \
    "model=fake-big times=0 hold=$T/first call=list_files args='{}' call=write_file args='{\"path\":\"memory_summary.md\",\"content\":\"$SUMMARY\"}'"
model_conf responses 'budget { requests_per_day = 0 tokens_per_day = 0 }' \
    "$memories"
mn_start -1 --yes
check "$N agents at once" wait_until 60 agents $N
check "each has asked" wait_until 60 asked_of_agent $N
check "each title names its memory and its turn" wait_until 20 in_turn 1
check "one gateway for all" [ "$(pids_of mnemod-gateway | wc -l)" -eq 1 ]
# shellcheck disable=SC2046
pss=$(for p in $(pids_of mnemod-agent); do
	sed -n 's/^Pss: *\([0-9]*\).*/\1/p' "/proc/$p/smaps_rollup"
done 2>/dev/null | awk '{ s += $1; if ($1 > m) m = $1 } END {
	if (NR) printf "%d kB PSS in the mean, %d kB at most", s / NR, m }')
echo "note: an agent process that waits: ${pss:-cannot be told}"
touch "$T/first"
check "each has a second turn" wait_until 60 asked_of_agent $((2 * N))
check "each title goes on" wait_until 20 in_turn 2
touch "$T/second"
# shellcheck disable=SC2154 # set by mn_start
wait "$sup"
check "status 0" [ $? -eq 0 ]
check "an agent for each memory, with a thread of its own" [ "$(db \
    'select count(distinct memory) || count(distinct thread_id) from agents')" \
    = "$N$N" ]
check "each had two turns, and is done" [ "$(db "select count(*) from agents
    where turns = 2 and status = 'completed' and reason is null")" -eq $N ]
check "each memory is published" [ "$(cat "$W"/m*/memory_summary.md |
    grep -c '^One user')" -eq $N ]
check "each asked in its own name" [ "$(db "select count(distinct thread_id)
    from model_requests where purpose = 'agent'")" -eq $N ]
check "the books are closed" [ "$(db \
    'select count(*) from model_requests where settled_at is null')" -eq 0 ]
check "no process is left" wait_until 12 no_orphans mnemod mnemod-extract \
    mnemod-agent mnemod-wspace mnemod-gateway
model_stop
finish
