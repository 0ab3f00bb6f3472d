#!/bin/sh
# Memory servers of others are left behind by the dozen, hold databases open,
# and store nothing without a word.  Ours ends with its client, holds nothing,
# reads what is published and nothing else, and says what it cannot do.
#
# tests/data/mcp/exchange is what the client of the npm package
# @modelcontextprotocol/sdk 1.32.2 said (>) and was answered (<).
. tests/lib.sh
isolate
. tests/world.sh

DATA=tests/data/mcp
ID=01a1f83a-2aa0-71c4-82dd-c0285b9c2513
SUMMARY=rollout_summaries/2026-11-20T09-12-04-0VrB-the_cart_total

# mcp ARG...: a session whose lines are on standard input, to its end.
mcp() {
	"$B/test/mnemoctl" -o now="$NOW" mcp "$@" >"$T/out" 2>"$T/err"
	status=$?
}
HELLO='{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}'
# tool NAME ARGUMENTS: the line that calls it.
tool() {
	printf '{"jsonrpc":"2.0","id":"%s","method":"tools/call","params":{"name":"%s","arguments":%s}}\n' \
	    "$1" "$1" "$2"
}
uses() { sql "select coalesce(usage_count, 0) from stage1_outputs where thread_id = '$1'"; }
used() { [ "$(uses "$1")" = "$2" ]; }
# What differs from one version, or one second, to the next.
steady() {
	sed -e 's/"version":"[0-9.]*"/"version":"V"/' \
	    -e 's,notes/[0-9T-]*-we-deploy,notes/TIME-we-deploy,g'
}

# begin: a session that goes on; its input is descriptor 3.
begin() {
	rm -f "$T/in"
	mkfifo "$T/in"
	: >"$T/out"
	"$B/test/mnemoctl" -o now="$NOW" mcp <"$T/in" >"$T/out" \
	    2>"$T/err" &
	server=$!
	exec 3>"$T/in"
}
answered() { [ "$(grep -c "$1" "$T/out")" -ge "${2:-1}" ]; }
broker_of() { cat "/proc/$1/task/$1/children" 2>/dev/null | tr -d ' '; }

