#!/bin/sh
# The process trusted least once mapped git, TLS and Kerberos, because all
# roles were one program; and a worker that had skipped a step of its sandbox
# looked like any other.  So look at the programs, and at what the kernel
# says of them while they run.
. tests/lib.sh
isolate
. tests/world.sh

# needs PROGRAM LIBRARY...: linked with these and the C library alone.
needs() {
	program=$1
	shift
	readelf -d "$B/$program" | sed -n 's/.*NEEDED.*\[\(.*\)\.so.*/\1/p' |
	    grep -vE '^(libc|libm|libgcc_s|libasan|libubsan|ld-linux.*)$' |
	    LC_ALL=C sort >"$T/has"
	printf '%s\n' "$@" | LC_ALL=C sort >"$T/may"
	cmp "$T/has" "$T/may" >&2
}

if command -v readelf >/dev/null; then
	check "mnemod has its libraries only" \
	    needs mnemod libbsd libconfuse libjson-c libsqlite3
	check "mnemod-extract has its libraries only" \
	    needs libexec/mnemod-extract libbsd libjson-c libpcre2-8 \
	    libseccomp libxxhash libzstd
	check "mnemod-gateway has its libraries only" \
	    needs libexec/mnemod-gateway libbsd libcurl libjson-c \
	    libpcre2-8 libseccomp libzstd
	check "mnemod-agent has its libraries only" \
	    needs libexec/mnemod-agent libbsd libjson-c libpcre2-8 libseccomp
	check "mnemod-wspace has its libraries only" \
	    needs libexec/mnemod-wspace libbsd libgit2 libjson-c \
	    libpcre2-8 libseccomp
else
	skip "libraries of each program" "no readelf(1)"
fi

for p in mnemod-gateway mnemod-extract mnemod-agent mnemod-wspace; do
	"$B/libexec/$p" 2>"$T/by-hand"
	check "$p by hand: exits 1" [ $? -eq 1 ]
	check "$p by hand: says who starts it" \
	    has "^$p is started by mnemod(8)" "$T/by-hand"
done

# status_is PID KEY VALUE: a line of /proc/PID/status
status_is() {
	[ "$(sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status")" = "$3" ]
}

# limit_is PID NAME VALUE: soft and hard
limit_is() {
	grep -Eq "^$2 +$3 +$3 " "/proc/$1/limits"
}

check_worker() {
	check "$1: has no new privileges" status_is "$2" NoNewPrivs 1
	check "$1: is filtered" status_is "$2" Seccomp 2
	check "$1: has umask 077" status_is "$2" Umask 0077
	check "$1: leaves no core" limit_is "$2" "Max core file size" 0
	check "$1: starts no process" limit_is "$2" "Max processes" 0
	if ! ls "/proc/$2/fd" >/dev/null 2>&1; then
		skip "$1: its descriptors" "not dumpable, and not root here"
		return
	fi
	for fd in 0 1; do
		check "$1: descriptor $fd is /dev/null" \
		    [ "$(readlink "/proc/$2/fd/$fd")" = /dev/null ]
	done
}

worker_up() {
	worker=$(pids_of "$1" | head -n 1)
	[ -n "$worker" ] && status_is "$worker" Seccomp 2
}

sup=
world_new
world_fill tests/data/codex
mn_start --yes -o agent_hold_ms=8000
for p in mnemod-extract mnemod-agent; do
	check "$p closes its sandbox" wait_until 20 worker_up "$p"
	[ -z "$worker" ] || check_worker "$p" "$worker"
done
kill -TERM "$sup"
wait "$sup"
finish
