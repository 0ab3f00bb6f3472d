#!/bin/sh
# packages.sh OUTPUT install|name [GOAL ...]: look for the Debian 12 packages
# that the build and these goals of make(1) need.  Missing ones are named and,
# with `install', installed.  Then write the flags of every library to OUTPUT.
set -eu

out=$1
mode=$2
shift 2
need="gcc make pkg-config libcurl4-openssl-dev libjson-c-dev libsqlite3-dev
libbsd-dev libgit2-dev libseccomp-dev libpcre2-dev libconfuse-dev libzstd-dev
libxxhash-dev check"
fakemodel="libmicrohttpd-dev zlib1g-dev"
for goal; do
	case $goal in
	demo) need="$need procps" ;;
	check*) need="$need procps sqlite3 zstd git $fakemodel curl openssl
nghttp2-proxy bash zsh" ;;
	lint*) need="$need clang-tidy cppcheck mandoc shellcheck codespell" ;;
	deb) need="$need dpkg-dev lintian" ;;
	bench) need="$need procps python3 jq binutils findutils $fakemodel curl" ;;
	esac
done

missing=
for p in $need; do
	dpkg-query -W -f '${Status}' "$p" 2>/dev/null |
	    grep -q 'ok installed' || missing="$missing $p"
done
# pkgconf provides pkg-config; gcc and make may come from elsewhere.
for tool in pkg-config gcc make; do
	if command -v "$tool" >/dev/null 2>&1; then
		missing=$(printf '%s' "$missing" | sed "s/ $tool//")
	fi
done

if [ -n "$missing" ]; then
	echo "packages missing:$missing"
	if [ "$mode" != install ]; then
		echo "install them with: apt-get install$missing"
		echo "(make demo and make check do so by themselves)"
		exit 1
	fi
	command -v apt-get >/dev/null 2>&1 || {
		echo "apt-get not found: install the packages by hand" >&2
		exit 1
	}
	as=
	[ "$(id -u)" -eq 0 ] || as=sudo
	# shellcheck disable=SC2086
	{
		$as apt-get update -qq
		$as env DEBIAN_FRONTEND=noninteractive \
		    apt-get install -y -qq $missing
	} >/dev/null
fi

flags() {
	printf 'PKG_%s = %s\n' "$1" "$(pkg-config --libs "$2")"
	cflags="$cflags $(pkg-config --cflags "$2")"
}

cflags=
{
	flags JSON json-c
	flags BSD libbsd
	flags SECCOMP libseccomp
	flags PCRE2 libpcre2-8
	flags SQLITE sqlite3
	flags CONFUSE libconfuse
	flags ZSTD libzstd
	flags XXHASH libxxhash
	flags GIT2 libgit2
	flags CURL libcurl
	# Only tests link these.
	if pkg-config --exists libmicrohttpd zlib; then
		flags MICROHTTPD libmicrohttpd
		flags ZLIB zlib
	fi
	flags CHECK check
	printf 'PKG_CFLAGS =%s\n' "$(printf '%s\n' $cflags | sort -u |
	    sed 's/^-I/-isystem /' | tr '\n' ' ' | sed 's/^/ /')"
} >"$out.tmp"
mv "$out.tmp" "$out"
