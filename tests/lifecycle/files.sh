# files.sh: the files of a session change.  Read by t-lifecycle.sh.
#
# shellcheck disable=SC2034,SC2154

t=2026-11-22T10:00:00Z

# begin N...: a new world with these sessions, extracted.
begin() {
	hours 0
	world_new
	for _n; do session "$_n" "$t"; done
	mn -1 --yes
}

thread() {
	sql "select $2 from threads where id = '$(id "$1")'"
}

# A growing file is extracted again, once, when it is idle again.
begin 1 2
goes_on 1 2026-11-23T11:00:00Z "And from now on always run make distcheck."
mn -1 --yes
check "goes on: not extracted while it does" claimed 0
hours 2
goes_on 1 2026-11-23T13:30:00Z "Thank you."
mn -1 --yes
check "goes on: nor two hours later" claimed 0
hours 9
mn -1 --yes
check "idle again: extracted" claimed 1
check "idle again: what it says now is remembered" \
    grep -q 'make distcheck' "$ROOT/MEMORY.md"
mn -1 --yes
check "idle again: once" claimed 0

root_text() {
	find "$ROOT" -name '*.md' | LC_ALL=C sort | xargs cat |
	    sed "s,$W/copy/,$CODEX/,; s,generator=.*,,"
}

# In a supervisor that stays: it grows, grows, is cut off, and grows again.
begin 1
mn_start -o scan_interval=1 -o pipeline.min_rollout_idle_hours=0
said() {
	[ -n "$(sql "select 1 from stage1_outputs where thread_id = '$(id 1)' and
	    raw_memory like '%$1%'")" ]
}
check "read once" wait_until 20 said parser1.c
goes_on 1 2026-11-22T11:00:00Z "From now on always run make lint first."
check "it grows: read" wait_until 20 said "make lint"
goes_on 1 2026-11-22T11:30:00Z "And always use tabs."
check "it grows again: read" wait_until 20 said "use tabs"
{ meta 1 "$t"; task 1 "$t"; } >"$(path 1)"
goes_on 1 2026-11-22T11:40:00Z "From now on never use goto."
check "begun anew: read from its start" wait_until 20 said "never use goto"
check "begun anew: nothing of what was" [ -z "$(said "make lint" && echo is)" ]
kill "$sup"
wait "$sup"

# A home copied with new times, to another place, in a new process.
begin 1 2 3
mkdir "$CODEX/archived_sessions"
mv "$(path 3)" "$CODEX/archived_sessions/"
mn -1 --yes
first=$(root_text)
cp -R "$CODEX" "$W/copy"
find "$W/copy" -name '*.jsonl' -exec touch -d 2026-11-23T02:00:00Z {} +
mv "$CODEX" "$W/old"
hours 12
CODEX_HOME=$W/copy mn -1 --yes -o "memory.codex.root=$W/old/memories"
check "home copied: a root that moved is not written" [ $? -eq 7 ]
mv "$W/old" "$CODEX"
CODEX_HOME=$W/copy mn -1 --yes -o "memory.codex.root=$ROOT"
check "home copied: exits 0" [ $? -eq 0 ]
check "home copied: zero jobs" claimed 0
check "home copied: the memory names the copy, and says the same" \
    [ "$(root_text)" = "$first" ]
check "home copied: the threads are where the copy is" [ "$(sql "select count(*)
    from threads where rollout_path not like '%/copy/%'")" -eq 0 ]
check "home copied: the archived one still is" [ "$(thread 3 archived)" = 1 ]

# Compressed by Codex before it was due, and unpacked again to go on.
begin 1
session 2 2026-11-23T11:00:00Z
mn -1 --yes
check "too young: not extracted" claimed 0
zstd -q --rm "$(path 2)"
mn -1 --yes
hours 7
mn -1 --yes
check "compressed before it was due: extracted" claimed 1
check "compressed: the thread is where the file is" \
    [ "$(thread 2 rollout_path)" = "$(path 2).zst" ]
