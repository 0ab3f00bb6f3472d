#!/bin/sh
# run.sh SECONDS TARGET ...: each fuzz target for so long, one after the
# other, from tests/fuzz/corpus and what earlier runs found, with the words of
# tests/fuzz/dict.  Ends with 1 if any of them found a fault; the input that
# shows it is named.
set -u

seconds=$1
shift
failed=0
for t; do
	found=$B/corpus/$t log=$B/$t.log
	dict=tests/fuzz/dict/$t.dict
	[ -f "$dict" ] && dict=-dict=$dict || dict=
	mkdir -p "$found"
	"$B/fuzz_$t" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1024 \
	    -artifact_prefix="$B/$t-" -max_len=4096 \
	    ${dict:+"$dict"} "$found" \
	    "tests/fuzz/corpus/$t" >"$log" 2>&1
	status=$?
	runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$log")
	echo "fuzz $t: ${runs:-no} runs in $seconds s, status $status"
	[ "$status" -eq 0 ] && continue
	failed=1
	grep -aE '^==|ERROR|SUMMARY|Test unit written' "$log" | tail -n 8
done
exit $failed
