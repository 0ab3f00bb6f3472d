#!/bin/sh
# A token that a user once pasted was found in a memory folder, in its history
# and in a preview: redaction had read the words, not the branch's name, the
# address of the repository and the argument of a call.  Secrets of many kinds
# are planted in every shape in which transcripts hold them; after a pass no
# part of any is left in anything that mnemod wrote or printed.
#
# The secrets are made up, and joined from pieces when the test runs.
. tests/lib.sh
isolate
. tests/world.sh
. tests/rollout.sh

world_new
SECRETS=$T/secrets
: >"$SECRETS"

# What generators make.
hex16=0f3a9c5be17d2846
hex32=${hex16}b7e40d91c8fa635e
mix10=aB3xQ9zL7w
mix20=${mix10}Kd84RtYm2p
mix40=${mix20}Vn6ChJ1sE0g5TaWuX8fO
private="PRI""VATE KEY"

# shapes TEXT: one text in each shape.
shapes() {
	once=$(printf '%s' "$1" | text)
	twice=$(printf '%s' "$once" | text)
	thrice=$(printf '%s' "$twice" | text)
	message user input_text "Add a test. $once"
	message user input_text "From now on always use this: $once"
	call '{\"cmd\":\"'"$twice"'\"}' "Process exited with code 1\nOutput:\nerror: $once\nnot found: $once"
	call '{\"cmd\":\"make test '"$twice"'\"}' "Process exited with code 0\nOutput:\nok $once"
	call '{\"cmd\":[\"bash\",\"-lc\",\"'"$twice"'\"]}' \
	    '{\"output\":\"'"$twice"'\",\"metadata\":{\"exit_code\":1}}'
	call '{\"body\":\"{\\\"a\\\":\\\"'"$thrice"'\\\"}\"}' "$once"
	record response_item '{"type":"local_shell_call","call_id":"l","action":{"type":"exec","command":["sh","-c","'"$once"'"],"env":{"X":"'"$once"'"}}}'
	record response_item '{"type":"custom_tool_call","call_id":"c","name":"apply_patch","input":"*** Begin Patch\n*** Update File: config/'"$once"'\n@@\n+'"$once"'\n*** End Patch"}'
	record response_item '{"type":"custom_tool_call_output","call_id":"c","output":[{"type":"input_text","text":"Error: '"$once"'"}]}'
	record response_item '{"type":"web_search_call","action":{"type":"search","query":"'"$once"'"}}'
	record event_msg '{"type":"exec_command_end","call_id":"e","command":["bash","-lc","'"$once"'"],"aggregated_output":"error: '"$once"'","stdout":"'"$once"'","stderr":"","exit_code":1}'
	message user input_text "No, that is wrong: never print $once"
	message assistant output_text "Done, I will not use $once again."
}

# plant SECRET TEXT: a rollout that holds TEXT, where @@ is the secret.
plant() {
	printf '%s\n' "$1" >>"$SECRETS"
	full=$(printf '%s\n' "$2" | awk -v s="$1" '{
		while ((i = index($0, "@@")) > 0)
			$0 = substr($0, 1, i - 1) s substr($0, i + 2)
		print }')
	begin '"cwd":"/home/dev/src/app'$number'","source":"cli"'
	{
		message user input_text "$(printf '%s' "$full" | text)"
		shapes "$full"
	} >>"$rollout"
	touch -d 2026-11-22T11:00:00Z "$rollout"
}

# Tokens by their shape.
plant "sk""-$mix40" 'use @@ here'
plant "sk""-proj-${mix20}_$mix10-xyz" 'OPENAI=@@'
plant "sk""-ant-api03-$mix40-${mix10}AA" 'the key is @@'
plant "AK""IAQ7ZL4K8M2RTW6PXB" 'id @@ and more'
plant "gh""p_$mix20${mix10}abcdef" 'remote: @@ was used'
plant "github""_pat_11Q7ZL4K8M2R_$mix40" 'gh auth with @@'
plant "glp""at-$mix20" 'PRIVATE-TOKEN: @@'
plant "np""m_$mix20${mix10}ghijkl" '//registry.npmjs.org/:_authToken=@@'
plant "AI""za$mix20${mix10}_abcd" 'https://maps.example/x?key=@@&y=1'
plant "ya""29.a0$mix40" 'got @@'
plant "xo""xb-123456789012-$mix20" 'slack @@'
plant "T0$mix10/B0$mix10/$mix20" 'https://hooks.slack.com/services/@@'
plant "ey""JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.$mix40" 'jwt @@ ok'
plant "sk""_live_${mix20}abcd" 'stripe @@'
plant "S""G.${mix20}ab.${mix40}abc" 'mail @@'
plant "hv""s.${mix20}abcd1234" 'vault @@'
plant "h""f_$mix20${mix10}mnop" 'model @@'
plant "do""p_v1_$hex32$hex32" 'cloud @@'
plant "gs""k_${mix40}abcdefghijkl" 'groq @@'
plant "dckr_""pat_${mix20}abcdefg" 'hub @@'
plant "${mix40}${mix10}ijJQQ""J99BCACYeBjFXJ3w3AAABACOGwxyz" 'azure @@ x'
plant "abc8""Q~$mix20${mix10}qrst" 'azure @@ x'
plant "${mix10}abcd.atla""sv1.$mix40${mix20}atlas12" 'terraform @@ x'
plant "123456789:A""A$mix20${mix10}abc" 'bot @@ x'
plant "$mix40
${mix20}IN1
${mix20}PEM==" "-----BEGIN RSA $private-----
@@
-----END RSA $private-----"

