#!/bin/sh
# A worker is the least trusted process there is.  Supervisors have allocated
# what a length said, waited for ever for the rest of a frame, or died of one
# unknown message.  Here each such thing ends its worker, names the reason and
# leaves the others alone.
. tests/lib.sh
. tests/core.sh
isolate
core_setup

# refused "sentence" "reason in the log" script
refused() {
	core_run -o grace=2000 -o requests=1 -1 "extract=$3" \
	    'consolidate=start sleep=200 exit=0'
	check "$1: the reason is logged" has "extract\[.*$2" "$LOG"
	check "$1: that worker is ended" \
	    has '^ended extract.*next=gone cause=protocol' "$OUT"
	check "$1: the other is not" \
	    has '^ended consolidate.*exit status 0' "$OUT"
	[ "$status" -eq 0 ] || not_ok "$1: status $status"
}

refused "row 38: length 0" 'frame of zero bytes' 'start zero stall'
refused "row 38: length 8 MiB and one" 'frame over 8 MiB' 'start over stall'
refused "row 38: length 0xffffffff" 'frame over 8 MiB' 'start huge stall'
refused "row 38: before hello" 'frame over 8 MiB' 'huge stall'
refused "row 39: end within a header" 'torn frame' 'start half exit=0'
refused "row 39: end within a body" 'torn frame' 'start body exit=0'
refused "row 40: garbage" 'not JSON' 'start raw=garbage stall'
refused "row 40: unknown type" 'unknown message nonsense' \
    'start raw={"type":"nonsense","id":0,"body":{}} stall'
refused "row 40: no envelope" 'malformed envelope' 'start raw={} stall'
refused "row 41: nesting" 'not JSON' 'start deep stall'
refused "row 41: a NUL" 'not JSON' 'start nul stall'
refused "row 41: trailing bytes" 'not JSON' \
    'start raw={"type":"bye","id":0,"body":{}}{} stall'
refused "row 42: ready before hello" 'ready is not legal here' 'ready stall'
refused "row 42: alive before ready" 'alive is not legal here' \
    'hello configure alive=1 stall'
refused "row 67: ready twice" 'ready is not legal here' 'start ready stall'
refused "row 42: hello twice" 'hello is not legal here' 'start hello stall'
refused "row 42: another role's message" 'prepared is not legal here' \
    'start raw={"type":"prepared","id":1,"body":{"changed":true,"base":"","staging":""}} stall'
refused "row 42: a message to workers" 'extract is not legal here' \
    'start raw={"type":"extract","id":1,"body":{"source":"","path":"","budget_bytes":1}} stall'
refused "an answer to nothing" 'answers nothing (id 77)' \
    'start raw={"type":"previewed","id":77,"body":{"text":""}} stall'
refused "an answer of the wrong type" 'answers nothing (id 2)' \
    'start take raw={"type":"previewed","id":2,"body":{"text":""}} stall'
refused "a body key of the wrong type" 'body key progress' \
    'start raw={"type":"alive","id":0,"body":{"progress":"x"}} stall'

refused "a payload that is too long" \
    'payload of message model_request: it is too long' 'start bare=8388609 stall'
refused "a payload of nothing" \
    'payload of message model_request: frame of zero bytes' \
    'start bare=0 zero stall'
refused "a payload that is missing" \
    'payload of message model_request: it is missing' 'start bare=0 exit=0'
refused "a payload that ends in the middle" \
    'payload of message model_request: torn frame' 'start torn signal=9'
refused "no payload where there must be one" 'model_request has no payload' \
    'start raw={"type":"model_request","id":1,"body":{"purpose":"agent"}} stall'
refused "a payload where there must be none" 'alive carries a payload' \
    'start raw={"type":"alive","id":0,"payload":true,"body":{"progress":1}} stall'
refused "a question that nobody answers" 'nobody answers message model_request' \
    'start ask=10 stall'

# Row 40: versions; not restarted, for it would be the same again.
core_run -1 'extract+=hello=9.9.9 stall' 'consolidate+=protocol=77 stall'
check "row 40: another version is named" \
    has 'extract.*it is version 9.9.9' "$LOG"
check "row 40: another protocol is named" has 'consolidate.*protocol 77' "$LOG"
check "row 40: neither is started again" \
    events 2 'next=failed cause=version'
core_clean "row 40"

# Row 38: nothing was allocated for what a length said.
core_start 'extract+=start huge stall' 'extract=start'
wait_until 5 events 1 'cause=protocol'
memory_below "row 38: memory stays flat" VmHWM "$sup" 65536
core_stop
core_clean "row 38"

# A ready that crosses the order to stop is no error.
core_start -o grace=3000 'extract=ignore hello configure sleep=500 ready'
wait_until 5 logged 1 ': started'
sleep 0.2
core_stop
check "row 67: ready after stop is passed over" \
    has_not 'protocol error' "$LOG"
check "row 67: nor taken for a beginning" has_not '^ready' "$OUT"
check "row 67: and the worker may sign off" has 'bye=1' "$OUT"
core_clean "row 67"
finish
