# world.sh: a home of its own for the running program.  Read after lib.sh (or
# with W set); nothing outside $W is looked at.
#
#	W	the world		NOW	its fixed "now"
#	CODEX	home of Codex CLI	STATE	state directory
#	ROOT	the memory root		LOG	log of the last run
#
# shellcheck disable=SC2034

W=${W:-$T/world}
NOW=2026-11-23T12:00:00Z
CODEX=$W/codex
STATE=$W/state/mnemod
ROOT=$CODEX/memories
LOG=$W/log
MNEMOD=${MNEMOD:-$B/test/mnemod}

# world_new: an empty world, and the environment that leads nowhere else.
world_new() {
	rm -rf "$W"
	mkdir -p "$W/home" "$W/config" "$W/run" "$CODEX"
	chmod 700 "$W/run"
	export HOME="$W/home" CODEX_HOME="$CODEX"
	export XDG_CONFIG_HOME="$W/config" XDG_STATE_HOME="$W/state"
	export XDG_RUNTIME_DIR="$W/run" XDG_CACHE_HOME="$W/cache"
	export XDG_DATA_HOME="$W/data"
}

# world_fill DIR: copy a Codex home; every rollout gets the time of its
# newest record, whatever the checkout gave it.
world_fill() {
	cp -R "$1/." "$CODEX/"
	chmod -R u+w "$CODEX"
	find "$CODEX" -name 'rollout-*.jsonl' -o -name 'rollout-*.jsonl.zst' |
	while IFS= read -r f; do
		world_touch "$f"
	done
}

# world_touch FILE: set the time of its newest record.
world_touch() {
	case $1 in
	*.zst) stamp=$(zstd -qdc "$1" | newest) ;;
	*) stamp=$(newest <"$1") ;;
	esac
	[ -z "$stamp" ] || touch -d "$stamp" "$1"
}

newest() {
	grep -ao '"timestamp":"2[0-9TZ:.-]*"' | cut -d'"' -f4 | sort | tail -n 1
}

# mn ARG...: run mnemod in this world; its log goes to $LOG.
mn() {
	"$MNEMOD" -o now="$NOW" "$@" 2>"$LOG"
}

# mn_start ARG...: the same in the background; pid in $sup.  In a session of
# its own, as under a service manager: whoever inherits its workers is in
# another, so that the kernel wakes and ends those that are stopped.  What the
# last one said is not taken for its word.
mn_start() {
	: >"$LOG"
	setsid "$MNEMOD" -o now="$NOW" "$@" 2>"$LOG" &
	sup=$!
}

# mn_stop: stop it, and with its status.
mn_stop() {
	kill "$sup" 2>/dev/null
	wait "$sup"
}

# ctl ARG...: ask mnemoctl; output in $T/out, messages in $T/err, status in
# $status.
ctl() {
	"$B/test/mnemoctl" -o now="$NOW" "$@" >"$T/out" 2>"$T/err"
	status=$?
}

# ctl_start NAME ARG...: the same in the background, as $T/NAME.out and .err;
# pid in $asker.
ctl_start() {
	name=$1
	shift
	: >"$T/$name.out"
	: >"$T/$name.err"
	"$B/test/mnemoctl" -o now="$NOW" "$@" >"$T/$name.out" \
	    2>"$T/$name.err" &
	asker=$!
}

# starts_while ARG...: each of five passes starts, though somebody asks
# mnemoctl for that all the time.
starts_while() {
	while :; do "$B/test/mnemoctl" "$@" >/dev/null 2>&1; done &
	asker=$!
	passes=0
	while [ "$passes" -lt 5 ] && mn -1 --yes; do
		passes=$((passes + 1))
	done
	kill "$asker"
	wait "$asker" 2>/dev/null
	[ "$passes" -eq 5 ]
}

# fake_agent: $T/libexec has every worker, but its agent is fakeworker, which
# does what $W/script says.
fake_agent() {
	mkdir -p "$T/libexec"
	ln -sf "$B"/test/libexec/* "$T/libexec/"
	ln -sf "$B/test/fakeworker" "$T/libexec/mnemod-agent"
}

# What one waits for: who can be asked, an agent, that it is gone.
listening() { [ -S "$W/run/mnemod/control.sock" ]; }
agent_up() { [ -n "$(pids_of mnemod-agent)" ]; }
no_agent() { [ -z "$(pids_of mnemod-agent)" ]; }

# sql QUERY: ask the state database (sqlite3(1) where there is one).
sql() {
	sqlite3 -cmd ".timeout 10000" -readonly "$STATE/state.db" "$1"
}

# What a memory root holds, as one digest per file; raw_memories.md too.
root_digest() {
	(cd "$ROOT" && find . -type f ! -name '.*' | LC_ALL=C sort |
	    xargs sha256sum)
}

# Nothing of a run is left: process, temporary file, staging.
world_clean() {
	check "$1: no process is left" wait_until 12 no_orphans \
	    mnemod mnemod-extract mnemod-agent mnemod-wspace
	check "$1: no temporary file is left" [ -z "$(find "$ROOT" \
	    -name '.mnemod*' 2>/dev/null)" ]
	check "$1: no staging is left" [ -z "$(find "$STATE/staging" \
	    -mindepth 1 2>/dev/null)" ]
}
