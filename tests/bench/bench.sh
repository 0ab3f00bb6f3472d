#!/bin/sh
# What mnemod costs.  Each row is measured here and now; nothing in the test
# suite depends on a figure of this page.
set -eu

case $B in /*) ;; *) B=$PWD/$B ;; esac
W=$B/bench
T=$W
MNEMOD=$B/mnemod
ISOLATED=1
export W MNEMOD ISOLATED
. tests/lib.sh
W=$B/bench
. tests/world.sh

row() { printf '%-58s %s\n' "$1" "$2"; }

# A home of N rollouts of about 50 kB: one of tests/data, padded with tool
# output, under N thread ids.
fill_many() {
	python3 tests/bench/rollouts.py "$CODEX/sessions/2026/11/22" "$1"
}

# CPU seconds of a command and all its children, reaped ones included.
cpu_of() {
	python3 - "$@" <<'PY'
import os, resource, subprocess, sys
p = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
u = resource.getrusage(resource.RUSAGE_CHILDREN)
print("%.3f %d" % (u.ru_utime + u.ru_stime, p.returncode))
PY
}

# Sum of PSS over all our processes while a command runs, its maximum in MiB.
pss_peak() {
	python3 tests/bench/pss.py "$@"
}

world_new
fill_many 100
set -- $(cpu_of "$MNEMOD" -1 --yes -o now="$NOW")
row "stage one and two, 100 rollouts of 50 kB: CPU, all processes" "$1 s"

world_new
fill_many 100
row "the same: highest sum of PSS" "$(pss_peak "$MNEMOD" -1 --yes -o now="$NOW") MiB"

row "fork to ready, extract worker with its sandbox (median of 21)" \
    "$(python3 tests/bench/ready.py "$B") ms"

row "stop with 50 workers that ignore SIGTERM" \
    "$(python3 tests/bench/stop.py "$B") s"

world_new
fill_many 100
"$MNEMOD" -1 --yes -o now="$NOW" 2>/dev/null
"$MNEMOD" -o now="$NOW" 2>/dev/null &
sup=$!
row "idle: wake-ups an hour, from one minute; CPU of that minute" \
    "$(python3 tests/bench/idle.py "$sup" 60)"
row "idle: sum of PSS" "$(python3 tests/bench/pss.py -p "$sup") MiB"
kill "$sup"
wait "$sup"