# The recorded exchange, with a supervisor.
world_new
mkdir -p "$CODEX/sessions"
mn -1 --yes
cp -R $DATA/memory/. "$ROOT/"
mn_start 3>&-
check "recorded: a supervisor listens" wait_until 10 listening
sed -n 's/^> //p' $DATA/exchange >"$T/said"
mcp <"$T/said"
check "recorded: status 0" [ "$status" -eq 0 ]
check "recorded: no word on standard error" [ ! -s "$T/err" ]
sed -n 's/^< //p' $DATA/exchange | steady >"$T/want"
steady <"$T/out" >"$T/got"
check "recorded: the same answers" cmp "$T/want" "$T/got"
check "recorded: the note is published" has 'We deploy on Tuesdays' \
    "$ROOT"/extensions/ad_hoc/notes/*we-deploy*

# What it keeps of its rights, and that it holds no place at the supervisor.
begin
echo "$HELLO" >&3
check "it answers" wait_until 10 answered '"id":0'
broker=$(broker_of "$server")
if [ -n "${SANITIZED:-}" ]; then
	skip "the sandbox" "sanitizers need more"
else
	check "sandbox: system calls are filtered" \
	    has '^Seccomp:.2' "/proc/$server/status"
	check "sandbox: no new privileges" \
	    has '^NoNewPrivs:.1' "/proc/$server/status"
fi
check "the broker does not have the client's pipes" \
    [ "$(readlink "/proc/$broker/fd/0" "/proc/$broker/fd/1" | sort -u)" = \
    /dev/null ]
check "no connection is held" [ "$(find "/proc/$broker/fd" -lname 'socket:*' |
    wc -l)" -eq 1 ]

# The supervisor goes and comes back.
mn_stop
tool remember '{"text":"lost"}' >&3
check "gone: remember is refused" wait_until 10 answered \
    'nothing was noted: no mnemod supervisor runs'
tool read "{\"path\":\"$SUMMARY.md\"}" >&3
check "gone: reading goes on" wait_until 10 answered 'start_line_number'
check "gone: says that the use is dropped" wait_until 10 has \
    'not counted as used until one does' "$T/err"
check "gone: nothing was noted" [ -z "$(find "$ROOT" -name '*lost*')" ]
mn_start 3>&-
check "back: a supervisor listens" wait_until 10 listening
tool remember '{"text":"found again"}' >&3
check "back: remember works" wait_until 10 answered 'found-again.md'
exec 3>&-
wait "$server"
check "end of input: status 0" [ $? -eq 0 ]
check "end of input: the broker is gone" is_gone "$broker"

# A supervisor that hangs is not waited for without end.
export MNEMOD_TEST_NOTE_MS=500
kill -STOP "$sup"
{ echo "$HELLO"; tool remember '{"text":"unheard"}'; } | mcp
check "it hangs: status 0" [ "$status" -eq 0 ]
check "it hangs: the note may come yet" has \
    'the supervisor gave no answer in time; it may still note it' "$T/out"
kill -CONT "$sup"
mn_stop

# Nor is an agent that is at work.
mn_start -o agent_hold_ms=600000 -o pipeline.consolidation_cooldown_hours=0 \
    3>&-
check "an agent: is at work" wait_until 20 agent_up
{ echo "$HELLO"; tool remember '{"text":"too early"}'; } | mcp
check "an agent: what it waits for" has \
    'nothing was noted (.*an agent is at work.*); ask again in some' "$T/out"
mn_stop
check "an agent: nothing was noted" [ -z "$(find "$ROOT" -name '*early*')" ]
unset MNEMOD_TEST_NOTE_MS
mn_stop

# Uses of what sessions made.
world_new
world_fill tests/data/codex
mn -1 --yes
f=$(cd "$ROOT" && grep -l "thread_id: $ID" rollout_summaries/*)
tool read "{\"path\":\"$f\"}" | mcp
check "alone: says so at once" has 'no supervisor answers' "$T/err"
check "alone: needs a beginning" has 'initialize comes first' "$T/out"
{
	echo "$HELLO"
	tool read "{\"path\":\"$f\"}"
} | mcp
check "alone: the client is told" has 'remember is refused' "$T/out"
check "alone: nothing is counted" used "$ID" 0
mn_start 3>&-
check "uses: a supervisor listens" wait_until 10 listening
{
	echo "$HELLO"
	tool read "{\"path\":\"$f\",\"max_lines\":4}"
	tool read "{\"path\":\"$f\",\"line_offset\":5}"
	tool read '{"path":"MEMORY.md"}'
	tool search '{"query":"e"}'
	sleep 0.2 # the last one is on its way when the input ends
} | mcp
check "uses: to read on is the same use" wait_until 10 used "$ID" 1
begin
{
	echo "$HELLO"
	tool read "{\"path\":\"$f\"}"
	tool read "{\"path\":\"$f\"}"
} >&3
check "uses: to read again is another" wait_until 10 used "$ID" 3
check "uses: who reads is no thread" [ "$(sql \
    "select count(*) from citations where citing = 'mcp'")" -eq 1 ]

# It ends when it is told to, and does not outlive its client.
broker=$(broker_of "$server")
kill "$server"
wait "$server"
check "SIGTERM ends it" [ $? -eq 143 ]
check "SIGTERM ends the broker" wait_until 5 is_gone "$broker"
exec 3>&-
begin
echo "$HELLO" >&3
check "it answers again" wait_until 10 answered '"id":0'
broker=$(broker_of "$server")
kill -KILL "$server"
wait "$server" 2>/dev/null
check "SIGKILL ends the broker too" wait_until 5 is_gone "$broker"
exec 3>&-

# The broker alone is gone: what needs it is refused.
begin
echo "$HELLO" >&3
check "it answers once more" wait_until 10 answered '"id":0'
kill -KILL "$(broker_of "$server")"
tool remember '{"text":"nobody there"}' >&3
check "without a broker remember is refused" wait_until 10 answered \
    'start this server again'
tool list '{}' >&3
check "without a broker the rest goes on" wait_until 10 answered MEMORY.md
exec 3>&-
wait "$server"
check "without a broker it ends" [ $? -eq 0 ]

# Hostile input: each line gets its answer, the next one too.
{
	echo "$HELLO"
	printf 'garbage\n\n{\n\377\376\n[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n'
	head -c 3000000 /dev/zero | tr '\0' x
	echo
	tool remember "{\"text\":\"$(printf 'a\\u001b[31m')\"}"
	tool remember "{\"text\":\"$(head -c 20000 /dev/zero | tr '\0' x)\"}"
	tool read '{"path":"../../state/mnemod/state.db"}'
	tool read '{"path":"raw_memories.md"}'
	echo '[{"jsonrpc":"2.0","id":1,"method":"ping"}]'
	printf '{"jsonrpc":"2.0","id":"last","method":"ping"}'
	echo
	printf 'half a line without its end'
} | mcp
check "hostile: status 0" [ "$status" -eq 0 ]
check "hostile: no JSON" [ "$(grep -c -- -32700 "$T/out")" -eq 4 ]
check "hostile: one answer for 3 MB" \
    [ "$(grep -c 'at most 1048576 bytes' "$T/out")" -eq 1 ]
check "hostile: control characters" has 'holds control characters' "$T/out"
check "hostile: a note of 20 kB" has 'longer than 16384 bytes' "$T/out"
check "hostile: outside" has 'relative to the memory' "$T/out"
check "hostile: not published" has 'not a file of the memory' "$T/out"
check "hostile: the last one is answered" \
    has '^{"jsonrpc":"2.0","id":"last","result":{}}$' "$T/out"
check "hostile: ASCII alone" \
    [ "$(LC_ALL=C tr -d '\n -~' <"$T/out" | wc -c)" -eq 0 ]

# Which memory.
mcp -m kodex </dev/null
check "unknown memory: status 1" [ "$status" -eq 1 ]
check "unknown memory: the nearest" has 'nearest is codex' "$T/err"
printf 'memory "a" { root = "%s/a" }\nmemory "b" { root = "%s/b" }\n' \
    "$W" "$W" >"$W/two.conf"
"$B/test/mnemoctl" -f "$W/two.conf" mcp </dev/null >"$T/out" 2>"$T/err"
check "several memories: status 2" [ $? -eq 2 ]
check "several memories: says how" has 'name one with -m' "$T/err"
echo "$HELLO" | "$B/test/mnemoctl" -f "$W/two.conf" mcp -m a >"$T/out" \
    2>"$T/err"
check "a root that is not there yet: status 0" [ $? -eq 0 ]
check "a root that is not there yet: says so" has 'not there yet' "$T/err"
ln -s "$ROOT" "$W/b"
"$B/test/mnemoctl" -f "$W/two.conf" mcp -m b </dev/null >"$T/out" 2>"$T/err"
check "a link for a root: status 7" [ $? -eq 7 ]
mn_stop
check "no process is left" wait_until 10 no_orphans mnemoctl
world_clean "mcp"
finish
