#!/bin/sh
# build.sh: make a Debian package in $OUT ($B/deb) of the programs in $B, which
# are there, and print its name.  SOURCE_DATE_EPOCH, DEBFULLNAME and DEBEMAIL
# are heeded.
set -eu

B=${B:-build}
OUT=${OUT:-$B/deb}
VERSION=${VERSION:-$(sed -n 's/^VERSION[^=]*= //p' Makefile)}
MAINTAINER="${DEBFULLNAME:-The mnemod authors} <${DEBEMAIL:-mnemod@example.org}>"
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null ||
    date +%s)}
export SOURCE_DATE_EPOCH
umask 022
unset MAKEFLAGS MFLAGS

here=supervisor/dist/deb
root=$OUT/root
doc=$root/usr/share/doc/mnemod
arch=$(dpkg --print-architecture)
deb=$OUT/mnemod_${VERSION}_$arch.deb
rm -rf "$root" "$OUT/debian" "$deb"
mkdir -p "$doc" "$root/DEBIAN" "$OUT/debian"

# fill FILE WORD=VALUE...: a template with its words.
fill() {
	file=$1
	shift
	for w; do
		set -- "$@" -e "s|@${w%%=*}@|$(printf '%s' "${w#*=}" |
		    sed 's/[&|\\]/\\&/g')|"
		shift
	done
	sed "$@" "$file"
}

make -s --no-print-directory B="$B" DESTDIR="$root" PREFIX=/usr \
    ZSHDIR=/usr/share/zsh/vendor-completions install >/dev/null
strip --strip-unneeded -R .comment -R .note "$root"/usr/bin/* \
    "$root"/usr/sbin/* "$root"/usr/libexec/mnemod/*
find "$root/usr/share/man" -type f -exec gzip -9n {} +

install -m 0644 README.md "$doc/README.md"
{
	fill $here/copyright.in COPYRIGHT="$(sed -n 's/^Copyright (c) //p' \
	    LICENSE)"
	sed '1,2d; s/^$/./; s/^/ /' LICENSE
} >"$doc/copyright"
fill $here/changelog.in VERSION="$VERSION" MAINTAINER="$MAINTAINER" \
    DATE="$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")" |
    gzip -9n >"$doc/changelog.gz"

# dpkg-shlibdeps(1) looks for a source tree where it is started.
printf 'Source: mnemod\n\nPackage: mnemod\nArchitecture: any\n' \
    >"$OUT/debian/control"
depends=$(cd "$OUT" && dpkg-shlibdeps -O root/usr/bin/* root/usr/sbin/* \
    root/usr/libexec/mnemod/* | sed -n 's/^shlibs:Depends=//p')
fill $here/control.in VERSION="$VERSION" ARCH="$arch" \
    MAINTAINER="$MAINTAINER" DEPENDS="$depends" \
    SIZE="$(du -sk --apparent-size "$root/usr" | cut -f1)" \
    >"$root/DEBIAN/control"
(cd "$root" && find usr -type f | LC_ALL=C sort | xargs md5sum) \
    >"$root/DEBIAN/md5sums"
dpkg-deb --root-owner-group --build "$root" "$deb" >/dev/null
echo "$deb"
