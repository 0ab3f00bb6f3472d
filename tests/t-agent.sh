#!/bin/sh
# A consolidation agent with a model: peers let it use a shell, took any path,
# published whatever it left behind and kept a run alive for hours.  Here a
# scripted model plays the good agent, the clumsy one and the one that was
# talked into something by a transcript; the memory changes only by what passes
# the validator, and what was tried stands in the audit.
. tests/lib.sh
isolate
. tests/world.sh
. tests/model.sh
. tests/agent.sh
export MNEMOD_TEST_GRACE_MS=1000

stems 1
stem=$(cat "$T/stem1")
check "stage one made a summary ($stem)" [ -n "$stem" ]
handbook "$T/MEMORY.md" 1
summary 1 >"$T/memory_summary.md"
sed "s/$stem/no-such-summary.md/" "$T/MEMORY.md" >"$T/bad.md"
LOOK="model=fake-big call=read_file args='{\"path\":\"phase2_workspace_diff.md\"}' call=list_files args='{}'"
GOOD=$(write_all "$T/MEMORY.md" "$T/memory_summary.md")
BAD=$(write_all "$T/bad.md" "$T/memory_summary.md")

# fresh: one session of one user, rested.
fresh() {
	world_new
	session 1 /home/u/p1
}
# agent_pass RULE...: a fresh world, one pass with that agent.
agent_pass() {
	fresh
	pass "$@"
}
published() { cmp -s "$T/MEMORY.md" "$ROOT/MEMORY.md"; }
# The Nth request of the agent.
asked() {
	grep -a '"model":"fake-big"' "$REQ" | sed -n "${1}p" >"$T/one-request"
	sqlite3 :memory: "select json_extract(readfile('$T/one-request'), '$2')"
}

#
# First build, on each API.
#
for API in responses chat messages; do
	agent_pass "$LOOK" "$GOOD" "$DONE"
	cat "$LOG"
	check "$API: first build: status 0" [ "$status" -eq 0 ]
	check "$API: what it wrote is published" published
	check "$API: three turns" [ "$(agent_row turns)" -eq 3 ]
	check "$API: completed" [ "$(agent_row status)" = completed ]
	check "$API: its tokens are counted" [ "$(agent_row tokens)" -gt 0 ]
	check "$API: three requests" [ "$(agents_requests)" -eq 3 ]
	world_clean "$API: first build"
done
API=responses
agent_pass "$LOOK" "$GOOD" "$DONE"
check "the eight tools are offered" [ "$(asked 1 '$.body.tools' |
    grep -o '"name":"[a-z_]*"' | sort -u | wc -l)" -eq 8 ]
check "its history is empty: the prompt is all that is said" \
    [ "$(asked 1 '$.body.input' | grep -o '"role":' | wc -l)" -eq 1 ]
check "no schema is asked for" [ -z "$(asked 1 '$.body.text.format')" ]
check "the effort is that of consolidation" \
    [ "$(asked 1 '$.body.reasoning.effort')" = medium ]
check "the ids are the agent's own" \
    [ "$(asked 1 '$.headers."thread-id"')" = "$(agent_row thread_id)" ]
check "the prompt names the memory" sh -c 'grep -q "called" "$1"' sh "$REQ"
check "the result of a tool comes back" sh -c \
    'grep -q "function_call_output" "$1"' sh "$REQ"
check "audit: the calls" has '"name":"read_file"' "$(audit)"
check "audit: their results" has 'function_call_output' "$(audit)"
check "audit: the last message" has 'It is in the memory now' "$(audit)"
check "audit: a thread of this source, first of all" \
    [ "$(sed -n 1p "$(audit)" | grep -c \
    "\"session_meta\".*\"id\":\"$(agent_row thread_id)\".*\"internal\":\"memory_consolidation\".*\"thread_source\":\"memory_consolidation\"")" -eq 1 ]

# Nothing to do.
model_start "$ONE"
model_conf responses
mn -1 --yes
check "nothing new: status 0" [ $? -eq 0 ]
check "nothing new: nobody is asked" [ "$(agents_requests)" -eq 0 ]
model_stop

