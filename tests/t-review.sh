#!/bin/sh
# Who wants to see a memory before agents of tomorrow read it: publish =
# review.  Nothing is published before a person says so, what is published is
# what they saw, and no agent runs on while they think.
. tests/lib.sh
isolate
. tests/world.sh

agents() { sql "select count(*) from agents"; }
reason() { sql "select coalesce(reason, '-') from agents order by rowid desc limit 1"; }
token() { ctl review && sed -n 's/^to publish this: mnemoctl accept //p' "$T/out"; }

world_new
world_fill tests/data/codex
mkdir -p "$W/config/mnemod"
echo "memory \"codex\" { root = \"$ROOT\"  publish = review }" \
    >"$W/config/mnemod/mnemod.conf"
ctl review
check "no state: status 6" [ "$status" -eq 6 ]
mn -1 --yes
check "a pass: status 0" [ $? -eq 0 ]
check "a pass: says what waits" has 'wait for review; see mnemoctl review' \
    "$LOG"
check "a pass: nothing is published" [ -z "$(ls -A "$ROOT")" ]
check "a pass: the agent is done, its work waits" \
    [ "$(reason)" = review_pending ]
n=$(agents)
mn -1 --yes
check "another pass: no new agent" [ "$(agents)" -eq "$n" ]
ctl status
check "status: review_pending" has '^codex .*review_pending' "$T/out"
ctl jobs
check "jobs: review_pending" has '^stage two *codex .*review_pending  *-' "$T/out"
ctl review
check "review: status 0" [ "$status" -eq 0 ]
check "review: the diff" has '^+# Task Group' "$T/out"
t=$(token)
check "review: a token" [ ${#t} -eq 40 ]

# What a person writes meanwhile makes another result.
mkdir "$ROOT/extensions"
echo "mine" >"$ROOT/extensions/n.md"
ctl accept "$t"
check "accept, edited since: status 1" [ "$status" -eq 1 ]
check "accept, edited since: says so" has 'review it again' "$T/err"
check "accept, edited since: nothing is published" [ ! -e "$ROOT/MEMORY.md" ]
ctl accept 000000000000
check "accept, wrong token" [ "$status" -eq 1 ]
ctl accept "$(token)"
check "accept: status 0" [ "$status" -eq 0 ]
check "accept: published" [ -s "$ROOT/MEMORY.md" ]
check "accept: what the person wrote is there" \
    [ "$(cat "$ROOT/extensions/n.md")" = mine ]
check "accept: the agent is credited" [ "$(sql "select count(*) from agents
    where published_commit is not null and reason is null")" -eq 1 ]
ctl accept codex
check "accept again: nothing waits" has 'nothing waits' "$T/err"
world_clean "accepted"

# Discarded: as if it had never been, and the job begins anew.
mn -1 --yes
ctl remember "Never push on Fridays"
mn -1 --yes
before=$(root_digest)
check "second: waits" [ "$(reason)" = review_pending ]
ctl discard
check "discard: status 0" [ "$status" -eq 0 ]
check "discard: the folder is the same" [ "$(root_digest)" = "$before" ]
check "discard: the job is pending" \
    [ "$(sql "select status from jobs where kind='memory_consolidate'")" = pending ]
check "discard: the agent says so" [ "$(reason)" = discarded ]
ctl discard
check "discard again: status 1" [ "$status" -eq 1 ]
mn -1 --yes
check "after it: a new agent, waiting" [ "$(reason)" = review_pending ]

# With a supervisor, by name; edits are kept.
mn_start
check "with: it listens" wait_until 10 listening
echo "Mine." >>"$ROOT/memory_summary.md"
ctl -j review
check "with: review" has '"by":"supervisor"' "$T/out"
ctl -j accept codex
check "with: accept" has '"by":"supervisor".*"commit":"' "$T/out"
check "with: published" has 'Fridays' "$ROOT/MEMORY.md"
check "with: the edit is kept" has '^Mine\.$' "$ROOT/memory_summary.md"
mn_stop
world_clean "with"

# Killed while it is held, accepted, discarded: it waits, or it is done.
i=0
for point in review.hold.before review.hold.after store.stage_two.before; do
	i=$((i + 1))
	ctl remember "Thing number $i"
	mn -1 --yes -o crash_at=$point
	mn -1 --yes
	check "$point: it waits" [ "$(reason)" = review_pending ]
	check "$point: nothing is published" \
	    has_not "Thing number $i" "$ROOT/MEMORY.md"
	ctl accept codex
	check "$point: accepted" has "Thing number $i" "$ROOT/MEMORY.md"
done
for point in publish.next.after publish.live.after staging.drop.after \
    review.drop.before store.review.before; do
	i=$((i + 1))
	ctl remember "Thing number $i"
	mn -1 --yes
	ctl -o crash_at=$point accept codex
	check "$point: accept is cut off" [ "$status" -ne 0 ]
	mn -1 --yes
	check "$point: published all the same" \
	    has "Thing number $i" "$ROOT/MEMORY.md"
	ctl review
	check "$point: nothing waits" has 'nothing waits' "$T/err"
	check "$point: written down" [ "$(sql "select count(*) from agents
	    where reason = 'review_pending'")" -eq 0 ]
done
ctl remember "The last thing"
mn -1 --yes
ctl -o crash_at=store.review.before discard
check "discard is cut off" [ "$status" -ne 0 ]
n=$(agents)
mn -1 --yes
check "discard is cut off: a new agent" [ "$(agents)" -gt "$n" ]
check "discard is cut off: which waits" [ "$(reason)" = review_pending ]
ctl discard
world_clean "killed"

# What is to be forgotten does not wait for review.
mn -1 --yes
check "forget: something waits" [ "$(reason)" = review_pending ]
thread=$(sql "select thread_id from selections limit 1")
ctl forget "$thread"
check "forget: status 0" [ "$status" -eq 0 ]
check "forget: what waited is given up, the new result waits" \
    [ "$(reason)" = review_pending ]
ctl review
check "forget: it is not in the new one" has_not "^+.*$thread" "$T/out"
ctl accept codex
check "forget: accepted" [ "$status" -eq 0 ]
check "forget: it is gone from the folder" \
    sh -c '! grep -rq "$2" "$1"' sh "$ROOT" "$thread"
world_clean "forget"

# Two memories: the one that waits is meant, unless both do.
echo "memory \"other\" { root = \"$W/other\"  publish = review }" \
    >>"$W/config/mnemod/mnemod.conf"
for words in review "accept feedfeed" discard; do
	# shellcheck disable=SC2086 # words
	ctl $words
	check "two: none waits: $words: status 1" [ "$status" -eq 1 ]
	check "two: none waits: $words: said" \
	    has 'nothing waits for a person' "$T/err"
done
mn -1 --yes
ctl discard
check "two: the one that waits is meant: status 0" [ "$status" -eq 0 ]
check "two: it was the other" [ "$(sql "select memory from agents
    where reason = 'discarded' order by rowid desc limit 1")" = other ]
ctl remember -m codex "Something for both"
mn -1 --yes
ctl review
check "two: both wait: status 2" [ "$status" -eq 2 ]
check "two: both wait: said" has 'which memory? Several' "$T/err"
ctl -m other --despite citation accept 0000
check "despite: no such agent: status 1" [ "$status" -eq 1 ]
ctl --despite citation accept 0000
check "despite: of no memory either: status 1" [ "$status" -eq 1 ]
check "despite: it is the agent that is missing" has 'agents' "$T/err"
agent=$(sql "select thread_id from agents where memory = 'codex' limit 1")
ctl -m other --despite citation accept "$agent"
check "despite: an agent of the other memory: status 1" [ "$status" -eq 1 ]
check "despite: an agent of the other memory: said" \
    has "agent $agent was not one of memory other" "$T/err"
sed 's/^memory "other"/memory "third"/; s,/other",/third",' \
    "$W/config/mnemod/mnemod.conf" >"$W/third.conf"
agent=$(sql "select thread_id from agents where memory = 'other' limit 1")
ctl -f "$W/third.conf" --despite citation accept "$agent"
check "despite: an agent of a memory that is no more: status 1" \
    [ "$status" -eq 1 ]
check "despite: an agent of a memory that is no more: said" \
    has "$agent was one of memory other, which is not configured" "$T/err"
world_clean "two"
finish
