#!/bin/sh
# What goes along with a request says who asks and for whom: too much of it
# tells a provider of a person's repositories and passwords, or follows a
# machine around; too little, or what was true an hour ago, and the provider
# bills the wrong tier.
# shellcheck disable=SC2154 # mn_start sets sup
. tests/lib.sh
isolate
. tests/world.sh
. tests/session.sh
. tests/model.sh

ID=$STATE/installation_id
ONE=$(printf '%040d' 1)

# repository N URL: session N worked there.
repository() {
	session "$1" "2026-11-22T1$1:00:00Z" \
	    ",\"git\":{\"commit_hash\":\"$ONE\",\"branch\":\"main\",\"repository_url\":\"$2\"}"
}
# meta_of N MEMBER: of the request about session N's parserN.c.
meta_of() {
	grep "parser$1\.c" "$REQ" | head -n 1 >"$T/one"
	sqlite3 :memory: "select json_extract(json_extract(readfile('$T/one'),
	    '$.headers.x-codex-turn-metadata'), '$2')"
}
repositories() {
	world_new
	repository 1 'https://me:hunter2secret@git.example/o/one.git'
	repository 2 'git@git.example:o/two.git'
	repository 3 'ssh://me@git.example:2222/o/three@v2.git'
	session 4 2026-11-22T14:00:00Z
	model_start 'times=0 stage_one'
}
origin() {
	meta_of "$1" "\$.workspaces.\"/home/u/p$1\".associated_remote_urls.origin"
}

# The repository: not by default, and then without a user.
repositories
model_conf responses
mn -1 --yes
check "by default: all are asked about" requests 4
check "by default: no repository is told" has_not 'git\.example\|turn-metadata' "$REQ"
check "no experiment of another program is asked for" has_not \
    'x-codex-beta\|inference-call\|traceparent\|x-openai-subagent\|memgen' "$REQ"
model_stop
repositories
MORE='send_repository = yes' model_conf responses
mn -1 --yes
check "send_repository: all are asked about" requests 4
check "send_repository: the address, without user and password" \
    [ "$(origin 1)" = https://git.example/o/one.git ]
check "send_repository: without the user of an address of scp" \
    [ "$(origin 2)" = git.example:o/two.git ]
check "send_repository: the path is left whole" \
    [ "$(origin 3)" = ssh://git.example:2222/o/three@v2.git ]
check "send_repository: the commit" [ "$(meta_of 1 \
    '$.workspaces."/home/u/p1".latest_git_commit_hash')" = "$ONE" ]
check "send_repository: a session without one has its folder alone" \
    [ "$(meta_of 4 '$.workspaces."/home/u/p4"')" = '{}' ]
check "send_repository: and nothing of a session's own id" \
    [ -z "$(meta_of 1 '$.thread_id')$(meta_of 1 '$.session_id')" ]
check "the password is in no request" has_not 'hunter2secret' "$REQ"
model_stop

# The installation: a random number, made once, told to one API.
check "installation: a file of its owner's alone" \
    [ "$(stat -c %a "$ID")" = 600 ]
check "installation: a random UUID" has \
    '^[0-9a-f]\{8\}-[0-9a-f]\{4\}-4[0-9a-f]\{3\}-[89ab][0-9a-f]\{3\}-[0-9a-f]\{12\}$' "$ID"
check "installation: which is told" [ "$(sent 1 \
    '$.body.client_metadata.x-codex-installation-id')" = "$(cat "$ID")" ]
check "installation: in the body alone" \
    [ "$(grep -o "$(cat "$ID")" "$REQ" | wc -l)" -eq 4 ]
cp "$ID" "$T/id"
session 5 2026-11-22T15:00:00Z
model_start 'times=0 stage_one'
model_conf responses
mn -1 --yes
check "installation: after a restart the same is told" [ "$(sent 1 \
    '$.body.client_metadata.x-codex-installation-id')" = "$(cat "$T/id")" ]
check "installation: the same is kept" cmp -s "$ID" "$T/id"
run=$(sent 1 '$.headers.thread-id')
echo nonsense >"$ID"
session 6 2026-11-22T16:00:00Z
mn -1 --yes
check "installation: what is none is made anew" has '^[0-9a-f-]\{36\}$' "$ID"
check "each run has an id of its own" [ "$(sent 2 '$.headers.thread-id')" != "$run" ]
model_stop
for api in chat messages; do
	world_new
	session 1 2026-11-22T10:00:00Z
	model_start 'times=0 stage_one'
	MORE='send_repository = yes' model_conf "$api"
	mn -1 --yes
	check "$api: asked" requests 1
	check "$api: no installation is made or told" \
	    [ ! -e "$ID" -a -z "$(grep 'installation\|turn-metadata' "$REQ")" ]
	model_stop
done

# The tier: as it is configured when a pass begins.
world_new
session 1 2026-11-22T10:00:00Z
model_start 'times=0 stage_one'
model_conf responses
mn_start --yes
asked() { requests "$1"; }
passed_by() { [ "$(grep -c 'stage one: ' "$LOG")" -ge "$1" ]; }
check "tier: asked" wait_until 20 asked 1
wait_until 20 passed_by 1
check "tier: none is told where none is set" \
    [ -z "$(sent 1 $.body.service_tier)" ]
n=1
for tier in flex priority; do
	n=$((n + 1))
	session $n "2026-11-22T1$n:00:00Z"
	MORE="service_tier = \"$tier\"" model_conf responses
	kill -HUP "$sup"
	read_again() { [ "$(grep -c 'configuration was read' "$LOG")" -ge $((n - 1)) ]; }
	check "tier: $tier: read again" wait_until 20 read_again
	kill -USR1 "$sup"
	check "tier: $tier: asked" wait_until 20 asked $n
	check "tier: $tier: told from this pass on" \
	    [ "$(sent $n $.body.service_tier)" = "$tier" ]
	wait_until 20 passed_by $n
done
mn_stop
check "tier: status 0" [ $? -eq 0 ]
model_stop
world_clean context
check "no gateway is left" no_orphans mnemod-gateway
finish