# The validator refuses, the agent mends.
agent_pass "$BAD" "$DONE" "model=fake-big $(write_call MEMORY.md "$T/MEMORY.md")" "$DONE"
check "mended: status 0" [ "$status" -eq 0 ]
check "mended: published" published
check "mended: it was told what is wrong" has 'MEMORY.md:[0-9]*: citation' \
    "$REQ"

# Refused for good.
agent_pass "$BAD" "$DONE" "$DONE" "$DONE"
check "refused: status 1" [ "$status" -eq 1 ]
check "refused: nothing is published" unpublished
check "refused: the reason is kept" [ "$(agent_row reason)" = rejected ]
check "refused: staging is kept for a person" \
    [ -d "$STATE/staging/$(agent_row thread_id)" ]
id=$(agent_row thread_id)
"$MNEMOCTL" show "$id" >"$T/show"
check "refused: show has reason and generator" [ "$(grep -c \
    -e '^reason: rejected$' -e '^generator: fake:fake-big/1$' "$T/show")" -eq 2 ]
check "refused: show has the violations of each round" \
    has '^violation 3: MEMORY.md:[0-9]*: citation: ' "$T/show"
check "refused: show has the staging" has "^staging: $STATE/staging/$id$" \
    "$T/show"
check "refused: show counts requests" has '^requests: 4, 0 failed, 0 open' \
    "$T/show"
check "refused: its tokens" has "tokens: $(agent_row tokens)$" "$T/show"

# A person takes it all the same: one rule, and no other.
accept() {
	"$MNEMOCTL" accept "$@" >"$T/out" 2>"$T/err"
	status=$?
}
accept "$id"
check "despite: not without a rule" [ "$status" -eq 1 ]
accept "$id" --despite specifics
check "despite another rule: status 1" [ "$status" -eq 1 ]
check "despite another rule: says which" has ': citation: ' "$T/err"
accept "$id" --despite nonsense
check "despite no rule: status 1" [ "$status" -eq 1 ]
check "despite no rule: says so" has 'nonsense: is no rule' "$T/err"
accept "$id" --despite citatoin
check "despite no rule: the nearest" has 'the nearest is citation' "$T/err"
accept 0000 --despite citation
check "despite: no such agent" [ "$status" -eq 1 ]
check "despite: the nearest agent" has "the nearest is $id" "$T/err"
check "despite: nothing of it changed anything" unpublished
check "despite: it is still refused" [ "$(agent_row reason)" = rejected ]
accept "${id%????}" --despite citation
cat "$T/err"
check "despite the rule: status 0" [ "$status" -eq 0 ]
check "despite the rule: published" cmp -s "$T/bad.md" "$ROOT/MEMORY.md"
check "despite the rule: the reason" \
    [ "$(agent_row reason)" = 'accepted_despite citation' ]
check "despite the rule: the commit" [ -n "$(agent_row published_commit)" ]
check "despite the rule: the job is done" [ "$(stage_two status)" = "done" ]
check "despite the rule: in the audit" has \
    '"type":"accepted","despite":"citation"' "$(audit)"
world_clean "despite the rule"
accept "$id" --despite citation
check "despite, again: status 1" [ "$status" -eq 1 ]
model_start "$ONE"
model_conf responses
mn -1 --yes
check "despite: the next pass has nothing to do" [ $? -eq 0 ]
check "despite: and asks nobody" [ "$(agents_requests)" -eq 0 ]
model_stop

# Trouble on the way.
agent_pass "$LOOK" "model=fake-big status=500" "$GOOD" \
    "model=fake-big status=503" "$DONE"
check "server errors: asked again" published
check "server errors: each attempt is in the ledger" \
    [ "$(db "select count(*) from model_requests where purpose = 'agent'")" \
    -eq 5 ]
