#!/bin/sh
# cross.sh: compile all programs into $B for another machine, with
# ${CROSS}gcc, and link them where ${CROSS}pkg-config finds its libraries.
# What is not at hand is told, and is no failure.
set -eu

cc=${CROSS}gcc
pc=${CROSS}pkg-config
unset MAKEFLAGS MFLAGS
if ! command -v "$cc" >/dev/null 2>&1; then
	echo "skip - $cc is not installed"
	exit 0
fi
# Every library that packages.sh asks for flags but the tests' own.
libs=$(sed -n 's/^	flags [A-Z0-9]* //p' tests/packages.sh | grep -v '^check$')
# shellcheck disable=SC2086
if command -v "$pc" >/dev/null 2>&1 && $pc --exists $libs; then
	make -s CC="$cc" PKG_CONFIG="$pc" B="$B" WERROR=-Werror all
	echo "ok - compiled and linked with $cc"
	exit 0
fi
# Headers of libraries are the same for all machines; those of the C library
# are not, and $cc looks at its own first.
here=$(gcc -dumpmachine)
make -s CC="$cc" B="$B" WERROR=-Werror PKG_CFLAGS="-idirafter /usr/include \
-idirafter /usr/include/$here -idirafter /usr/include/json-c" objects
echo "ok - compiled with $cc"
echo "skip - linking: its libraries are not installed"