# Secrets by what stands around them.
plant "hunt""er2first" 'DB_PASSWORD=@@'
plant "hunt""er2second" '{"password": "@@", "n": 1}'
plant "hunt""er2third" 'postgres://app:@@@db:5432/x'
plant "hunt""er2fourth" 'the password is @@ for now'
plant "hunt""er2fifth" 'curl -sS -u admin:@@ https://x.example/'
plant "hunt""er2sixth" 'mysql -h db -u root -p@@ app'
plant "hunt""er2seventh" 'machine h login bob password @@'
plant "hunt""er2eighth" "CREATE USER a IDENTIFIED BY '@@';"
plant "hunt""er2ninth" 'tool --password @@ --fast'
plant "hunt""er2tenth" 'password = "@@"'
plant "hunt""er2eleventh" '- name: DB_PASSWORD
  value: @@'
plant "hunt""er2twelfth" 'sshpass -p @@ ssh a@b'
plant "hunt""er2thirteenth" "echo '@@' | sudo -S true"
plant "hunt""er2fourteenth" '<password>@@</password>'
plant "hunt""er2fifteenth" "define('DB_PASSWORD', '@@');"
plant "Ym9iOmh1""bnRlcjJzaXh0ZWVu" '{"auths":{"r.example":{"auth":"@@"}}}'
plant "${mix20}bearer" 'curl -H "Authorization: Bearer @@" https://x.example'
plant "${mix20}cookie" 'Cookie: session=@@; theme=dark'
plant "${mix20}header" 'X-Api-Key: @@'
plant "${mix20}token" 'export MY_API_TOKEN=@@'
plant "${mix20}/${mix10}+aws1234567" 'aws_secret_access_key = @@'
plant "8675""309123" '{"password": @@}'
plant "hunt""er2wifi" 'WIFI:T:WPA;S:home;P:@@;;'
plant "hunt""er2httpie" 'http -a bob:@@ GET x.example/y'

# Where a session says what it is.
begin '"cwd":"/home/dev/gh'"p_$mix20${mix10}cwdcwd"'/app","source":"cli","model_provider":"openai","git":{"commit_hash":"048e81251d46effda6571558451dcc65d8de1669","branch":"fix/gh'"p_$mix20${mix10}branch"'","repository_url":"https://bob:hunt'"er2url"'@git.example/x.git"}'
shapes "nothing here" >>"$rollout"
begin '"cwd":"/home/dev/src/meta","source":{"custom":"gh'"p_$mix20${mix10}source"'"},"thread_source":"gh'"p_$mix20${mix10}thread"'","model_provider":"gh'"p_$mix20${mix10}vendor"'","memory_mode":"enabled","git":{"commit_hash":"gh'"p_$mix20${mix10}commit"'","branch":"main","repository_url":"https://sh'"orttok@git.example/y.git"'"}'
shapes "nothing there" >>"$rollout"
begin '"cwd":"/home/dev/src/sub","source":{"subagent":{"thread_spawn":{"note":"gh'"p_$mix20${mix10}nested"'"}}},"git":{"repository_url":"postgres://a:x'"q@git.example/z.git"'"}'
shapes "nothing anywhere" >>"$rollout"
{
	for end in cwdcwd branch source thread vendor commit nested; do
		echo "gh""p_$mix20$mix10$end"
	done
	echo "hunt""er2url"
	echo "sh""orttok"
	echo "a:x""q@"
} >>"$SECRETS"
touch -d 2026-11-22T11:00:00Z "$CODEX"/sessions/2026/11/22/*.jsonl

# Half of a long secret is one too.  (Shared halves are told by their tail.)
awk 'length($0) >= 32 { print substr($0, length($0) - 15) } { print }' \
    "$SECRETS" >"$T/needles"

# leaks FILE...: names what holds a secret, not the secret.
leaks() {
	while IFS= read -r needle; do
		grep -rFale "$needle" "$@" |
		    sed "s|^|leak: $(printf '%.4s' "$needle")..${needle#"${needle%??????}"}: |"
	done <"$T/needles" | sort -u
}

# clean "what" FILE...
clean() {
	what=$1
	shift
	leaks "$@" >"$T/leaks"
	cat "$T/leaks"
	check "no secret is in $what" [ ! -s "$T/leaks" ]
}

leaks "$CODEX/sessions" >"$T/leaks"
check "the secrets are in the rollouts" [ -s "$T/leaks" ]

mn --dry-run -v >"$T/dry" 2>"$T/dry.log"
check "dry run: exits 0" [ $? -eq 0 ]
clean "what a dry run prints" "$T/dry" "$T/dry.log" "$LOG"
due=$(sed -n 's/^threads: \([0-9]*\) due.*/\1/p' "$T/dry")
# All but the two of odd sources.
check "every thread is due" [ "${due:-0}" -eq $((number - 2)) ]

