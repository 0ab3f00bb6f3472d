#!/bin/sh
# A package that writes outside DESTDIR, or that forgets a file when it is
# removed.  Installed programs must work from where they are.
. tests/lib.sh
isolate
. tests/world.sh

umask 077
D=$T/dest
make -s --no-print-directory B="$B" DESTDIR="$D" PREFIX=/usr install >"$T/out"
check "make install" [ $? -eq 0 ]
for f in sbin/mnemod libexec/mnemod/mnemod-gateway \
    libexec/mnemod/mnemod-extract libexec/mnemod/mnemod-agent \
    libexec/mnemod/mnemod-wspace; do
	check "/usr/$f is executable" [ -x "$D/usr/$f" ]
done
for f in man8/mnemod.8 man8/mnemod-worker.8 man5/mnemod.conf.5 \
    man5/mnemod-memory.5 man7/mnemod-protocol.7; do
	check "/usr/share/man/$f is there" [ -s "$D/usr/share/man/$f" ]
done
check "the unit starts what was installed" \
    has '^ExecStart=/usr/sbin/mnemod ' "$D/usr/lib/systemd/user/mnemod.service"
for p in mnemod mnemoctl; do
	check "bash knows how to complete $p" cmp -s \
	    supervisor/dist/mnemod.bash \
	    "$D/usr/share/bash-completion/completions/$p"
done
check "so does zsh" cmp -s supervisor/dist/_mnemod \
    "$D/usr/share/zsh/site-functions/_mnemod"
check "nothing else can be executed, nothing is secret" [ -z "$(find "$D" \
    -type f ! -perm -0444 -o -type f -perm /0111 ! -path '*bin/*' \
    ! -path '*/libexec/*')" ]
world_new
world_fill tests/data/codex
MNEMOD=$D/usr/sbin/mnemod
mn -1 --yes
check "the installed program works" [ -s "$ROOT/MEMORY.md" ]
mn -1 --yes -o crash_at=publish.next.before
check "it has no crash points" [ $? -eq 3 ]
make -s --no-print-directory B="$B" DESTDIR="$D" PREFIX=/usr uninstall >"$T/out"
check "make uninstall leaves no file" [ -z "$(find "$D" ! -type d)" ]
finish
