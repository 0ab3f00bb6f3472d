#!/bin/sh
# A script acts on what a command ends with, and a person on what it names: a
# status that changes, or a wrong word without the right one beside it, is found
# when it is needed.  Every command of mnemoctl(1) has a row here, with what it
# ends with for a good word and for one that there is not, with a supervisor and
# without; one without a row fails.
. tests/lib.sh
isolate
. tests/world.sh

CTL=$B/test/mnemoctl
ctl() {
	"$CTL" -o now="$NOW" "$@" >"$T/out" 2>"$T/err" </dev/null
	status=$?
}

# command | status with a supervisor | without | good argument | unknown one,
# its status | what the error says of it.  "-" is none.  In the order in which
# they are run: what one leaves the next may need.
cat >"$T/table" <<'EOT'
status    | 0 | 0 | -                   | -
agents    | 0 | 0 | -                   | -
audit     | 0 | 0 | codex               | cdoex 1 nearest is codex
check     | 0 | 0 | codex               | cdoex 7 cdoex
diff      | 0 | 0 | live                | feedfeed 1 feedfeed
disable   | 0 | 0 | THREAD              | ffffffffff 1 nearest is
enable    | 0 | 0 | THREAD              | THREAD 1 not disabled
discard   | 1 | 1 | codex               | cdoex 1 nearest is codex
doctor    | x | x | -                   | -
extract   | 0 | 1 | THREAD              | ffffffffff 1 begins like this.*nearest is\|no mnemod
extract   | 0 | 0 | --outdated          | -
history   | 0 | 0 | codex               | cdoex 1 nearest is codex
jobs      | 0 | 0 | -                   | -
log       | 0 | 1 | -                   | -
mcp       | 0 | 0 | -                   | -
metrics   | 0 | 1 | -                   | -
pause     | 0 | 0 | -                   | -
resume    | 0 | 0 | -                   | -
reload    | 0 | 1 | -                   | -
remember  | 0 | 0 | Something           | -
retry     | 0 | 0 | codex               | cdoex 1 nearest is codex
review    | 1 | 1 | codex               | cdoex 1 nearest is codex
accept    | 1 | 1 | codex               | feedfeed 1 waits\|no such
revert    | 0 | 0 | live                | feedfeed 1 feedfeed
run       | 0 | 1 | codex               | cdoex 1 nearest is codex\|no mnemod
search    | 0 | 0 | build               | zzzzqqqq 1 -
show      | 0 | 0 | AGENT               | ffffffffff 1 nearest is
stop      | 1 | 1 | AGENT               | nobody 1 no agent
usage     | 0 | 0 | -                   | -
why       | 0 | 0 | THREAD              | ffffffffff 1 nearest is
backup    | 0 | 0 | BACKUP              | /no/such/dir/x 6 cannot be made
restore   | 4 | 6 | BACKUP              | -
forget    | 0 | 0 | OTHER               | ffffffffff 1 nearest is
release   | 1 | 1 | cdoex               | cdoex 1 nearest is codex
release   | 0 | 0 | codex               | -
EOT
row() {	# the fields of $line
	IFS='|' read -r name up down good unknown <<-EOT
	$line
	EOT
	name=$(echo $name) up=$(echo $up) down=$(echo $down)
	good=$(echo $good | sed "s,THREAD,$thread,; s,OTHER,$other,
	    s,AGENT,$agent,; s,BACKUP,$W/backup-$1,; s,^-\$,,")
	word=$(echo "${unknown%% [0-9]*}" | sed "s,THREAD,$thread,")
	word=$(echo $word)
	rest=${unknown#"${unknown%% [0-9]*}"}
	rest=$(echo $rest)
	want=${rest%% *} says=${rest#* }
}

world_new
world_fill tests/data/codex
mn -1 --yes
thread=$(sql 'select min(thread_id) from selections')
other=$(sql 'select max(thread_id) from selections')
agent=$(sql 'select thread_id from agents limit 1')
"$CTL" -h | awk '/^commands:/ { on = 1; next } /^  / && on { print $1 }' |
    sort >"$T/commands"
cut -d' ' -f1 "$T/table" | sort -u >"$T/rows"
check "every command has a row" cmp -s "$T/commands" "$T/rows"

# try PHASE: each row, as a table and as JSON.
try() {
	while read -r line; do
		row "$1"
		[ "$1" = up ] && expect=$up || expect=$down
		# shellcheck disable=SC2086 # none, or one word
		ctl "$name" $good
		# What this machine lacks is not what is tested here.
		[ "$expect" = x ] && [ "$status" -le 1 ] && continue
		check "$1: $name $good: status $expect" \
		    [ "$status" -eq "$expect" ]
		[ "$status" -eq "$expect" ] || cat "$T/err"
		if [ "$expect" -ne 0 ]; then
			check "$1: $name $good: why not" [ -s "$T/err" ]
		fi
		if [ "$word" != - ]; then
			ctl -j "$name" "$word"
			check "$1: $name $word: status $want" \
			    [ "$status" -eq "$want" ]
			[ "$status" -eq "$want" ] ||
			    { echo "$status"; cat "$T/err"; }
			[ "$says" = - ] || check "$1: $name $word: says so" \
			    has "$says" "$T/err"
		fi
	done <"$T/table"
}
mn_start
check "it listens" wait_until 10 listening

# Another user is told that it is not his, not that there is nothing.
if setpriv --reuid 65534 --clear-groups "$CTL" -h >/dev/null 2>&1; then
	for name in history jobs; do
		setpriv --reuid 65534 --clear-groups "$CTL" "$name" \
		    >"$T/out" 2>"$T/err"
		check "another user: $name: status 6" [ $? -eq 6 ]
		check "another user: $name: says whose it is" \
		    has 'only the user who runs mnemod' "$T/err"
	done
else
	skip "another user" "needs root"
fi
try up
# Its only memory was given back: nothing is left for it to do.
# shellcheck disable=SC2154 # set by mn_start
wait "$sup"
check "it ends: status 7" [ $? -eq 7 ]
check "nothing is said of a bug" has_not 'BUG\|bug' "$LOG"

# The same without one: release gave the folder back, so it is taken again.
mn -1 --yes --adopt=codex
other=$(sql 'select max(thread_id) from selections')
thread=$(sql 'select min(thread_id) from selections')
try down
world_clean "all"
check "no mnemoctl is left" wait_until 5 no_orphans mnemoctl
finish