agent_pass "$LOOK" "model=fake-big status=400"
check "invalid request: status 1" [ "$status" -eq 1 ]
check "invalid request: the job failed" [ "$(stage_two status)" = error ]
check "invalid request: nothing is published" unpublished
agent_pass "$LOOK" "model=fake-big refusal='I do not do that.'"
check "a refusal: the job failed" [ "$(stage_two status)" = error ]
check "a refusal: nothing is published" unpublished
agent_pass "$LOOK" "model=fake-big text=''" "model=fake-big text=''" \
    "model=fake-big text=''"
check "empty replies: the job failed" [ "$(stage_two status)" = error ]
agent_pass "model=fake-big text=''" "$GOOD" "$DONE"
check "one empty reply: it is told to go on" published
agent_pass "model=fake-big call=write_file args='{\"path\":'" "$GOOD" "$DONE"
check "malformed arguments: it is told, and goes on" published
check "malformed arguments: said so" has 'no JSON object' "$REQ"
agent_pass "model=fake-big call=list_files args='{}' repeat=200" "$GOOD" \
    "$DONE"
check "200 calls in one reply" published
check "200 calls: all are answered" \
    [ "$(asked 2 '$.body.input' | grep -o '"function_call_output"' | wc -l)" \
    -eq 200 ]
agent_pass "model=fake-big call=read_file args='{\"path\":\"raw_memories.md\"}' repeat=40" \
    "model=fake-big failed=context_length_exceeded" "$GOOD" "$DONE"
check "context overflow: it goes on with less" published

# Bounds.
LINE='budget { turns_per_agent = 2 }'
agent_pass "$GOOD" "$LOOK" "$LOOK" "$LOOK"
LINE=
check "as many turns as it may: stopped" [ "$(agents_requests)" -eq 2 ]
check "as many turns as it may: judged as it is" published
check "as many turns as it may: the reason is kept" \
    [ "$(agent_row reason)" = capped_turns ]
agent_pass "$GOOD" "model=fake-big failed=context_length_exceeded times=0"
check "a conversation that never fits: judged as it is" published
check "a conversation that never fits: the reason is kept" \
    [ "$(agent_row reason)" = capped_context ]
LINE='budget { tokens_per_agent = 100 }'
agent_pass "$GOOD"
LINE=
check "no tokens: nobody is asked" [ "$(agents_requests)" -eq 0 ]
check "no tokens: work waits" [ "$status" -eq 8 ]
check "no tokens: the job is pending" [ "$(stage_two status)" = pending ]

# A secret that the record would cut in two.
agent_pass "model=fake-big call=search args='{\"text\":\"$(printf '%04065d' 0) ghp_77d0c41be5a94e2077d0c41be5a94e2077d0\"}'" "$GOOD" "$DONE"
check "a secret at the cut: the call is in the audit" has \
    '"name":"search".*REDACTED' "$(audit)"
check "a secret at the cut: no part of it" has_not 'ghp_\|77d0c' "$(audit)"

# Talked into something.
mkdir -p "$T/outside"
TRY="model=fake-big call=read_file args='{\"path\":\"../../../../home/.ssh/id_rsa\"}' call=read_file args='{\"path\":\"/etc/passwd\"}' call=write_file args='{\"path\":\"$T/outside/x\",\"content\":\"x\"}' call=write_file args='{\"path\":\"skills/run/scripts/x.sh\",\"content\":\"rm -rf /\"}' call=exec args='{\"cmd\":\"id\"}' call=delete_file args='{\"path\":\"rollout_summaries/$stem\"}'"
agent_pass "$TRY" "model=fake-big call=delete_file args='{\"path\":\"skills/run/scripts/x.sh\"}'" "$GOOD" "$DONE"
check "poisoned: what is good is published" published
check "poisoned: nothing outside" [ -z "$(ls "$T/outside")" ]
check "poisoned: no script" [ ! -e "$ROOT/skills" ]
check "poisoned: the evidence stays" [ -e "$ROOT/rollout_summaries/$stem" ]
check "poisoned: nothing was read" has_not 'root:x:0' "$REQ"
check "poisoned: the attempts are in the audit" has '/etc/passwd' "$(audit)"
"$MNEMOCTL" show "$(agent_row thread_id)" >"$T/show"
check "poisoned: the attempts are shown as refused" [ "$(grep -c \
    -e '^read_file *refused.*id_rsa' -e '^read_file *refused .*/etc/passwd' \
    -e '^exec *refused' "$T/show")" -eq 3 ]
