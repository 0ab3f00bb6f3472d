#!/bin/sh
# On a system without apt-get the build asked for packages of Debian, by names
# that nothing there knows.
. tests/lib.sh
isolate

# A system with these programs and nothing else.
mkdir "$T/bin"
for p in sh sed grep cat tr sort id mv; do
	ln -s "$(command -v $p)" "$T/bin/$p"
done
# There is no library either; gcc and make are there.
for p in gcc make pkg-config; do
	printf '#!/bin/sh\nexit 1\n' >"$T/bin/$p"
	chmod +x "$T/bin/$p"
done

# asks NAME COMMAND: with this manager's program.
asks() {
	[ -z "$2" ] || ln -s gcc "$T/bin/$2"
	(PATH=$T/bin; export PATH; sh tests/packages.sh "$T/flags" install \
	    check) >"$T/out" 2>"$T/err"
	check "$1: exit status 1" [ $? -eq 1 ]
	check "$1: no other error" [ ! -s "$T/err" ]
	check "$1: nothing was written" [ ! -e "$T/flags" ]
	rm -f "$T/bin/${2:-none}"
}
asks Fedora dnf
check "Fedora: its names" has \
    '^install them with: dnf install .* pcre2-devel .* check-devel' "$T/out"
asks Arch pacman
check "Arch: its names" has \
    '^install them with: pacman -S .* pcre2 confuse .*zsh' "$T/out"
asks Alpine apk
check "Alpine: its names" has \
    '^install them with: apk add .* pcre2-dev .* zstd-dev ' "$T/out"
check "Alpine: that nobody tried" has 'musl is untried' "$T/out"
asks another ""
check "another: the names of all" has \
    'Fedora:.* pcre2-devel.* Arch:.* confuse.* Alpine:.* zstd-dev' "$T/out"
check "what is there is not named" has_not \
    'packages missing:.* \(gcc\|make\|pkg-config\)' "$T/out"
check "what only lint needs is not named" has_not 'cppcheck' "$T/out"
(PATH=$T/bin; export PATH; sh tests/packages.sh "$T/flags" name deb) \
    >"$T/out" 2>&1
check "what a system does not have is left out" has_not ' - ' "$T/out"

# The rows themselves.
sed -n "/^# goals/,/^EOT/p" tests/packages.sh | grep -v '^#\|^EOT' >"$T/rows"
check "there are rows" [ "$(wc -l <"$T/rows")" -gt 30 ]
check "each names six things" [ -z "$(awk 'NF != 6' "$T/rows")" ]
check "each library that is asked for flags is one of them" [ -z "$(sed -n \
    's/^	*flags [A-Z0-9]* //p' tests/packages.sh | while read -r lib; do
	grep -q "lib:$lib " "$T/rows" || echo "$lib"
done)" ]
finish
