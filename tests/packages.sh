#!/bin/sh
# packages.sh OUTPUT install|name [GOAL ...]: look for the packages that the
# build and these goals of make(1) need.  Missing ones are named, for Debian 12
# and by the names that others have for them; with `install', and where there
# is apt-get, they are installed.  Then write the flags of every library to
# OUTPUT.
set -eu

out=$1
mode=$2
pkg_config=${PKG_CONFIG:-pkg-config}
shift 2

# The goals that need it (* for every build), how it is found: a library by
# pkg-config(1), any other as a command, and its names.
table() {
	cat <<'EOT'
# goals           found_by           Debian                Fedora               Arch           Alpine
*                 gcc                gcc                   gcc                  gcc            build-base
*                 make               make                  make                 make           make
*                 pkg-config         pkg-config            pkgconf-pkg-config   pkgconf        pkgconf
*                 lib:libcurl        libcurl4-openssl-dev  libcurl-devel        curl           curl-dev
*                 lib:json-c         libjson-c-dev         json-c-devel         json-c         json-c-dev
*                 lib:sqlite3        libsqlite3-dev        sqlite-devel         sqlite         sqlite-dev
*                 lib:libbsd         libbsd-dev            libbsd-devel         libbsd         libbsd-dev
*                 lib:libgit2        libgit2-dev           libgit2-devel        libgit2        libgit2-dev
*                 lib:libseccomp     libseccomp-dev        libseccomp-devel     libseccomp     libseccomp-dev
*                 lib:libpcre2-8     libpcre2-dev          pcre2-devel          pcre2          pcre2-dev
*                 lib:libconfuse     libconfuse-dev        libconfuse-devel     confuse        confuse-dev
*                 lib:libzstd        libzstd-dev           libzstd-devel        zstd           zstd-dev
*                 lib:libxxhash      libxxhash-dev         xxhash-devel         xxhash         xxhash-dev
*                 lib:check          check                 check-devel          check          check-dev
check,bench       lib:libmicrohttpd  libmicrohttpd-dev     libmicrohttpd-devel  libmicrohttpd  libmicrohttpd-dev
check,bench       lib:zlib           zlib1g-dev            zlib-devel           zlib           zlib-dev
demo,check,bench  ps                 procps                procps-ng            procps-ng      procps
check             sqlite3            sqlite3               sqlite               sqlite         sqlite
check             zstd               zstd                  zstd                 zstd           zstd
check             git                git                   git                  git            git
check,bench       curl               curl                  curl                 curl           curl
check             openssl            openssl               openssl              openssl        openssl
check             nghttpx            nghttp2-proxy         nghttp2              nghttp2        nghttp2
check             bash               bash                  bash                 bash           bash
check             zsh                zsh                   zsh                  zsh            zsh
lint              clang-tidy         clang-tidy            clang-tools-extra    clang          clang-extra-tools
lint              cppcheck           cppcheck              cppcheck             cppcheck       cppcheck
lint              mandoc             mandoc                mandoc               mandoc         mandoc
lint              shellcheck         shellcheck            ShellCheck           shellcheck     shellcheck
lint              codespell          codespell             codespell            codespell      codespell
deb               dpkg-shlibdeps     dpkg-dev              dpkg-dev             dpkg           dpkg-dev
deb               lintian            lintian               -                    -              -
lint,fuzz,cover   clang              clang                clang                clang          clang
check-compilers   clang              clang                clang                clang          clang
cover             llvm-cov           llvm                 llvm                 llvm           llvm
check-valgrind    valgrind           valgrind             valgrind             valgrind       valgrind
bench,cover       python3            python3               python3              python         python3
bench             jq                 jq                    jq                   jq             jq
bench             readelf            binutils              binutils             binutils       binutils
bench             find               findutils             findutils            findutils      findutils
EOT
}

# rows [GOAL ...]: those that they need, without the goals.
rows() {
	table | grep -v '^#' | while read -r goals row; do
		for goal in '*' "$@"; do
			case ,$goals, in
			*,"$goal",* | *,"${goal%%-*}",*) printf '%s\n' "$row"; break ;;
			esac
		done
	done
}

# On Debian a library is there if its package is.
there() {
	case $1 in
	lib:*)
		if command -v dpkg-query >/dev/null 2>&1; then
			dpkg-query -W -f '${Status}' "$2" 2>/dev/null |
			    grep -q 'ok installed'
		else
			$pkg_config --exists "${1#lib:}" 2>/dev/null
		fi ;;
	*) command -v "$1" >/dev/null 2>&1 ;;
	esac
}

missing='' fedora='' arch='' alpine=''
while read -r by deb dnf pacman apk; do
	there "$by" "$deb" && continue
	missing="$missing $deb"
	fedora="$fedora $dnf" arch="$arch $pacman" alpine="$alpine $apk"
done <<EOT
$(rows "$@")
EOT

# Where there is no apt-get: how the packages are called, and where musl may
# be in the way.
name_others() {
	if command -v dnf >/dev/null 2>&1; then
		echo "install them with: dnf install$fedora"
	elif command -v pacman >/dev/null 2>&1; then
		echo "install them with: pacman -S$arch"
	elif command -v apk >/dev/null 2>&1; then
		echo "install them with: apk add bsd-compat-headers$alpine"
		echo "(mnemod is made with the GNU C library; musl is untried)"
	else
		echo "Debian calls them so; Fedora:$fedora; Arch:$arch;" \
		    "Alpine:$alpine"
	fi | sed 's/ -\( \|;\|$\)/\1/g'
	echo "then start again"
}

if [ -n "$missing" ]; then
	echo "packages missing:$missing"
	if ! command -v apt-get >/dev/null 2>&1; then
		name_others
		exit 1
	fi
	if [ "$mode" != install ]; then
		echo "install them with: apt-get install$missing"
		echo "(make demo and make check do so by themselves)"
		exit 1
	fi
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
	printf 'PKG_%s = %s\n' "$1" "$($pkg_config --libs "$2")"
	cflags="$cflags $($pkg_config --cflags "$2")"
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
	if $pkg_config --exists libmicrohttpd zlib; then
		flags MICROHTTPD libmicrohttpd
		flags ZLIB zlib
	fi
	flags CHECK check
	printf 'PKG_CFLAGS =%s\n' "$(printf '%s\n' $cflags | sort -u |
	    sed 's/^-I/-isystem /' | tr '\n' ' ' | sed 's/^/ /')"
} >"$out.tmp"
mv "$out.tmp" "$out"
