# adopted.sh: a memory folder as another program left it.  Read after
# world.sh.
#
#	FOUND	a copy of the folder as it was found
#
# shellcheck shell=sh disable=SC2034

FOUND=$W/found
HISTORY=$STATE/memories/codex.git
T1=01a1f0aa-1c40-7000-8a11-0c0ffee00001
T5=01a1ff10-5fc0-7444-8d44-0c0ffee00005
TR=01a1fec4-2998-7b81-8f37-a043a6f767e7

# adopted_new: a world whose memory root is that folder, with a secret in it.
adopted_new() {
	world_new
	mkdir -p "$CODEX/sessions"
	cp -R tests/data/adopted "$ROOT"
	chmod -R u+w "$ROOT"
	mkdir "$ROOT/.git"
	echo "ref: refs/heads/theirs" >"$ROOT/.git/HEAD"
	printf 'thread_id: %s\nupdated_at: 2026-11-21T18:00:00Z\ncwd: /home/mara\n\n# A key\npassword=%s\n' \
	    01a1ff10-5fc0-7444-8d44-0c0ffee00006 "Zq8-hunter2-Wx5" \
	    >"$ROOT/rollout_summaries/key.md"
	cp -a "$ROOT" "$FOUND"
}

# codex_databases: what Codex CLI keeps beside it; one row is hostile.
codex_databases() {
	sqlite3 "$CODEX/memories_1.sqlite" >/dev/null <<-EOT
	PRAGMA journal_mode = WAL;
	CREATE TABLE stage1_outputs (thread_id TEXT PRIMARY KEY,
	 source_updated_at INTEGER NOT NULL, raw_memory TEXT NOT NULL,
	 rollout_summary TEXT NOT NULL, rollout_slug TEXT,
	 generated_at INTEGER NOT NULL, usage_count INTEGER,
	 last_usage INTEGER,
	 selected_for_phase2 INTEGER NOT NULL DEFAULT 0,
	 selected_for_phase2_source_updated_at INTEGER);
	INSERT INTO stage1_outputs VALUES ('$T1', 1795041100,
	 'raw of the database', 'summary of the database',
	 'invoice_rounding', 1795041200, 7, 1795300000, 1, 1795041100);
	INSERT INTO stage1_outputs VALUES ('$T5', 1795280000,
	 'never consolidated, password=Yk3-geheim-Lm9', 'a fifth session',
	 'fifth', 1795280100, 2, 1795290000, 0, NULL);
	INSERT INTO stage1_outputs VALUES ('no id', 1, 'x', 'y', NULL, 1, 1, 1,
	 0, NULL);
	INSERT INTO stage1_outputs VALUES (upper('01a1ff10-5fc0-7444-8d44-0c0ffee000aa'),
	 1795280000, CAST(zeroblob(400000) AS TEXT), X'ff', NULL, 'x', 'y',
	 1e300, 0, NULL);
	EOT
	sqlite3 "$CODEX/state_5.sqlite" <<-EOT
	CREATE TABLE threads (id TEXT PRIMARY KEY, rollout_path TEXT,
	 cwd TEXT, title TEXT, git_branch TEXT, git_origin_url TEXT,
	 memory_mode TEXT NOT NULL DEFAULT 'enabled');
	INSERT INTO threads VALUES ('$T5', '$CODEX/sessions/five.jsonl',
	 '/home/mara/src/five', 'Five', 'main',
	 'https://github.com/example-org/five.git', 'enabled');
	EOT
}

# kept: everything that was found is there still: whole files, but for the
# two that are added to, which begin as they were, and for raw_memories.md,
# which is written anew.
kept() (
	cd "$FOUND" || exit 1
	find . -type f | while IFS= read -r f; do
		case $f in
		./raw_memories.md) ;;
		./MEMORY.md | ./memory_summary.md)
			cmp -s -n "$(wc -c <"$f")" "$f" "$ROOT/$f" || {
				echo "changed: $f"
				exit 1
			} ;;
		*)
			cmp -s "$f" "$ROOT/$f" || {
				echo "changed: $f"
				exit 1
			} ;;
		esac
	done
)

# as_found: the adopted commit is the folder as it was found, but for what is
# not tracked.
as_found() {
	rm -rf "$W/out"
	mkdir -p "$W/out"
	git --git-dir="$HISTORY" archive refs/mnemod/adopted |
	    tar -xf - -C "$W/out" &&
	    diff -r -x todo.txt -x .codex-baseline -x .git "$FOUND" "$W/out"
}
