#!/bin/sh
# Between two hundred agents and one gateway there are many ways for one of
# them to hold up the rest: by not reading, by dying in the middle of a
# request, by asking without end.  And a gateway that dies must cost nobody
# more than another try.
# shellcheck disable=SC2154
. tests/lib.sh
. tests/core.sh
isolate
core_setup

answers() { count_of 'answer [0-9]* ok' "$LOG"; }
# all_settled N: so many requests were admitted, or more, each is settled, and
# nothing waits.
all_settled() {
	sed -n 's/^relay admitted=\([0-9]*\) settled=\([0-9]*\) .*waiting=0/\1 \2/p' \
	    "$OUT" | {
		read -r _admitted _settled &&
		    [ "$_admitted" = "$_settled" ] && [ "$_admitted" -ge "$1" ]
	}
}
gateway_pid() {
	sed -n 's/.*gateway\[\([0-9]*\)\]: started.*/\1/p' "$LOG" | tail -n 1
}

# Two hundred: one never reads its 4 MiB, one dies in mid-payload, one floods.
core_start -g 'reply=4000 serve' \
    'consolidate/good*197=start ask=20000 await ask=300000 await ask=10 await exit=0' \
    'consolidate/deaf=start ask=1000 deaf' \
    'consolidate/torn=start torn signal=9' \
    'consolidate/flood=start asks=100000 stall'
wait_until 60 events 197 '^ended consolidate good.*exit status 0'
check "200 agents: every good one is answered three times" \
    [ "$(answers)" -eq 591 ]
check "the one that floods is ended" \
    has 'consolidate flood.*more model requests open than it may have' "$LOG"
check "the one that died in mid-payload sent nothing" \
    has '^ended consolidate torn.*signal' "$OUT"
check "the one that does not read still lives" \
    has_not '^ended consolidate deaf' "$OUT"
core_stop
check "all that was sent is settled, nothing waits" \
    all_settled 592
core_clean "200 agents"

# One that never reads while answers of 4 MiB come: bounded, and the rest goes on.
core_start -g 'reply=4194304 serve' \
    'extract/deaf=start asks=8 deaf' \
    'consolidate/good*20=start ask=10 await ask=10 await exit=0'
wait_until 60 events 20 '^ended consolidate good.*exit status 0'
check "large answers: every good one is answered" [ "$(answers)" -eq 40 ]
memory_below "large answers: the supervisor stays small" VmHWM "$sup" 204800
core_stop
core_clean "large answers"

# Requests of 8 MiB from all sides: the gateway is fed as it reads.
core_start -g 'slow=5 serve' \
    'consolidate/good*12=start ask=8388608 await exit=0'
wait_until 60 events 12 '^ended consolidate good.*exit status 0'
check "large requests: every one is answered" [ "$(answers)" -eq 12 ]
memory_below "large requests: the supervisor stays within its bound" \
    VmHWM "$sup" 409600
core_stop
core_clean "large requests"

# The asker ends first: cancelled, settled, and no answer goes astray.
core_run -1 -g 'slow=50 serve' \
    'consolidate/leaves*30=start ask=100 sleep=50 exit=0' \
    'consolidate/stays*3=start ask=100 await exit=0'
check "asker ends: the rest is answered" [ "$(answers)" -eq 3 ]
check "asker ends: nothing breaks the protocol" \
    has_not 'protocol error' "$LOG"
core_clean "asker ends"

# A gateway that says what it may not.
core_run -1 -o base=50 -g \
    'take raw={"type":"model_response","id":99,"body":{"outcome":"error"}} stall' \
    'consolidate/asks=start ask=100 await exit=0'
check "an answer to nothing ends the gateway" \
    has 'gateway\[.*answers nothing (id 99)' "$LOG"
check "and its request is answered" has 'answer 1 error transport' "$LOG"
core_run -1 -o base=50 -g 'take raw={"type":"model_response","id":2,"body":{"outcome":"ok"}} stall' \
    'consolidate/asks=start ask=100 await exit=0'
check "a reply without its payload ends the gateway" \
    has 'gateway\[.*model_response has no payload' "$LOG"
core_clean "a bad gateway"

# Killed a hundred times at any moment: each attempt is settled once, and
# every asker gets an answer to each of its questions.
long=
n=0
while [ $n -lt 40 ]; do
	long="$long ask=5000 await"
	n=$((n + 1))
done
core_start -o base=1 -o cap=20 -o intensity=31 -o healthy=1 -g 'slow=1 serve' \
    "consolidate/asks*10=start$long exit=0"
n=0
while [ $n -lt 100 ]; do
	pid=$(gateway_pid)
	[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null
	sleep "0.0$((n % 5))"
	n=$((n + 1))
done
wait_until 60 events 10 '^ended consolidate asks.*exit status 0'
check "killed 100 times: 400 questions, 400 answers" \
    [ "$(count_of 'answer [0-9]* ' "$LOG")" -eq 400 ]
check "killed 100 times: some were lost" \
    has 'answer [0-9]* error transport' "$LOG"
core_stop
check "killed 100 times: what was sent is settled, once" \
    all_settled 1
core_clean "killed 100 times"
finish
