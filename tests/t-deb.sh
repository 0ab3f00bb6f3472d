#!/bin/sh
# A package that lacks a library starts nowhere, and one that starts a
# service by itself reads the sessions of people who were not asked.
. tests/lib.sh
isolate
. tests/world.sh

for tool in dpkg-deb dpkg-shlibdeps; do
	command -v $tool >/dev/null && continue
	skip "a Debian package" "$tool is not installed"
	finish
done
if [ -n "${SANITIZED:-}" ]; then
	skip "a Debian package" "sanitizers are not for packages"
	finish
fi
deb=$(OUT=$T/deb sh supervisor/dist/deb/build.sh 2>"$T/said")
check "it is built" [ -s "$deb" ]
check "without a word" [ ! -s "$T/said" ]
cat "$T/said"
if command -v lintian >/dev/null; then
	lintian --allow-root --fail-on error,warning "$deb" >"$T/lintian" 2>&1 &
	lintian=$!
fi

dpkg-deb -f "$deb" >"$T/control"
check "its version is the program's" has \
    "^Version: $("$B/mnemod" -V | cut -d' ' -f2)\$" "$T/control"
for lib in libc6 libgit2 libcurl4 libsqlite3-0 libseccomp2 libpcre2 \
    libjson-c libbsd0 libconfuse libzstd1 libxxhash0; do
	check "it depends on $lib" has "^Depends:.* $lib" "$T/control"
done
dpkg-deb -c "$deb" >"$T/contents"
check "all of it is root's" [ "$(awk '{print $2}' "$T/contents" |
    sort -u)" = root/root ]
check "nothing in /usr/local, /etc or anybody's home" has_not \
    ' \./\(usr/local\|etc\|home\|root\)' "$T/contents"
dpkg-deb -e "$deb" "$T/DEBIAN"
check "nothing is run by the installation" \
    [ "$(cd "$T/DEBIAN" && echo *)" = "control md5sums" ]

dpkg-deb -x "$deb" "$T/root"
U=$T/root/usr
check "its files are whole" sh -c \
    "cd '$T/root' && md5sum -c --quiet '$T/DEBIAN/md5sums'"
for f in sbin/mnemod bin/mnemoctl libexec/mnemod/mnemod-gateway \
    libexec/mnemod/mnemod-extract libexec/mnemod/mnemod-agent \
    libexec/mnemod/mnemod-wspace; do
	readelf -S "$U/$f" >"$T/sections" 2>&1
	check "$f is stripped" has_not '\.debug_\|\.symtab' "$T/sections"
done
for f in man1/mnemoctl.1 man5/mnemod.conf.5 man5/mnemod-memory.5 \
    man7/mnemod-protocol.7 man8/mnemod.8 man8/mnemod-worker.8; do
	check "$f is compressed" gzip -t "$U/share/man/$f.gz"
done
for f in lib/systemd/user/mnemod.service zsh/vendor-completions/_mnemod \
    bash-completion/completions/mnemod bash-completion/completions/mnemoctl \
    doc/mnemod/copyright doc/mnemod/changelog.gz; do
	case $f in lib/*) ;; *) f=share/$f ;; esac
	check "$f is there" [ -s "$U/$f" ]
done
check "the licence is told" has 'Permission to use' "$U/share/doc/mnemod/copyright"

world_new
world_fill tests/data/codex
MNEMOD=$U/sbin/mnemod
mn -1 --yes
check "what it holds works" [ -s "$ROOT/MEMORY.md" ]
if [ -n "${lintian:-}" ]; then
	wait "$lintian"
	check "lintian has nothing to say" [ $? -eq 0 ]
	cat "$T/lintian"
else
	skip "lintian has nothing to say" "it is not installed"
fi
finish