agent_pass "$TRY" "$GOOD" "$DONE" "$DONE" "$DONE"
check "poisoned: a script in skills/ is refused" [ "$status" -eq 1 ]
check "poisoned: nothing of it is published" unpublished

# A person edits while the agent works.
fresh
model_start "$ONE" "$LOOK" "$GOOD" "$DONE"
model_conf responses
mn -1 --yes
model_stop
f=$(rollout 1)
sed -i 's/please fix/now tune/' "$f"
printf '%s\n' '{"timestamp":"2026-11-22T12:00:02.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"and be quick"}]}}' >>"$f"
touch -d 2026-11-22T12:00:10Z "$f"
EDIT="model=fake-big call=edit_file args='{\"path\":\"MEMORY.md\",\"old\":\"- when tests\",\"new\":\"- When tests\"}'"
NOW=2026-11-23T20:00:00Z
model_start "$ONE" "$EDIT" "hold=$T/go $DONE"
rm -f "$T/go"
model_conf responses
mn_start -1 --yes
check "edited meanwhile: the agent is at work" wait_until 20 asked_of_agent 2
check "its title tells the turn" wait_until 5 sh -c \
    'ps -eo args | grep -q "consolidate codex \[turn 2"'
printf '\n- written by hand while it ran\n' >>"$ROOT/memory_summary.md"
touch "$T/go"
# shellcheck disable=SC2154 # set by mn_start
wait "$sup"
check "edited meanwhile: status 0" [ $? -eq 0 ]
check "edited meanwhile: the person's line is there" \
    has 'written by hand while it ran' "$ROOT/memory_summary.md"
check "edited meanwhile: the agent's edit is there" \
    has '^- When tests' "$ROOT/MEMORY.md"
model_stop
NOW=2026-11-23T12:00:00Z

# Killed after every turn; then the supervisor.
for n in 1 2 3; do
	fresh
	case $n in
	1) model_start "$ONE" "hold=$T/never $LOOK" ;;
	2) model_start "$ONE" "$LOOK" "hold=$T/never $GOOD" ;;
	3) model_start "$ONE" "$LOOK" "$GOOD" "hold=$T/never $DONE" ;;
	esac
	model_conf responses
	mn_start -1 --yes
	wait_until 20 asked_of_agent $n
	kill -9 "$(pids_of mnemod-agent)"
	wait "$sup"
	check "killed in turn $n: status 1" [ $? -eq 1 ]
	check "killed in turn $n: nothing is published" unpublished
	world_clean "killed in turn $n"
	model_stop
	model_start "$ONE" "$LOOK" "$GOOD" "$DONE"
	model_conf responses
	NOW=2026-11-23T14:00:00Z
	mn -1 --yes
	check "killed in turn $n: the next run succeeds" published
	NOW=2026-11-23T12:00:00Z
	model_stop
done
fresh
model_start "$ONE" "$LOOK" "hold=$T/never $GOOD"
model_conf responses
mn_start -1 --yes
wait_until 20 asked_of_agent 2
kill -9 "$sup"
wait "$sup" 2>/dev/null
check "supervisor killed: no process is left" wait_until 12 no_orphans \
    mnemod mnemod-extract mnemod-agent mnemod-wspace mnemod-gateway
model_stop
model_start "$ONE" "$LOOK" "$GOOD" "$DONE"
model_conf responses
mn -1 --yes
check "supervisor killed: the next run succeeds" published
check "supervisor killed: what it had asked counts" \
    [ "$(db "select count(*) from model_requests where purpose = 'agent'")" \
    -eq 5 ]
world_clean "supervisor killed"
model_stop
finish
