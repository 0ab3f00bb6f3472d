# lib.sh: what the shell tests share.  A test reads it first, then calls
# `isolate', and ends with `finish'.
#
#	B	build directory		T	its own empty directory

B=${B:-build}
case $B in /*) ;; *) B=$PWD/$B ;; esac
NAME=$(basename "$0" .sh)
T=$B/test/tmp/$NAME
passed=0 failed=0 skipped=0

# Run the rest of the test in a pid namespace of its own, so that nothing
# escapes; without the right to make one, run it as it is.
isolate() {
	[ -z "${ISOLATED:-}" ] || return 0
	rm -rf "$T"
	mkdir -p "$T"
	export ISOLATED=1 B
	for how in "" "-U -r"; do
		# shellcheck disable=SC2086
		unshare $how -p -f --mount-proc true 2>/dev/null || continue
		# shellcheck disable=SC2086
		exec unshare $how -p -f --mount-proc --kill-child \
		    sh -c 'sh "$0"; exit $?' "$0"
	done
	echo "note: no pid namespace here"
}

ok() {
	passed=$((passed + 1))
	echo "ok - $*"
}

not_ok() {
	failed=$((failed + 1))
	echo "not ok - $*"
}

# skip "what" "why"
skip() {
	skipped=$((skipped + 1))
	echo "skip - $1: $2"
}

# check "sentence" command...: the sentence holds if the command succeeds.
check() {
	sentence=$1
	shift
	if "$@"; then ok "$sentence"; else not_ok "$sentence"; fi
}

# The closing line, and the exit status of the test.
finish() {
	if [ "$skipped" -ne 0 ]; then
		echo "$passed passed, $failed failed, $skipped skipped"
	else
		echo "$passed passed, $failed failed"
	fi
	[ "$failed" -eq 0 ]
	exit $?
}

# wait_until SECONDS command...: 0 as soon as the command succeeds.  A busy
# machine gets three times as long.
wait_until() {
	deadline=$(($(now_ms) + $1 * ${PATIENCE:-3000}))
	shift
	until "$@"; do
		[ "$(now_ms)" -lt "$deadline" ] || return 1
		sleep 0.02
	done
}

# Milliseconds since the boot, in steps of ten.
now_ms() {
	read -r up _ </proc/uptime
	echo "${up%.*}${up#*.}0"
}

# Pids of living processes whose comm is one of the arguments.
pids_of() {
	for d in /proc/[0-9]*; do
		IFS= read -r comm 2>/dev/null <"$d/comm" || continue
		for _name; do
			[ "$comm" = "$_name" ] && is_alive "${d#/proc/}" &&
			    echo "${d#/proc/}"
		done
	done
}

# no_orphans COMM...: nothing of that name is left, not even a zombie.
no_orphans() {
	for d in /proc/[0-9]*; do
		IFS= read -r comm 2>/dev/null <"$d/comm" || continue
		for _name; do
			[ "$comm" != "$_name" ] || return 1
		done
	done
}

# State letter of a process, empty if there is none.
state_of() {
	sed -n 's/^.*) \([A-Za-z]\) .*/\1/p' "/proc/$1/stat" 2>/dev/null
}

# A process that is neither gone nor a zombie.
is_alive() {
	case $(state_of "$1") in "" | Z) return 1 ;; *) return 0 ;; esac
}

is_gone() {
	! is_alive "$1"
}

# Number of open descriptors.
fd_count() {
	find "/proc/$1/fd" -mindepth 1 2>/dev/null | wc -l
}

# CPU time of a process in clock ticks (a hundredth of a second).
# What spins has 100 in a second; one that a tick finds awake is charged all
# of it, so that a few say nothing.
cpu_ticks() {
	sed 's/^.*) //' "/proc/$1/stat" | {
		read -r _ _ _ _ _ _ _ _ _ _ _ user system _
		echo $((user + system))
	}
}

# memory_below "sentence" FIELD PID KB: VmRSS or VmHWM of a process; the
# sanitizers' own memory would count too.
memory_below() {
	if [ -n "${SANITIZED:-}" ]; then
		skip "$1" "sanitizers use memory of their own"
		return
	fi
	kb=$(sed -n "s/^$2:[^0-9]*\([0-9]*\).*/\1/p" "/proc/$3/status")
	check "$1 ($kb kB)" [ "$kb" -lt "$4" ]
}

# Lines of file $2 that match $1.
count_of() {
	n=$(grep -ac -- "$1" "$2" 2>/dev/null)
	echo "${n:-0}"
}

# has REGEX FILE; has_not REGEX FILE
has() {
	grep -aq -- "$1" "$2"
}

has_not() {
	! grep -aq -- "$1" "$2"
}
