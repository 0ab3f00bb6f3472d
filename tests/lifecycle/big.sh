# big.sh: a rollout of 300 MB, 30 kB on disk.  Read by t-lifecycle.sh.
#
# shellcheck disable=SC2034,SC2154

BIG_LINES=300000
BIG_KB=40960		# with room for the libraries

hours 0
world_new
pad=$(head -c 850 /dev/zero | tr '\0' x)
{
	meta 1 "$t"
	task 1 "$t"
	yes "{\"timestamp\":\"$t\",\"type\":\"response_item\",\"payload\":{\"type\":\"function_call_output\",\"call_id\":\"c9\",\"output\":\"$pad\"}}" |
	    head -n $BIG_LINES
	say "$t" user "From now on always run make lint first."
} | zstd -q -1 >"$(path 1).zst"
at "$t" "$(path 1).zst"
mn_start -o scan_interval=1
big_done() { [ -s "$ROOT/MEMORY.md" ]; }
check "300 MB: extracted" wait_until 60 big_done
for p in $(pids_of mnemod-extract); do
	memory_below "300 MB: in flat memory" VmHWM "$p" "$BIG_KB"
done
kill "$sup"
wait "$sup"
check "300 MB: its first words count" \
    grep -rq "parser1\.c" "$ROOT/rollout_summaries"
check "300 MB: and its last" grep -q 'make lint' "$ROOT/MEMORY.md"
world_clean "300 MB"
