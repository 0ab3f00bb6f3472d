#!/bin/sh
# The main job on tests/data, in a home of its own below the build directory:
# nothing of yours is read or written.
set -eu

case $B in /*) ;; *) B=$PWD/$B ;; esac
W=$B/demo
MNEMOD=$B/mnemod
T=$W
export W MNEMOD
# shellcheck source=tests/lib.sh
. tests/lib.sh
# shellcheck source=tests/world.sh
. tests/world.sh

world_new
world_fill tests/data/codex
LOG=$W/log

say() { printf '\n== %s\n' "$*"; }

say "what a pass would do (mnemod --dry-run)"
"$MNEMOD" -o now="$NOW" --dry-run | sed "s,$W,~,g"

say "one pass (mnemod -1), with its workers as ps(1) shows them"
"$MNEMOD" -1 --yes -o now="$NOW" -o agent_hold_ms=1500 2>"$LOG" &
sup=$!
agent_runs() { ps -o args= --ppid "$sup" | grep -q 'consolidate codex'; }
if wait_until 30 agent_runs; then
	sleep 0.3
	ps -o pid,comm,args -p "$sup" --ppid "$sup"
fi
status=0
wait "$sup" || status=$?
echo
sed "s,$W,~,g" "$LOG"
echo "exit status $status"
[ "$status" -eq 0 ]

say "what was published in $(printf '%s' "$ROOT" | sed "s,$W,~,")"
(cd "$ROOT" && find . -type f ! -name '.*' -printf '%8s  %P\n' | sort -k 2)

say "the first lines of MEMORY.md"
head -n 24 "$ROOT/MEMORY.md"

say "again: nothing new"
"$MNEMOD" -1 --yes -o now="$NOW" 2>"$LOG"
sed "s,$W,~,g" "$LOG" | grep -E 'scan|stage one|nothing new'

say "you edit MEMORY.md, a session goes on, and kill -9 comes in mid-publish"
{
	cat "$ROOT/MEMORY.md"
	printf '\nA line that you wrote.\n'
} >"$ROOT/.swp"
mv "$ROOT/.swp" "$ROOT/MEMORY.md"
f=$(find "$CODEX/sessions" -name '*.jsonl' | LC_ALL=C sort | sed -n 2p)
printf '%s\n' '{"timestamp":"2026-11-23T03:00:00.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"From now on always write commit messages in the imperative."}]}}' >>"$f"
touch -d 2026-11-23T03:00:00Z "$f"
# A test build stops itself where the first file is in place, the next not.
setsid "$B/test/mnemod" -1 --yes -o now="$NOW" \
    -o crash_at=stop:publish.exchange.after 2>/dev/null &
sup=$!
# Its own: yours may be at work, too.
workers() { pgrep -P "$sup" -x mnemod-wspace || :; }
publishes() {
	for p in $(workers); do
		[ "$(state_of "$p")" != T ] || return 0
	done
	return 1
}
wait_until 30 publishes
stopped=$(workers)
kill -9 "$sup"
# It may have followed its supervisor by now.
for p in $stopped; do kill -9 "$p" 2>/dev/null || :; done
wait "$sup" 2>/dev/null || :
"$MNEMOD" -1 --yes -o now="$NOW" 2>"$LOG"
sed "s,$W,~,g" "$LOG" | grep -E 'interrupted|complete|published|edited' || :
grep -n 'A line that you wrote' "$ROOT/MEMORY.md"
grep -rhn 'in the imperative' "$ROOT/MEMORY.md"
"$B/mnemoctl" -o now="$NOW" history 2>/dev/null

say "a folder that another program made: adopted as it is, then given back"
W=$B/demo-adopt STATE=$B/demo-adopt/state/mnemod CODEX=$B/demo-adopt/codex
ROOT=$CODEX/memories
world_new
cp -R tests/data/adopted "$ROOT"
chmod -R u+w "$ROOT"
"$MNEMOD" -1 --yes --adopt -o now="$NOW" 2>&1 | sed "s,$W,~,g" |
    grep 'adopted'
cmp -n "$(wc -c <tests/data/adopted/MEMORY.md)" tests/data/adopted/MEMORY.md \
    "$ROOT/MEMORY.md" && echo "not a byte of its MEMORY.md was changed"
"$B/mnemoctl" -o now="$NOW" release 2>/dev/null | sed "s,$W,~,g"

say "what to type next"
cat <<EOT
  $B/mnemod --dry-run       what it would do with your own transcripts
  $B/mnemod -1              one pass over them; it asks before it writes
  man -l man/mnemod.8       the manual
EOT
