#!/bin/sh
# "Pending for ever, nobody knows why": each rule of the claim and of the
# selection, and each fault of a file, is brought about in the state of a real
# pass, alone; why must name that very rule.  A word that the manual lists and
# no case here reaches is a rule that nobody has seen refuse.
. tests/lib.sh
isolate
. tests/world.sh

page=man/mnemoctl.1
world_new
world_fill tests/data/codex
# Files of no use, each for a reason of its own.
day=$CODEX/sessions/2026/11/20
mkdir -p "$day"
bad() { echo "$day/rollout-2026-11-20T00-00-00-${1:-01a20000-0000-7000-8000-00000000000$2}.jsonl"; }
: >"$(bad '' 1)"
head -c 4096 /dev/zero >"$(bad '' 2)"
printf 'words\nand words\n' >"$(bad '' 3)"
printf '%s\n' '{"timestamp":"2026-11-20T00:00:00Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}}' \
    >"$(bad '' 4)"
printf '%s\n' '{"timestamp":"2026-11-20T00:00:00Z","type":"session_meta","payload":{"id":"nonsense","timestamp":"2026-11-20T00:00:00Z","cwd":"/w","originator":"codex_cli_rs","source":"cli"}}' \
    >"$(bad nonsense)"
printf 'not zstd' >"$(bad '' 6).zst"
ln -s /nowhere "$(bad '' 7)" 2>/dev/null
mn -1 --yes
seen=$T/seen
: >"$seen"

# ctl ARG...: the JSON of why in $T/out.
ctl() {
	"$B/test/mnemoctl" -o now="$NOW" -j "$@" >"$T/out" 2>"$T/err"
}
json() {
	sqlite3 :memory: "select json_extract(readfile('$T/out'), '\$.$1')"
}
# Of the rules of $1: the one that decides, and what it refuses with.
decides() {
	sqlite3 :memory: "select json_extract(value, '\$.rule') || ' ' ||
	    json_extract(value, '\$.refusal') from
	    json_each(readfile('$T/out'), '\$.$1.rules')
	    where json_extract(value, '\$.decides')"
}

for f in empty:1 binary:2 not_a_rollout:3 no_session_meta:4 damaged:6; do
	path=$(bad '' "${f#*:}")
	[ -e "$path" ] || path=$path.zst
	ctl why "$path"
	check "a file: ${f%:*} ($(json 'files[0].reason'))" \
	    [ "$(json 'files[0].reason')" = "${f%:*}" ]
	echo "${f%:*}" >>"$seen"
done
ctl why "$(bad nonsense)"
check "a file: no_thread_id" [ "$(json 'files[0].reason')" = no_thread_id ]
echo no_thread_id >>"$seen"

# One thread that was extracted and is in the memory.
sql "select thread_id from selections limit 1" >"$T/id"
id=$(cat "$T/id")
cp "$STATE/state.db" "$T/whole.db"
version=$(sql "select source_updated_at from stage1_outputs
    where thread_id = '$id'")
# What makes it due: newer records than those that were extracted.
due="update threads set updated_at_ms = updated_at_ms + 1000 where id = '$id'"
now=$(date -d "$NOW" +%s)

# why_is STAGE RULE REFUSAL SQL [OPTION...]
why_is() {
	stage=$1 rule=$2 refusal=$3 change=$4
	shift 4
	cp "$T/whole.db" "$STATE/state.db"
	sqlite3 "$STATE/state.db" "pragma foreign_keys = off; $change" \
	    >"$T/sql" 2>&1 || cat "$T/sql"
	ctl "$@" why "$id"
	case $stage in 1) where=stage_one ;; *) where='stage_two[0]' ;; esac
	check "stage $stage: $rule, $refusal ($(decides "$where"))" \
	    [ "$(decides "$where")" = "${rule:+$rule $refusal}" ]
	check "stage $stage: $refusal is the verdict ($(json $where.verdict))" \
	    [ "$(json "$where.verdict")" = "$refusal" ]
	echo "$stage $refusal" >>"$seen"
}
# one REFUSES SQL: stage one, of a thread that would be due.
one() {
	rule=$1 refusal=$2 change=$3
	shift 3
	why_is 1 "$rule" "$refusal" "$due; $change" "$@"
}
two() { why_is 2 "$@"; }
t="where id = '$id'"
job="where kind = 'memory_stage1' and job_key = '$id'"
provider="-o use_provider=x"
mkdir -p "$XDG_CONFIG_HOME/mnemod"
cat >"$XDG_CONFIG_HOME/mnemod/mnemod.conf" <<EOT
provider "x" { api = chat base_url = "http://127.0.0.1:9/v1"
	extract_model = "m" consolidation_model = "builtin" }
EOT

cp "$T/whole.db" "$STATE/state.db"
sqlite3 "$STATE/state.db" "$due"
ctl why "$id"
check "stage 1: due ($(json stage_one.verdict))" \
    [ "$(json stage_one.verdict)" = due ]
