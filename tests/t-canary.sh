#!/bin/sh
# A test or a demo that reads the developer's own transcripts, or writes into
# their real memory, does harm where nobody looks.  Canaries are planted in
# the real places, in a mount namespace, and after the demo and the tests of
# the program none of them was opened and nothing was added.
. tests/lib.sh
isolate

real=$(getent passwd "$(id -u)" | cut -d: -f6)
if ! unshare -m true 2>/dev/null || [ -z "$real" ] || [ ! -d "$real" ]; then
	skip "canaries" "no mount namespace, or no home"
	ok "nothing to do"
	finish
fi

# The inner run: $real is an empty file system that counts accesses.
cat >"$T/inner" <<'EOT'
set -eu
real=$1
exec 9<.
mount -t tmpfs -o strictatime none "$real"
case $PWD/ in
"$real"/*)
	mkdir -p "$PWD"
	mount --bind /proc/self/fd/9 "$PWD"
	cd "$PWD"
	;;
esac
plant() {
	mkdir -p "$(dirname "$real/$1")"
	echo canary >"$real/$1"
}
plant .codex/auth.json
plant .codex/config.toml
plant .codex/sessions/2026/11/22/rollout-2026-11-22T10-00-00-01a20488-6454-7d40-8043-aa29dcef0001.jsonl
plant .codex/memories/MEMORY.md
plant .codex/memories.lock
plant .config/mnemod/mnemod.conf
plant .local/state/mnemod/state.db
plant .gitconfig
plant .ssh/id_ed25519
find "$real"/.[a-z]* -type f -exec touch -d 2020-01-01T00:00:00Z {} +
files() { find "$real/.codex" "$real/.config" "$real/.local" "$real/.ssh" \
    "$real/.gitconfig" -type f -printf "%p %s %T@ %A@\n" | LC_ALL=C sort; }
files >"$2/before"
unset HOME CODEX_HOME XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR
export HOME=$real B=$3
unset ISOLATED
sh tests/demo.sh >"$2/demo" 2>&1 || echo "demo failed" >"$2/failed"
ISOLATED= sh tests/t-pass.sh >"$2/pass" 2>&1 || echo "t-pass failed" >>"$2/failed"
files >"$2/after"
EOT
unshare -m sh "$T/inner" "$real" "$T" "$B"
check "the inner run works" [ $? -eq 0 ]
check "the demo and the test pass there too" [ ! -e "$T/failed" ]
check "canaries were planted" [ "$(wc -l <"$T/before")" -eq 9 ]
check "none was opened, changed or joined by others" \
    cmp "$T/before" "$T/after"

# The check can fail: a read is seen.
unshare -m sh -c 'mount -t tmpfs -o strictatime none "$1"
    echo c >"$1/c"; touch -d 2020-01-01T00:00:00Z "$1/c"
    cat "$1/c" >/dev/null; find "$1/c" -printf "%A@\n"' sh "$real" >"$T/seen"
check "a read would be seen" has_not '^1577836800' "$T/seen"
finish