zstd -qd "$(path 2).zst"
mn -1 --yes
check "plain and compressed beside each other: zero jobs" claimed 0
check "plain and compressed: one file counts" has 'scan: 2 rollouts' "$LOG"
check "plain and compressed: it is the plain one" \
    [ "$(thread 2 rollout_path)" = "$(path 2)" ]
rm "$(path 2)"
mn -1 --yes
check "the plain one gone: the other counts" \
    [ "$(thread 2 rollout_path)" = "$(path 2).zst" ]
check "the plain one gone: zero jobs" claimed 0

# A thread in several files: the newest record wins.
begin 1
copy=$(path 1 | sed 's/T00-00-00/T00-00-01/')
cp -p "$(path 1)" "$copy"
mn -1 --yes
check "the same thread twice: zero jobs" claimed 0
say 2026-11-23T01:00:00Z user "From now on always use tabs." >>"$copy"
at 2026-11-23T01:00:00Z "$copy"
mn -1 --yes
check "the newer one counts: extracted" claimed 1
check "the newer one counts: its words are known" \
    grep -q 'use tabs' "$ROOT/MEMORY.md"
at 2026-11-23T03:00:00Z "$(path 1)"
mn -1 --yes
check "the older one touched: zero jobs" claimed 0
rm "$copy"
mn -1 --yes
check "the newer one gone: zero jobs" claimed 0
check "the newer one gone: the other holds the thread" \
    [ "$(thread 1 rollout_path)" = "$(path 1)" ]
mkdir "$CODEX/archived_sessions"
mv "$(path 1)" "$CODEX/archived_sessions/"
mn -1 --yes
check "archived: zero jobs" claimed 0
check "archived: the thread is" [ "$(thread 1 archived)" = 1 ]
check "archived: what it gave stays" remembered 1

# Written in the future, or so it says.
begin 1
{
	meta 2 "$t"
	task 2 "$t"
	say 2099-01-01T00:00:00Z assistant "Happy new year."
} >"$(path 2)"
at "$t" "$(path 2)"
session 3 2027-06-01T00:00:00Z
mn -1 --yes
check "a record from the future: the file's time holds" claimed 1
check "a record from the future: extracted" [ -n "$(output 2 1)" ]
hours 7
mn -1 --yes
check "a file from the future: idle since it was seen first" claimed 1
mn -1 --yes
check "a file from the future: extracted once" claimed 0

# Between scan and extraction.
compress() { zstd -q --rm "$(path 1)"; }
grow() { goes_on 1 2026-11-23T11:59:00Z "Always use spaces from now on."; }
replace() {
	session 9 2026-11-23T01:00:00Z
	mv "$(path 9)" "$(path 1)"
}
fresh() {
	hours 0
	world_new
	session 1 "$t"
}
fresh
once_claimed compress
check "compressed once claimed: exits 0" [ "$status" -eq 0 ]
check "compressed once claimed: extracted" [ -n "$(output 1 1)" ]
mn -1 --yes
check "compressed once claimed: only once" claimed 0

fresh
once_claimed grow
check "going on once claimed: exits 0" [ "$status" -eq 0 ]
check "going on once claimed: left until it rests" \
    has 'changed since the scan' "$LOG"
check "going on once claimed: no output of half a session" \
    [ -z "$(output 1 1)" ]
check "going on once claimed: no retry was spent" \
    [ "$(job 1 'status, retry_remaining')" = "pending|3" ]
hours 1
mn -1 --yes
check "going on once claimed: too young" claimed 0
hours 7
mn -1 --yes
check "going on once claimed: extracted when it rests" claimed 1

fresh
once_claimed replace
check "replaced once claimed: exits 1" [ "$status" -eq 1 ]
check "replaced once claimed: another's words are not taken" \
    [ -z "$(output 1 1)" ]
mn -1 --yes
check "replaced once claimed: extracted as what it is" [ -n "$(output 9 1)" ]
world_clean "files"