check "stage 2: selected" [ "$(json 'stage_two[0].verdict')" = selected ]
one tombstone tombstone "insert into tombstones values ('$id', 5, 'asked')"
one disabled disabled "insert into disabled values ('$id', 5)"
one source source_not_interactive "update threads set source = 'exec' $t"
one memory_mode memory_mode "update threads set memory_mode = 'disabled' $t"
one archived archived "update threads set archived = 1 $t"
one user_message no_user_message "update threads set preview = '' $t"
one excluded excluded "select 1" -o 'source.codex.exclude={"*"}'
one excluded excluded "update threads set source_name = 'gone' $t"
one file file_missing "update sources set missing_since = 5
    where thread_id = '$id'"
ctl status
check "file_missing: status tells how many" \
    has '"1 of the threads wait for their file' "$T/out"
why_is 1 up_to_date up_to_date "select 1"
one age too_old "update threads set updated_at_ms = ($now - 20 * 86400) * 1000
    $t; update stage1_outputs set source_updated_at = 1;
    update jobs set last_success_watermark = 1 $job" \
    -o pipeline.max_rollout_age_days=10
one idle too_young "update threads set updated_at_ms = ($now - 60) * 1000 $t"
one running running "update jobs set status = 'running', lease_until = $now + 9
    $job"
one retries retry_exhausted "update jobs set status = 'error',
    retry_remaining = 0, input_watermark = $now $job"
one back_off retry_backoff "update jobs set status = 'error',
    retry_remaining = 1, retry_at = $now + 9, input_watermark = $now $job"
one pause paused "insert into pauses values (5)"
asked="insert into model_requests (at, provider, model, purpose, thread_id,
    attempt, reserved, tokens, money) values ($now - 60, 'x', 'm',
    'stage_one', 'a', 1, 9, 1000, 0)"
# shellcheck disable=SC2086
{
	one backfill backfill_limit "$asked" $provider \
	    -o pipeline.backfill_per_day=1
	one budget over_budget "$asked" $provider \
	    -o budget.requests_per_day=1
	one provider provider_waits "insert into provider_holds values ('x',
	    'overloaded', 'full', 5, $now + 60, 1)" $provider
}
one disk low_disk "select 1" -o min_free_mb=1000000
mkdir -p "$T/power/AC" "$T/power/BAT0"
echo Mains >"$T/power/AC/type"
echo 0 >"$T/power/AC/online"
echo Battery >"$T/power/BAT0/type"
echo Discharging >"$T/power/BAT0/status"
MNEMOD_TEST_POWER_SUPPLY=$T/power
export MNEMOD_TEST_POWER_SUPPLY
one power on_battery "select 1" -o on_battery=pause

two root root_unusable "update memories set released_at = 5"
two taken not_taken "select 1" -o 'memory.codex.exclude={"*"}'
two output no_output "delete from stage1_outputs where thread_id = '$id'"
two text blank "update stage1_outputs set raw_memory = ' ',
    rollout_summary = '' where thread_id = '$id'"
two memory_mode memory_mode "update threads set memory_mode = 'polluted' $t"
two tombstone tombstone "insert into tombstones values ('$id', 5, 'asked')"
two disabled disabled "insert into disabled values ('$id', 5)"
two used unused "update stage1_outputs set source_updated_at = 1,
    last_usage = null, keeps = 0 where thread_id = '$id'"
two rank over_limit "update stage1_outputs set keeps = 0, usage_count = 0,
    last_usage = null; update stage1_outputs set usage_count = 9
    where thread_id <> '$id'" \
    -o pipeline.max_raw_memories_for_consolidation=1
two "" next "update stage1_outputs set source_updated_at =
    source_updated_at + 1 where thread_id = '$id'"

# What the manual lists has a case.
awk '/^\.Ss RULES OF STAGE ONE/ { stage = 1 }
    /^\.Ss RULES OF STAGE TWO/ { stage = 2 }
    /^\.Sh JSON/ { stage = 0 }
    stage && /^\.Pq Cm / { print stage, $3 }' $page | sort -u >"$T/listed"
check "the manual's rules were found" [ "$(wc -l <"$T/listed")" -ge 26 ]
sort -u "$seen" >"$T/reached"
check "each rule of the manual is reached ($(comm -23 "$T/listed" \
    "$T/reached" | tr '\n' ' '))" [ -z "$(comm -23 "$T/listed" "$T/reached")" ]
sed -n '/^\.Ss FILES OF NO USE/,/^\.S[hs]/s/^\.It Cm \([a-z_]*\).*/\1/p' $page |
    sort >"$T/faults"
check "the manual's reasons of files were found" [ "$(wc -l <"$T/faults")" \
    -ge 6 ]
echo unreadable >>"$T/reached"	# root reads everything
check "each is reached ($(sort "$T/reached" | comm -23 "$T/faults" - |
    tr '\n' ' '))" [ -z "$(sort "$T/reached" | comm -23 "$T/faults" -)" ]
finish
