#!/bin/sh
# A memory of years: 320 sessions in 80 repositories, more than a consolidation
# takes at once.  MEMORY.md grew without end, and a summary named the first
# forty groups only.  Both keep their size, each group is within reach of the
# summary, and each session that was taken has its rollout summary.
. tests/lib.sh
isolate
. tests/world.sh

SESSIONS=320 PROJECTS=80

# sessions RULE: that many rollouts of one request each, a minute apart; every
# RULEth tells a rule of its own.
sessions() {
	mkdir -p "$CODEX/sessions/2026/11/20"
	awk -v dir="$CODEX/sessions/2026/11/20" -v sessions=$SESSIONS \
	    -v projects=$PROJECTS -v rule="$1" '
	function record(type, payload) {
		printf "{\"timestamp\":\"%s\",\"type\":\"%s\",\"payload\":{%s}}\n", \
		    time, type, payload >file
	}
	function says(role, part, text) {
		record("response_item", "\"type\":\"message\",\"role\":\"" role \
		    "\",\"content\":[{\"type\":\"" part "\",\"text\":\"" text "\"}]")
	}
	BEGIN {
		for (i = 0; i < sessions; i++) {
			clock = sprintf("%02d:%02d:%02d", i / 60, i % 60, 0)
			time = "2026-11-20T" clock ".000Z"
			id = sprintf("01a1f640-%04x-7000-8000-%012x", i, i * 7919)
			file = dir "/rollout-2026-11-20T" clock "-" id ".jsonl"
			gsub(":", "-", file)
			cwd = sprintf("/home/mara/src/project-%03d", i % projects)
			record("session_meta", "\"id\":\"" id "\",\"session_id\":\"" id \
			    "\",\"cwd\":\"" cwd "\",\"source\":\"cli\"," \
			    "\"originator\":\"codex_cli_rs\",\"cli_version\":\"0.169.0\"")
			says("user", "input_text", "Change the part number " i \
			    " of the machine.")
			cmd = "\\\"cmd\\\":\\\"make check-" i "\\\""
			record("response_item", "\"type\":\"custom_tool_call\"," \
			    "\"call_id\":\"p\",\"name\":\"apply_patch\",\"input\":\"*** " \
			    "Begin Patch\\n*** Update File: part" i ".c\\n-1\\n+2\\n*** " \
			    "End Patch\"")
			record("response_item", "\"type\":\"custom_tool_call_output\"," \
			    "\"call_id\":\"p\",\"output\":\"Exit code: 0\\nOutput:\\nDone.\"")
			record("response_item", "\"type\":\"function_call\",\"name\":" \
			    "\"exec_command\",\"call_id\":\"c\",\"arguments\":\"{" cmd "}\"")
			record("response_item", "\"type\":\"function_call_output\"," \
			    "\"call_id\":\"c\",\"output\":\"Process exited with code 0\\n" \
			    "Output:\\nPASS\"")
			says("assistant", "output_text", "Changed.")
			if (i % rule == rule - 1)
				says("user", "input_text", "Always paint part number " i \
				    " in the colour " i * 17 ".")
			close(file)
		}
	}'
	find "$CODEX/sessions" -name 'rollout-*' | while IFS= read -r f; do
		world_touch "$f"
	done
}

# sizes "STORY": what holds of every memory.
sizes() {
	check "$1: MEMORY.md has at most 64 KiB ($(wc -c <"$ROOT/MEMORY.md"))" \
	    [ "$(wc -c <"$ROOT/MEMORY.md")" -le 65600 ]
	check "$1: the summary has at most 10,000 bytes ($(wc -c \
	    <"$ROOT/memory_summary.md"))" \
	    [ "$(wc -c <"$ROOT/memory_summary.md")" -le 10000 ]
	grep -o 'project-[0-9]*' "$ROOT/memory_summary.md" | sort -u >"$T/named"
	check "$1: all groups are named in the summary ($(wc -l <"$T/named"))" \
	    [ "$(wc -l <"$T/named")" -eq $PROJECTS ]
	sed -n 's/^cwd: .*\///p' "$ROOT"/rollout_summaries/*.md | sort -u \
	    >"$T/held"
	check "$1: and lead to a rollout summary" cmp -s "$T/named" "$T/held"
	grep -o '^- [^ ]*\.md' "$ROOT/MEMORY.md" | cut -c3- |
	    while IFS= read -r f; do
		[ -e "$ROOT/rollout_summaries/$f" ] || echo "$f"
	done >"$T/gone"
	check "$1: no summary is cited that is not there" [ ! -s "$T/gone" ]
}

world_new
sessions 1000
check "many sessions without rules" mn -1 --yes
check "256 of them are taken" \
    [ "$(find "$ROOT/rollout_summaries" -name '*.md' | wc -l)" -eq 256 ]
sizes "without rules"
root_digest >"$T/digest"
check "another pass" mn -1 --yes
root_digest | cmp -s "$T/digest" -
check "it changes nothing" [ $? -eq 0 ]

world_new
sessions 2
check "many sessions, half with rules" mn -1 --yes
check "all are taken: what holds a rule is outside the cap" \
    [ "$(find "$ROOT/rollout_summaries" -name '*.md' | wc -l)" \
    -eq $SESSIONS ]
sizes "with rules"
sed -n 's/^- "Always paint part number \([0-9]*\) .*/\1/p' \
    "$ROOT/MEMORY.md" >"$T/rules"
check "MEMORY.md tells the rules ($(wc -l <"$T/rules"))" \
    [ "$(wc -l <"$T/rules")" -ge 40 ]
check "the rest of them are in the rollout summaries" [ "$(grep -l \
    'Always paint part number' "$ROOT"/rollout_summaries/*.md | wc -l)" \
    -eq $((SESSIONS / 2)) ]
world_clean "years"
finish
