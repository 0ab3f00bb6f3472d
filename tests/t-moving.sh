#!/bin/sh
# Codex compresses, archives and replaces its rollouts when it likes, also
# while they are read; and one of 5 GB is no reason to stop.  Whatever happens
# to a file under the reader's eyes, the pass ends well, nothing is half taken,
# and the next pass finds what is there.
. tests/lib.sh
isolate
. tests/world.sh

ID=01a20373-0000-7000-8000-000000000001
NAME=rollout-2026-11-22T10-00-01-$ID.jsonl
DAY=sessions/2026/11/22

# records ID TIMES: a session in which a person asks for something, then a
# tool prints so many lines.
records() {
	awk -v id="$1" -v times="$2" 'BEGIN {
		t = "{\"timestamp\":\"2026-11-22T10:00:01.000Z\",\"type\":\""
		print t "session_meta\",\"payload\":{\"id\":\"" id "\"," \
		    "\"cwd\":\"/work/p\",\"source\":\"cli\"}}"
		m = "response_item\",\"payload\":{\"type\":\"message\"," \
		    "\"role\":\"user\",\"content\":[{\"type\":\"input_text\"," \
		    "\"text\":\""
		print t m "Always run make lint before you commit.\"}]}}"
		while (times-- > 0)
			print t "event_msg\",\"payload\":{\"type\":" \
			    "\"token_count\",\"info\":\"xxxxxxxxxxxxxxxxxxxxxxx" \
			    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}}"
	}'
}
idle() { touch -d 2026-11-22T10:00:10Z "$1"; }
threads() { sql "select count(*) from threads where id = '$ID'"; }
job() { sql "select status from jobs where job_key = '$ID'"; }
# shellcheck disable=SC2154 # sup is set by mn_start
reads() {
	_p=$(pgrep -P "$sup" -f '^mnemod: extract' | head -n 1)
	[ -n "$_p" ] && grep -qa "$1" "/proc/$_p/cmdline"
}

reads_or_ended() { reads "$1" || ! is_alive "$sup"; }

world_new
mkdir -p "$CODEX/$DAY" "$CODEX/archived_sessions"
records "$ID" 500000 >"$T/big.jsonl"
F=$CODEX/$DAY/$NAME

# What is done to the file, in the middle of the scan and of stage one.
renamed() { mv "$F" "$CODEX/$DAY/rollout-2026-11-22T11-00-01-$ID.jsonl"; }
replaced() { records "$ID" 3 >"$T/new"; idle "$T/new"; mv "$T/new" "$F"; }
compressed() { zstd -q -1 --rm "$F" -o "$F.zst"; idle "$F.zst"; }
truncated() { : >"$F"; }
grown() { records "$ID" 1 | tail -n 1 >>"$F"; idle "$F"; }
archived() { mv "$F" "$CODEX/archived_sessions/$NAME"; }
removed() { rm "$F"; }

# moving WHAT WHEN: and the state of the job in the end.
moving() {
	rm -rf "$STATE" "$CODEX"/sessions "$CODEX"/archived_sessions "$ROOT"
	mkdir -p "$CODEX/$DAY" "$CODEX/archived_sessions"
	cp "$T/big.jsonl" "$F"
	idle "$F"
	mn_start -1 --yes
	# A fast machine may be done before we see it: then it is no test.
	wait_until 30 reads_or_ended "$2" || not_ok "$1 while $2: it is read"
	is_alive "$sup" || skip "$1 while $2" "the pass was over first"
	"$1"
	wait "$sup"
	status=$?
	check "$1 while $2: the pass ends (status $status)" \
	    [ "$status" -le 1 ]
	check "$1 while $2: no worker died" has_not 'ended (\|was killed' "$LOG"
	# What was not there when it was to be extracted waits for an hour.
	mn -1 --yes -o now=2026-11-23T14:00:00Z
	check "$1 while $2: and one later" [ $? -eq 0 ]
}

for m in "renamed scanning" "compressed scanning" "replaced extracting" \
    "compressed extracting" "grown extracting"; do
	# shellcheck disable=SC2086
	moving $m
	check "$m: it is extracted" [ "$(threads) $(job)" = "1 done" ]
done
for m in "archived extracting" "removed scanning"; do
	# shellcheck disable=SC2086
	moving $m
	check "$m: nothing is made of it after" has_not 'with output, [1-9]' "$LOG"
done
moving truncated extracting
check "truncated: it is named" has "$ID.jsonl: not usable (empty)" "$LOG"

# 5 GB: a hole that no line can be, with sessions before and after it.
rm -rf "$STATE" "$CODEX"/sessions "$CODEX"/archived_sessions "$ROOT" "$T/big.jsonl"
mkdir -p "$CODEX/$DAY"
records "$ID" 1 >"$F"
if truncate -s 5G "$F" 2>/dev/null &&
    [ "$(du -k "$F" | cut -f 1)" -lt 100000 ]; then
	{
		echo
		records "$ID" 0 | tail -n 1 |
		    sed 's/make lint/make check/'
	} >>"$F"
	idle "$F"
	mn -1 --yes
	check "5 GB: the pass succeeds" [ $? -eq 0 ]
	check "5 GB: it is extracted" [ "$(job)" = "done" ]
	check "5 GB: what stands behind the hole too" [ "$(sql "select
	    raw_memory like '%make check%' from stage1_outputs")" = 1 ]
	check "5 GB: the bad line is counted" has ' 1 bad lines' "$LOG"
else
	skip "5 GB" "no room, or no sparse files"
fi
rm -f "$F"
check "no worker is left" no_orphans mnemod-extract mnemod-wspace
finish