while mn -1 -v --yes -o pipeline.max_stage_one_jobs=64
    cat "$LOG" >>"$T/logs"
    has_not 'stage one: 0 claimed' "$LOG"; do :; done
check "the pass publishes" [ -s "$ROOT/MEMORY.md" ]
check "the sessions are in the memory" \
    [ "$(count_of '^## Thread' "$ROOT/raw_memories.md")" -ge $((number / 2)) ]
check "what stood there is marked" has 'REDACTED_SECRET' "$ROOT/MEMORY.md"
clean "the memory" "$ROOT"
clean "the log" "$T/logs"
clean "the state directory" "$STATE"

if command -v git >/dev/null; then
	for g in "$STATE"/memories/*.git; do
		git --git-dir="$g" cat-file --batch --batch-all-objects
	done >"$T/objects" 2>/dev/null
	check "the history can be read" [ -s "$T/objects" ]
	clean "the history" "$T/objects"
else
	skip "no secret is in the history" "no git(1)"
fi

for f in "$CODEX"/sessions/2026/11/22/*.jsonl; do
	mn -p "$f" || echo "mnemod -p $f: status $?"
	cat "$LOG"
done >"$T/previews"
check "previews are made" has 'REDACTED_SECRET' "$T/previews"
clean "the previews" "$T/previews"

# What cannot be read is named, and nothing is printed for it.
for f in "$W/none.jsonl" "$CODEX" /dev/null; do
	mn -p "$f" >"$T/preview"
	check "preview of $f: status 1" [ $? -eq 1 ]
	check "preview of $f: says why" \
	    has "$f: \(No such file\|not a regular file\)" "$LOG"
	check "preview of $f: nothing is printed" [ ! -s "$T/preview" ]
done

# A pattern of the user's that is wrong is refused before anything is read.
conf=$W/bad.conf
printf 'scan_interval = 60\nredact = {"fine", "ACME-[0-9", "(x"}\n' >"$conf"
for act in -1 -n --dry-run; do
	mn -f "$conf" "$act" >/dev/null
	check "a wrong pattern: $act exits 3" [ $? -eq 3 ]
	check "a wrong pattern: $act names file, line, pattern and offset" has \
	    'bad.conf:2: redact: pattern "ACME-\[0-9": offset 9: ' "$LOG"
	check "a wrong pattern: $act names the other one too" has \
	    'pattern "(x": offset 2: ' "$LOG"
done
mn -n -o 'redact=(y' >/dev/null
check "a wrong pattern of -o: names no line" has \
    'configuration: redact: pattern "(y"' "$LOG"

# One that takes for ever gives up, and what it did not read is not printed.
begin '"cwd":"/home/dev/src/evil","source":"cli"'
message user input_text "$(printf 'a%.0s' $(seq 4000))bc and the rest" \
    >>"$rollout"
mn -o 'redact=(?:a+)+(?:a+)+b$' -p "$rollout" >"$T/evil"
check "a pattern without end: exits 0" [ $? -eq 0 ]
check "a pattern without end: says so" has 'gave up on a text' "$LOG"
check "a pattern without end: the mark is there" has REDACTED "$T/evil"
check "a pattern without end: the rest is not" has_not 'the rest' "$T/evil"

# Whoever misses it months later asks why: the log is gone, the thread done.
mn -1 -o 'redact=(?:a+)+(?:a+)+b$'
ctl why "$rollout"
check "a pattern without end: why says that, and of which" has \
    '^redaction: pattern 1 of the configuration gave up on a text' "$T/out"
check "a pattern without end: why says what ends that" has \
    "^until: the patterns of .* redact .*; then mnemoctl extract $rollout" \
    "$T/out"
ctl why "$(sql "select path from sources where last_result = 'output'
    and gave_up is null limit 1")"
check "one that was searched: why knows it" has '^last result: ' "$T/out"
check "one that was searched: nothing of redaction" has_not '^redaction:' \
    "$T/out"

# Whatever else was written in this world.
mv "$CODEX/sessions" "$T/read"
clean "anything else" "$W"
finish
