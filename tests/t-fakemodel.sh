#!/bin/sh
# The scripted model server is what every test of the gateway trusts: each
# thing that it is told to do must be what arrives at a client.
. tests/lib.sh
isolate
. tests/model.sh

# ask PATH BODY [ARG...]: status of curl in $rc, head in $T/head, body in $T/body.
ask() {
	_path=$1 _body=$2
	shift 2
	curl -sSN -m 20 -D "$T/head" -o "$T/body" -H 'content-type: application/json' \
	    --data-binary "$_body" "$@" "http://127.0.0.1:$PORT/v1/$_path" 2>"$T/err"
	rc=$?
}
responses() { ask responses '{"model":"m"}' "$@"; }
chat() { ask chat/completions '{"model":"m"}'; }
messages() { ask messages '{"model":"m"}' "$@"; }
# data: the JSON of the events, an array.
data() {
	sed -n 's/^data: \({.*\)$/\1/p' "$T/body" | paste -sd, | sed 's/^/[/;s/$/]/' >"$T/events"
}
# joined PATH: such members of all events, put together.
joined() {
	data
	sqlite3 :memory: "select group_concat(v, '') from (select
	    json_extract(value, '$1') v from
	    json_each(readfile('$T/events')))"
}
# pluck PATH: the last such member.
pluck() {
	data
	sqlite3 :memory: "select json_extract(value, '$1') v from
	    json_each(readfile('$T/events')) where v is not null" | tail -n 1
}
bytes() { wc -c <"$T/body"; }
# clock COMMAND...: its time in ms in $took.
clock() {
	began=$(now_ms)
	"$@"
	took=$(($(now_ms) - began))
}

# What is said, in each API.
model_start 'times=3 text="héllo wörld" delta=1' \
    'times=3 reasoning=OPAQUE call=a args='\''{"x":"1"}'\'' repeat=2' \
    'times=3 refusal="not this"' 'times=3 failed=slow_down message=wait' \
    'times=3 incomplete=max_output_tokens text=a' 'times=3 text=a no_end' \
    'times=3 text=a no_usage' 'times=3 status=429 header="Retry-After: 3" message="$KEY"' \
    'usage=7,3,5,2 stage_one'
responses
check "responses: an event stream" has '^Content-Type: text/event-stream' "$T/head"
check "responses: the deltas are the text" [ "$(joined $.delta)" = "héllo wörld" ]
check "responses: completed" [ "$(pluck $.response.status)" = completed ]
check "responses: usage" [ "$(pluck $.response.usage.total_tokens)" = 1100 ]
chat
check "chat: the deltas are the text" \
    [ "$(joined '$.choices[0].delta.content')" = "héllo wörld" ]
check "chat: stop, usage, DONE" [ "$(pluck '$.choices[0].finish_reason')$(pluck \
    $.usage.total_tokens)$(grep -c '^data: \[DONE\]' "$T/body")" = stop11001 ]
messages
check "messages: the deltas are the text" [ "$(joined $.delta.text)" = "héllo wörld" ]
check "messages: end_turn, usage, stop" [ "$(pluck $.delta.stop_reason)$(pluck \
    $.message.usage.input_tokens)$(pluck $.usage.output_tokens)$(pluck \
    $.type)" = end_turn800100message_stop ]
responses
check "responses: two calls" [ "$(joined $.item.call_id)$(joined $.delta)" = \
    'call_4_1call_4_1call_4_2call_4_2thinking{"x":"1"}{"x":"1"}' ]
check "responses: something to replay" [ "$(pluck $.item.encrypted_content)" = OPAQUE ]
chat
check "chat: two calls" [ "$(joined '$.choices[0].delta.tool_calls[0].function.arguments')$(pluck \
    '$.choices[0].finish_reason')" = '{"x":"1"}{"x":"1"}tool_calls' ]
messages
check "messages: two calls" [ "$(joined $.delta.partial_json)$(joined \
    $.content_block.name)$(joined $.delta.signature)" = '{"x":"1"}{"x":"1"}aaOPAQUE' ]
check "messages: tool_use" [ "$(pluck $.delta.stop_reason)" = tool_use ]
responses; check "responses: a refusal" [ "$(pluck $.refusal)" = "not this" ]
chat; check "chat: a refusal" [ "$(joined '$.choices[0].delta.refusal')" = "not this" ]
messages; check "messages: a refusal" [ "$(pluck $.delta.stop_reason)" = refusal ]
responses; check "responses: failed" [ "$(pluck $.response.error.code)" = slow_down ]
chat; check "chat: failed" [ "$(pluck $.error.message)" = wait ]
messages; check "messages: failed" [ "$(pluck $.error.type)" = slow_down ]
responses; check "responses: incomplete" \
    [ "$(pluck $.response.incomplete_details.reason)" = max_output_tokens ]
