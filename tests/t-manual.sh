#!/bin/sh
# A manual that is wrong is worse than none: options, messages and exit
# statuses of the program are held against the pages.  (Configuration keys:
# check_manual_conf.)
. tests/lib.sh
isolate

"$B/mnemod" -h >"$T/help"
grep -oE -- '--[a-z-]+|^ *-[0-9A-Za-z],' "$T/help" | tr -d ' ,' |
    sort -u >"$T/options"
while IFS= read -r o; do
	case $o in
	--*) want="Fl -${o#--}" ;;
	*) want="Fl ${o#-}" ;;
	esac
	check "mnemod.8 has $o" grep -q -- "$want\( \|\$\)" man/mnemod.8
done <"$T/options"
check "options were found" [ "$(wc -l <"$T/options")" -gt 10 ]

# Options of the page exist.
grep -oE '^\.It Fl [0-9A-Za-z-]+' man/mnemod.8 | sed 's/.*Fl //' |
while IFS= read -r o; do
	grep -q -- "-$o\b" "$T/help" || echo "$o"
done >"$T/extra"
check "mnemod.8 has no option that is not there" [ ! -s "$T/extra" ]

# Messages: each row of the table has its item.
sed -n 's/^	\[MSG_[A-Z_]*\] = { "\([a-z_]*\)".*/\1/p' common/msg_table.c >"$T/messages"
check "messages were found" [ "$(wc -l <"$T/messages")" -gt 20 ]
while IFS= read -r m; do
	check "mnemod-protocol.7 has $m" \
	    grep -q "^\.It Ic $m Pq \(to\|from\)" man/mnemod-protocol.7
done <"$T/messages"
grep '^\.It Ic' man/mnemod-protocol.7 | awk '{print $3}' |
    sort >"$T/documented"
check "mnemod-protocol.7 has no message that is not there" \
    [ "$(sort "$T/messages")" = "$(cat "$T/documented")" ]

# Exit statuses.
sed -n 's/^	EXIT_[A-Z_]* = \([0-9]*\).*/\1/p' common/exitcode.h >"$T/exits"
check "exit statuses were found" [ "$(wc -l <"$T/exits")" -eq 9 ]
while IFS= read -r n; do
	check "mnemod.8 has exit status $n" sed -n \
	    '/^\.Sh EXIT STATUS/,/^\.Sh EXAMPLES/{/^\.It '"$n"'$/q0};$q1' \
	    man/mnemod.8
done <"$T/exits"
sed -n 's/^	WEXIT_[A-Z_]* = \([0-9]*\).*/\1/p' common/exitcode.h >"$T/wexits"
while IFS= read -r n; do
	check "mnemod-worker.8 has exit status $n" \
	    grep -q "^\.It .*\b$n\b" man/mnemod-worker.8
done <"$T/wexits"
finish
