#!/bin/sh
# One request ran at a time: while `forget' waited half an hour for an agent,
# nobody could even look at the history of another memory, nor stop anything.
# Requests run beside each other; only those that change the same memory wait
# for each other, in the order in which they came.
. tests/lib.sh
isolate
. tests/world.sh

notes() { ls "$W/memory-$1/extensions/ad_hoc/notes"; }

world_new
world_fill tests/data/codex
mkdir -p "$W/config/mnemod"
cat >"$W/config/mnemod/mnemod.conf" <<EOT
memory "one" { root = "$W/memory-one"  sources = {"codex"} }
memory "two" { root = "$W/memory-two"  sources = {"codex"}  cwd = {"/no/such"} }
EOT
mn -1 --yes
id=$(sql 'select thread_id from selections limit 1')
mn_start -o agent_hold_ms=600000
check "it listens" wait_until 10 listening

# The agent of `forget' would take ten minutes: all that is answered meanwhile
# did not wait for it.
ctl_start forget forget "$id"
forget=$asker
check "forget: its agent is at work" wait_until 20 agent_up
ctl history two
check "meanwhile: the history of another memory" [ "$status" -eq 0 ]
ctl history one
check "meanwhile: the history of the same memory" [ "$status" -eq 0 ]
ctl -m two remember "Of the second"
check "meanwhile: a change of another memory" [ "$status" -eq 0 ]
check "meanwhile: it is there" sh -c 'ls "$1" | grep -q of-the-second' sh \
    "$W/memory-two/extensions/ad_hoc/notes"
ctl extract --outdated
check "meanwhile: what needs no memory" [ "$status" -eq 0 ]
ctl history three
check "meanwhile: a wrong request" has 'nearest is' "$T/err"
ctl_start first -m one remember "First"
first=$asker
check "meanwhile: a change of the same waits" \
    wait_until 10 has 'an agent is at work' "$T/first.err"
ctl_start second -m one remember "Second"
second=$asker
check "meanwhile: another one too" \
    wait_until 10 has 'an agent is at work' "$T/second.err"
ctl_start again forget --dry-run "$id"
again=$asker
i=0
while [ $i -lt 20 ]; do
	"$B/test/mnemoctl" -o now="$NOW" history one >/dev/null 2>&1 &
	readers="${readers:-} $!"
	i=$((i + 1))
done
answered=0
for p in $readers; do
	wait "$p" && answered=$((answered + 1))
done
check "twenty at once: all are answered ($answered)" [ "$answered" -eq 20 ]
check "the agent is still at work" agent_up
check "and its request not answered" [ ! -s "$T/forget.out" ]
check "nor one of its kind" is_alive "$again"

# Its end, and that of those after it, lets the others go, in their order.
over() {
	for p in $(pids_of mnemod-agent); do
		kill -KILL "$p" 2>/dev/null
	done
	is_gone "$1"
}
wait_until 30 over "$forget"
wait "$forget"
check "an agent that was killed: forget tells it" \
    has 'memory one: .*failed_agent' "$T/forget.out"
wait "$again"
check "the second forget: status 0" [ $? -eq 0 ]
wait "$first"
check "the first change: status 0" [ $? -eq 0 ]
wait "$second"
check "the second change: status 0" [ $? -eq 0 ]
check "in their order" [ "$(notes one | LC_ALL=C sort |
    sed -n 's/.*\(first\|second\).*/\1/p' | tr '\n' ' ')" = "first second " ]

# Whoever still waits when the supervisor stops was told to ask again, though
# nothing was begun: now it asks again by itself, and serves itself.
ctl_start forget forget "$id"
forget=$asker
check "stop: an agent is at work" wait_until 20 agent_up
ctl_start last -m one remember "Last"
last=$asker
check "stop: a change waits for it" \
    wait_until 10 has 'an agent is at work' "$T/last.err"
mn_stop
check "the supervisor ends: status 0" [ $? -eq 0 ]
wait "$forget"
check "stop: what had begun is told that it was interrupted" \
    has 'memory one: .*interrupted' "$T/forget.out"
wait "$last"
check "stop: what had not is done: status 0" [ $? -eq 0 ]
check "stop: it is there" sh -c 'ls "$1" | grep -q last' sh \
    "$W/memory-one/extensions/ad_hoc/notes"
ROOT=$W/memory-one
world_clean "all"
check "no mnemoctl is left" wait_until 5 no_orphans mnemoctl
finish
