#!/bin/sh
# Ctrl-C goes to the whole foreground group.  Where workers belong to it they
# die in the middle of their work while the supervisor still thinks that it is
# stopping them in order.
. tests/lib.sh
. tests/core.sh
isolate
core_setup

if ! command -v script >/dev/null; then
	skip "row 20: Ctrl-C in a terminal" "script(1) is not installed"
	finish
fi

# Row 20.  The worker takes SIGTERM and would die of SIGINT.
mkfifo "$T/keys"
script -qec "'$SUP' -v -l '$LIBEXEC' -o grace=3000 \
'extract=obey start' 'consolidate=start' >'$OUT' 2>'$LOG'" /dev/null \
    <"$T/keys" >/dev/null 2>&1 &
sup=$!
exec 9>"$T/keys"
check "row 20: workers run under a terminal" \
    wait_until 10 events 2 '^ready'
printf '\003' >&9
core_wait
exec 9>&-
check "row 20: one orderly stop" [ "$(count_of 'SIGINT: stopping' "$LOG")" -eq 1 ]
check "row 20: no worker gets SIGINT" has_not 'signal 2 ' "$OUT"
check "row 20: they sign off" has '^ended extract.*bye=1' "$OUT"
core_clean "row 20"
finish
