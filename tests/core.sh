# shellcheck disable=SC2034 # the tests read these
# core.sh: the process core under test, tests/supdriver.c with
# tests/fakeworker as every worker.  Read after lib.sh.

SUP=$B/test/supdriver	# perhaps with a command in front
LIBEXEC=$T/libexec
OUT=$T/out		# events
LOG=$T/log		# standard error

core_setup() {
	mkdir -p "$LIBEXEC"
	for role in extract agent wspace gateway; do
		ln -f "$B/test/fakeworker" "$LIBEXEC/mnemod-$role"
	done
}

# core_run ARG...: to its end.  Status in $status.
core_run() {
	# shellcheck disable=SC2086
	timeout -s KILL 60 $SUP -v -l "$LIBEXEC" "$@" >"$OUT" 2>"$LOG"
	status=$?
}

# core_start ARG...: in the background.  Pid in $sup.
core_start() {
	: >"$OUT"
	: >"$LOG"
	# shellcheck disable=SC2086
	$SUP -v -l "$LIBEXEC" "$@" >"$OUT" 2>"$LOG" &
	sup=$!
}

# events N REGEX: at least N such events came.
events() {
	[ "$(count_of "$2" "$OUT")" -ge "$1" ]
}

# logged N REGEX
logged() {
	[ "$(count_of "$2" "$LOG")" -ge "$1" ]
}

# core_wait: the end of the background one.  $status, and $took in ms.
core_wait() {
	began=$(now_ms)
	wait "$sup"
	status=$?
	took=$(($(now_ms) - began))
}

# core_stop [SIGNAL]: ask it to end, wait.
core_stop() {
	kill "-${1:-TERM}" "$sup"
	core_wait
}

# What must hold after every run: its status, no process left.
core_clean() {
	check "$1: status ${2:-0}" [ "$status" -eq "${2:-0}" ]
	check "$1: no process is left" wait_until 2 no_orphans fakeworker
}

# worker_pid N: of the N-th ready worker.
worker_pid() {
	sed -n 's/^ready .*\[\([0-9]*\)\]$/\1/p' "$OUT" | sed -n "${1:-1}p"
}
