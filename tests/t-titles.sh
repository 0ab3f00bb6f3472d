#!/bin/sh
# A name from a configuration went to every terminal that ran ps, with its
# escape sequences; and a title that is cut to four bytes says nothing.
. tests/lib.sh
. tests/core.sh
isolate
core_setup

title_of() {
	tr '\0' ' ' <"/proc/$1/cmdline" | sed 's/ *$//'
}
title_is() {
	[ "$(title_of "$1")" = "$2" ]
}

# Row 70: the supervisor's own title in each state.
core_start -o base=60000 -o grace=4000 'extract*2=start' \
    'extract+=start exit=65' 'workspace+=start exit=1' \
    'consolidate/codex=ignore stall'
check "row 70: states are counted" wait_until 5 title_is "$sup" \
    'mnemod: supervisor [1 starting, 2 ready, 1 backoff, 1 failed]'
kill -TERM "$sup"
check "row 70: also while stopping" wait_until 2 title_is "$sup" \
    'mnemod: supervisor [1 stopping]'
core_wait
core_clean "row 70"
core_start
check "row 70: nothing to do" wait_until 2 title_is "$sup" \
    'mnemod: supervisor [idle]'
core_stop
core_clean "row 70, idle"

# Row 69: hostile text in a worker's title and name.
esc=$(printf 'a\033[31mb\nc\302\233d')
long=$(printf '%04096d' 0)
core_start "extract/$esc$long=title=$esc$long start"
wait_until 5 events 1 '^ready'
worker=$(worker_pid)
[ -n "$worker" ] || worker=$(pids_of fakeworker)
title=$(title_of "$worker")
check "row 69: cut to 140 bytes (${#title})" \
    [ "${#title}" -gt 100 -a "${#title}" -le 140 ]
check "row 69: no control characters in the title" \
    [ -z "$(printf '%s' "$title" | tr -d '[:print:]')" ]
check "row 69: they are shown" \
    [ "${title#mnemod: a\\x1b\[31mb\\x0ac\\u\{009b\}d}" != "$title" ]
core_stop
check "row 69: nor in the log" \
    [ -z "$(tr -d '[:print:]\n' <"$LOG")" ]
check "row 69: lines of the log are bounded" \
    [ "$(awk '{ if (length > m) m = length } END { print m }' "$LOG")" \
    -lt 2100 ]
core_clean "row 69"
finish
