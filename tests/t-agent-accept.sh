#!/bin/sh
# What the validator refused is kept for a person to look at, for days; but it
# could be accepted only until the memory's next agent began, and nobody had
# tried it beside a supervisor that runs.  As long as its staging is kept it
# can be taken, and what was published meanwhile is not undone by it.
. tests/lib.sh
isolate
. tests/world.sh
. tests/model.sh
. tests/agent.sh
export MNEMOD_TEST_GRACE_MS=1000
stems 1 2 3
summary 1 >"$T/s1.md"
summary 1 2 3 >"$T/s.md"
handbook "$T/one.md" 1
handbook "$T/two.md" 1 2
sed 's/- 2026-11-22T\(.*p2,\)/- no-such-2026-11-22T\1/' "$T/two.md" >"$T/bad.md"
EDIT="model=fake-big call=edit_file args='{\"path\":\"MEMORY.md\",\"old\":\"scope: parser1.c; crash\",\"new\":\"scope: parser1.c\"}' $(write_call memory_summary.md "$T/s.md")"
accept() {
	"$MNEMOCTL" -o now="$NOW" accept "$@" >"$T/out" 2>"$T/err"
	status=$?
}
selected() { db "select group_concat(substr(thread_id, 36)) from selections"; }

# One is published, the next is refused; it is $refused.
one_refused() {
	world_new
	NOW=2026-11-23T12:00:00Z
	session 1 /home/u/p1
	pass "$(write_all "$T/one.md" "$T/s1.md")" "$DONE"
	session 2 /home/u/p2
	NOW=2026-11-23T14:00:00Z
	pass "$(write_all "$T/bad.md" "$T/s.md")" "$DONE" "$DONE" "$DONE"
	refused=$(agent_row thread_id)
}
# The third publishes again.
third() {
	session 3 /home/u/p3
	NOW=2026-11-23T16:00:00Z
	pass "$EDIT" "$DONE"
}

one_refused
check "one is refused" [ "$(agent_row reason)" = rejected ]
third
check "the next one publishes" has '^scope: parser1.c$' "$ROOT/MEMORY.md"
check "what was refused is still there" [ -d "$STATE/staging/$refused" ]
live=$(agent_row published_commit)

# Beside a supervisor that runs.
NOW=2026-11-23T17:00:00Z
model_start "$ONE"
model_conf responses
mn_start --yes -v
wait_until 20 has 'skipped_cooldown' "$LOG"
accept "$refused" --despite loss
check "another rule: refused again" [ "$status" -eq 1 ]
check "another rule: says which" has ': citation: ' "$T/err"
check "another rule: the memory is as it was" has_not 'no-such' "$ROOT/MEMORY.md"
accept "$refused" --despite citation
cat "$T/err"
check "accepted: status 0" [ "$status" -eq 0 ]
check "accepted: by the supervisor that runs" \
    has 'accepted despite rule citation' "$LOG"
check "accepted: what was refused is in" has '^- no-such' "$ROOT/MEMORY.md"
check "accepted: what came after it stays" has '^scope: parser1.c$' "$ROOT/MEMORY.md"
check "accepted: all summaries stay" \
    [ "$(find "$ROOT/rollout_summaries" -name '*.md' | wc -l)" -eq 3 ]
check "accepted: raw_memories.md is of now" has "$(thread 3)" "$ROOT/raw_memories.md"
check "accepted: it is a publication of its own" \
    [ "$(db 'select live_commit from memories')" != "$live" ]
check "accepted: the selection is the later agent's" [ "$(selected)" = 1,2,3 ]
check "accepted: recorded" [ "$(db \
    "select status || ' ' || reason from agents where thread_id = '$refused'")" \
    = 'completed accepted_despite citation' ]
accept "$refused" --despite citation
check "accepted twice: status 1" [ "$status" -eq 1 ]
mn_stop
check "accepted: the supervisor ends in order" [ $? -eq 0 ]
check "accepted: nobody was asked" [ "$(agents_requests)" -eq 0 ]
world_clean "accepted"
model_stop
NOW=2026-11-23T23:30:00Z
pass
check "accepted: the next pass has nothing to do" [ "$status" -eq 0 ]
check "accepted: and asks nobody" [ "$(agents_requests)" -eq 0 ]

# Killed while it publishes, or before that is written down: the next start
# finishes it, and the agent does not stand there as refused for ever.
for point in publish.next.after accept.recorded.before; do
	one_refused
	third
	"$MNEMOCTL" -o now="$NOW" -o crash_at=$point accept "$refused" \
	    --despite citation >"$T/out" 2>"$T/err"
	check "$point: status is not 0" [ $? -ne 0 ]
	NOW=2026-11-23T23:30:00Z
	pass
	check "$point: the next start finishes it" [ "$(grep -c \
	    -e '^- no-such' -e '^scope: parser1.c$' "$ROOT/MEMORY.md")" -eq 2 ]
	check "$point: raw_memories.md is of now" has "$(thread 3)" "$ROOT/raw_memories.md"
	check "$point: it is recorded" [ "$(db \
	    "select status || ' ' || reason from agents where thread_id = '$refused'")" \
	    = 'completed accepted_despite citation' ]
	check "$point: the selection is the later agent's" [ "$(selected)" = 1,2,3 ]
	check "$point: in the audit" has '"type":"accepted"' \
	    "$STATE/agents/$refused.jsonl"
	world_clean "$point"
done

# Staging that was let go.
world_new
NOW=2026-11-23T12:00:00Z
session 1 /home/u/p1
sed 's/- 2026-11-22T/- no-such-2026-11-22T/' "$T/one.md" >"$T/bad1.md"
pass "$(write_all "$T/bad1.md" "$T/s1.md")" "$DONE" "$DONE" "$DONE"
refused=$(agent_row thread_id)
rm -r "$STATE/staging/$refused"
accept "$refused" --despite citation
check "let go: status 1" [ "$status" -eq 1 ]
check "let go: says so" has 'not kept any more' "$T/err"
finish
