#!/bin/sh
# An agent that is killed in mid-work must leave nothing: its worker is killed
# with SIGKILL after every single tool call in turn, each time the live memory is
# to the byte what it was, nothing of the run is left, and the next run does
# the work.
. tests/lib.sh
isolate
. tests/world.sh
. tests/model.sh
. tests/agent.sh
export MNEMOD_TEST_GRACE_MS=1000
PATCH='*** Begin Patch\n*** Add File: skills/x/SKILL.md\n+---\n+name: x\n+description: x\n+---\n*** End Patch'
stems 1
handbook "$T/one.md" 1
summary 1 >"$T/s.md"

# Nine calls, each tool among them.
LOOK="model=fake-big call=list_files args='{}' call=read_file args='{\"path\":\"phase2_workspace_diff.md\"}' call=search args='{\"text\":\"parser\"}'"
WRITE="$(write_all "$T/one.md" "$T/s.md")"
rest() {
	echo "model=fake-big call=edit_file args='{\"path\":\"memory_summary.md\",\"old\":\"One user.\",\"new\":\"One user, round $1.\"}' call=apply_patch args='{\"patch\":\"$PATCH\"}' call=move_file args='{\"from\":\"skills/x/SKILL.md\",\"to\":\"skills/y/SKILL.md\"}' call=delete_file args='{\"path\":\"skills/y/SKILL.md\"}'"
}
# news N: the session goes on.
news() {
	printf '{"timestamp":"2026-11-22T01:0%s:00.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"go on"}]}}\n' "$1" >>"$(rollout 1)"
	touch -d "2026-11-22T01:0$1:00Z" "$(rollout 1)"
}
hour() {
	_n=$(($1 * 4 + $2))
	NOW=$(date -u -d "2026-11-23T12:00:00Z + $_n hours" +%Y-%m-%dT%H:%M:%SZ)
}

world_new
session 1 /home/u/p1
pass "$LOOK" "$WRITE" "$(rest 0)" "$DONE"
check "the first build is published" has 'round 0' "$ROOT/memory_summary.md"
n=1
while [ $n -le 9 ]; do
	news $n
	before=$(root_digest)
	hour $n 0
	model_start "$ONE" "$LOOK" "$WRITE" "$(rest $n)" "$DONE"
	model_conf responses
	mn -1 --yes -o crash_at="agent.call.after#$n"
	check "killed after call $n: the job failed" [ "$(agent_row reason)" = failed_agent ]
	check "killed after call $n: by SIGKILL" has 'signal 9' "$LOG"
	check "killed after call $n: the memory is as it was" \
	    [ "$(root_digest)" = "$before" ]
	world_clean "killed after call $n"
	model_stop
	hour $n 2
	pass "$LOOK" "$WRITE" "$(rest $n)" "$DONE"
	check "killed after call $n: the next run publishes" \
	    has "round $n" "$ROOT/memory_summary.md"
	n=$((n + 1))
done
check "each tool was used" [ "$("$MNEMOCTL" show "$(agent_row thread_id)" | grep -c \
    -e '^list_files' -e '^read_file' -e '^search' -e '^write_file' -e '^edit_file' \
    -e '^apply_patch' -e '^move_file' -e '^delete_file')" -ge 8 ]
check "no skill is left of it" [ ! -e "$ROOT/skills" ]
world_clean "all"
finish