chat; check "chat: incomplete" [ "$(pluck '$.choices[0].finish_reason')" = length ]
messages; check "messages: incomplete" [ "$(pluck $.delta.stop_reason)" = max_tokens ]
responses; check "responses: no completion" [ "$rc$(pluck $.response.status)" = 0in_progress ]
chat; check "chat: no completion" [ "$rc$(pluck '$.choices[0].finish_reason')" = 0 ]
messages; check "messages: no completion" [ "$rc$(pluck $.type)" = 0content_block_stop ]
responses; check "responses: no usage" [ -z "$(pluck $.response.usage)" ]
chat; check "chat: no usage" [ -z "$(pluck $.usage)" ]
messages; check "messages: no usage" [ -z "$(pluck $.usage)" ]
responses -H "authorization: Bearer s3cret"
check "responses: a status with its headers" [ "$(grep -ciE \
    '^(HTTP/1.1 429|retry-after: 3)' "$T/head")" -eq 2 ]
check "responses: an error that echoes the key" has '"message":"s3cret","type":"rate_limit' "$T/body"
chat; check "chat: an error" has '"error":{"message"' "$T/body"
messages -H "x-api-key: s3cret"
check "messages: an error" has '"type":"error","error":{"type":"rate_limit_error","message":"s3cret"' "$T/body"
ask messages '{"model":"m","tool_choice":{"type":"tool","name":"answer"}}'
check "messages: a demanded tool gives the answer" \
    [ "$(pluck $.content_block.name)" = answer ]
joined $.delta.partial_json >"$T/answer"
check "a good answer of stage one has three keys" [ "$(sqlite3 :memory: \
    "select count(*) from json_each(readfile('$T/answer'))")" -eq 3 ]
responses
check "a script that is used up" has '^HTTP/1.1 500' "$T/head"
ask metrics '{}'
check "a telemetry sink needs no rule" has '^HTTP/1.1 200' "$T/head"
model_stop

# How an event is written, and in what pieces.
model_start 'text=a crlf comments bom lines' 'text=a cr' 'text=a garbage' \
    'text=abc split=1' 'text=a big=10000000' 'fill=200000000' \
    'fill=4194304' 'text=a type=text/html' 'text=a gzip' \
    'status=307 header="Location: http://127.0.0.1:1/"' 'json='\''{"a":1}'\' \
    'text=a events=2 drip=40' 'text=a drip=40 events=1' 'call=a args="{oops" repeat=200' \
    'call=a args={} whole_calls no_ids' 'text=a no_deltas'
responses
check "CR LF, comments, byte-order mark, several data lines" [ "$(head -c 3 "$T/body" |
    od -An -tx1 | tr -d ' ')$(grep -c '^:.*.$' "$T/body")$(grep -c '^data:{.$' "$T/body")" = efbbbf78 ]
responses
check "CR alone" [ "$(tr -dc '\n' <"$T/body" | wc -c)$(tr '\r' '\n' <"$T/body" |
    grep -c ^data)" = 08 ]
