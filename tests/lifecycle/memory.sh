# memory.sh: what leaves a memory, and what must not.  Read by t-lifecycle.sh.
#
# shellcheck disable=SC2034,SC2154

mode() {
	meta "$1" 2026-11-23T11:00:00Z ",\"memory_mode\":\"$2\"" >>"$(path "$1")"
	at 2026-11-23T11:00:00Z "$(path "$1")"
}

# The user switches a session off, Codex marks one as polluted.
begin 1 2 3
mode 1 disabled
mode 2 polluted
mn -1 --yes
check "switched off: not extracted" claimed 0
check "disabled: forgotten" forgotten 1
check "polluted: forgotten" forgotten 2
check "the third is remembered" remembered 3
mode 1 enabled
hours 7
mn -1 --yes
check "enabled again: remembered" remembered 1

# A directory is excluded afterwards.
begin 1 2
mn -1 --yes -o source.codex.exclude=/home/u/p1
check "excluded: exits 0" [ $? -eq 0 ]
check "excluded: forgotten" forgotten 1
check "excluded: the other is remembered" remembered 2
session 3 "$t"
mn -1 --yes -o 'source.codex.exclude=/home/*/p[13]'
check "excluded: not extracted" claimed 0
mn -1 --yes
check "excluded no more: remembered" remembered 1

# Unused for too long: out of the memory, then gone, and not extracted again.
begin 1
goes_on 1 2026-11-22T11:00:00Z "From now on always run make lint first."
session 2 "$t"
mn -1 --yes
hours $((24 * 28))
old="-o pipeline.max_rollout_age_days=0"
# shellcheck disable=SC2086
{
	mn -1 --yes $old
	check "unused for less than 30 days: remembered" remembered 2
	hours $((24 * 31))
	mn -1 --yes $old
	check "unused for longer: forgotten" forgotten 2
	mn -1 --yes $old
	check "unused for longer: its output is gone" [ -z "$(output 2 1)" ]
	check "unused for longer: not extracted again" claimed 0
	check "a preference does not age" \
	    grep -q 'make lint' "$ROOT/MEMORY.md"
	mn -1 --yes $old -o pipeline.max_unused_days=0
	check "max_unused_days = 0: no limit" has_not 'are gone' "$LOG"
}

# Forgotten on purpose, then everything is read anew.
begin 1 2
sqlite3 "$STATE/state.db" "insert into tombstones (thread_id, made_at, reason)
    values ('$(id 1)', 0, 'asked'); delete from stage1_outputs; delete from jobs where kind = 'memory_stage1'; delete from
    sources; delete from threads;"
goes_on 1 2026-11-23T01:00:00Z "Thank you."
mn -1 --yes
check "tombstone: only the other is extracted" claimed 1
check "tombstone: forgotten" forgotten 1
goes_on 1 2026-11-23T03:00:00Z "Thank you again."
mn -1 --yes
check "tombstone: nor when the session goes on" claimed 0
check "tombstone: still forgotten" forgotten 1

# Citations count as use, in both of their forms, once per answer.
cite() {
	printf '{"timestamp":"%s","type":"event_msg","payload":{"type":"agent_message","message":"It is so.","memory_citation":{"entries":[],"rolloutIds":["%s"]}}}\n' \
	    "$1" "$(id "$2")"
	say "$1" assistant "It is so.\\n<oai-mem-citation>\\n<rollout_ids>\\n$(id "$2")\\n</rollout_ids>\\n</oai-mem-citation>"
}
begin 1 2
{ meta 3 2026-11-23T01:00:00Z; task 3 2026-11-23T01:00:00Z; cite 2026-11-23T01:00:00Z 1; } \
    >"$(path 3)"
at 2026-11-23T01:00:00Z "$(path 3)"
mn -1 --yes
check "cited: used once" [ "$(output 1 usage_count)" = 1 ]
check "cited: when the session said so" [ "$(output 1 \
    "datetime(last_usage, 'unixepoch')")" = "2026-11-23 01:00:00" ]
check "not cited: not used" [ -z "$(output 2 usage_count)" ]
goes_on 3 2026-11-23T02:00:00Z "Thank you."
mn -1 --yes
check "read again: extracted" claimed 1
check "read again: a citation does not count twice" \
    [ "$(output 1 usage_count)" = 1 ]
cite 2026-11-23T03:00:00Z 1 >>"$(path 3)"
at 2026-11-23T03:00:00Z "$(path 3)"
mn -1 --yes
check "cited again: counts" [ "$(output 1 usage_count)" = 2 ]
check "a citation is no memory" \
    [ -z "$(grep -rl 'oai-mem-citation' "$ROOT")" ]
world_clean "memory"