responses
check "an event that is no JSON" has ']]}$' "$T/body"
responses --raw
check "split at every byte" [ "$(grep -c '^1.$' "$T/body")" -gt 500 ]
responses
check "an event of 10 MB" [ "$(awk '{ if (length > n) n = length }
    END { print n }' "$T/body")" -gt 10000000 ]
responses
check "a reply of 200 MB" [ "$(bytes)" -gt 200000000 ]
memory_below "and the server stays small" VmHWM "$model" 64000
rm -f "$T/body"
responses
check "a reply of 4 MiB" [ "$(joined $.delta | wc -c)" -ge 4194304 ]
responses; check "another content type" has '^Content-Type: text/html' "$T/head"
responses; check "gzip" sh -c "gzip -dc <'$T/body' | grep -q response.completed"
responses; check "a redirect" [ "$(grep -ciE '^(HTTP/1.1 307|location:)' "$T/head")" -eq 2 ]
responses; check "a plain body" [ "$(cat "$T/body")" = '{"a":1}' ]
clock responses --raw
n=$(grep -c '^[0-9a-f]*.$' "$T/body")
clock responses --raw
check "two events in a write" [ "$(grep -c '^[0-9a-f]*.$' "$T/body")" -gt "$n" ]
check "a drip before each" [ "$took" -ge 320 ]
responses; check "200 calls with arguments that are no JSON" [ "$(grep -c \
    '^data:.*output_item.done.*"arguments":"{oops"' "$T/body")" -eq 200 ]
chat; check "whole calls, without ids" [ "$(grep -c \
    'tool_calls.*arguments.*{}.*}]}.*null' "$T/body")$(grep -c call_ "$T/body")" = 10 ]
responses; check "done items only" [ -z "$(joined $.delta)" ]
model_stop

# How it ends.
model_start 'text=a half' 'text=a end=close' 'text=a cut=300 end=reset' \
    'text=a end=chunk' 'text=a cut=0 end=silence' 'status=0 end=reset' \
    'status=0 raw="no HTTP\n" end=close' 'status=0 end=silence' \
    'status=503 end=close' 'text=a wait=300' "hold=$T/go text=a"
responses; check "half an event" [ "$rc$(tail -c 1 "$T/body" | grep -c '')" = 01 ]
check "half an event: no blank line after it" [ -n "$(tail -n 1 "$T/body")" ]
responses; check "close in the middle" [ "$rc" -eq 18 ]
responses; check "reset in mid-stream" [ "$rc $(bytes)" = "56 300" ]
responses; check "half a chunk" [ "$rc" -eq 18 ]
responses -m 0.5; check "silence after the head" [ "$rc$(grep -c 200 "$T/head")" = 281 ]
responses; check "reset without a head" [ "$rc" -eq 56 ]
responses --http0.9; check "no HTTP" [ "$(cat "$T/body")" = "no HTTP" ]
responses -m 0.5; check "silence from the start" [ "$rc$(grep -c HTTP "$T/head")" = 280 ]
responses; check "an error that is cut off" [ "$rc" -eq 18 ]
clock responses; check "a late answer" [ "$took" -ge 300 ]
responses -m 20 & sleep 0.2; check "an answer is held back" requests 11
: >"$T/go"; wait $!; check "and let go" wait_until 5 ended 11 complete
check "it is recorded that a client went" ended 5 gone
check "it is recorded that a reply ended" ended 2 complete
model_stop

# What it was sent, which rule it takes.
model_start 'model=b text=for-b' 'has=needle text=for-needle times=2' \
    'path=/messages text=for-messages' 'times=0 text=for-all'
ask responses '{"model":"a","n":1}' -H 'X-Some: thing'
check "by match: the one that always holds" [ "$(joined $.delta)" = for-all ]
ask responses '{"model":"b"}'
check "by match: model" [ "$(joined $.delta)" = for-b ]
ask responses '{"input":"a needle here"}'
check "by match: text" [ "$(joined $.delta)" = for-needle ]
messages
check "by match: path" [ "$(joined $.delta.text)" = for-messages ]
printf '{"model":"a","needle":1}' | zstd -q >"$T/z"
ask responses @"$T/z" -H 'content-encoding: zstd'
check "by match: in a compressed body" [ "$(joined $.delta)" = for-needle ]
check "recorded: the body" [ "$(sent 1 $.body.n)" = 1 ]
check "recorded: headers" [ "$(sent 1 '$.headers.x-some')" = thing ]
check "recorded: method, path, protocol" [ "$(sent 1 $.method) $(sent 1 $.path) \
$(sent 1 $.protocol)" = "POST /v1/responses HTTP/1.1" ]
check "recorded: a compressed body" [ "$(sent 5 $.body.needle)" = 1 ]
curl -s -d '{}' "http://127.0.0.1:$PORT/v1/responses" -d '{}' \
    "http://127.0.0.1:$PORT/v1/responses" >/dev/null
check "recorded: a connection that is used again" \
    [ "$(sent 6 $.connection)" = "$(sent 7 $.connection)" ]
model_stop

# TLS, with a certificate that nobody signed.
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$T/key" -out "$T/cert" 2>/dev/null
model_start -c "$T/cert" -k "$T/key" 'times=0 text=a'
curl -s -d '{}' "https://127.0.0.1:$PORT/v1/responses" >/dev/null
check "TLS: a bad certificate" [ $? -eq 60 ]
check "TLS: with its own authority" sh -c "curl -s --cacert '$T/cert' -d '{}' \
    https://127.0.0.1:$PORT/v1/responses | grep -q completed"

# Its own life.
kill "$model"
wait "$model"
check "ends on SIGTERM" [ $? -eq 143 ]
"$B/test/fakemodel" -t 1 >"$T/port"
check "ends by itself" [ $? -eq 142 ]
"$B/test/fakemodel" "text=a nonsense=1" 2>"$T/err"
check "a wrong word is told with its rule" has 'rule 1: no such word: nonsense' "$T/err"
check "no process is left" wait_until 5 no_orphans fakemodel
finish
