# model.sh: the scripted model server.  Read after lib.sh.
#
#	PORT	of the server		REQ	its record of requests
#	ENDS	how their replies ended	model	its pid
#
# shellcheck disable=SC2034

REQ=$T/requests
ENDS=$T/ends

# model_start ARG...: a fresh record, the server up.
model_start() {
	rm -f "$REQ" "$ENDS" "$T/port"
	"$B/test/fakemodel" -r "$REQ" -e "$ENDS" "$@" >"$T/port" &
	model=$!
	wait_until 10 [ -s "$T/port" ] || not_ok "fakemodel starts"
	PORT=$(cat "$T/port")
}

model_stop() {
	kill "$model" 2>/dev/null
	wait "$model" 2>/dev/null
}

# sent N PATH: a member of the Nth request ($.body.model).
sent() {
	sed -n "${1}p" "$REQ" >"$T/one-request"
	sqlite3 :memory: "select json_extract(readfile('$T/one-request'), '$2')"
}

# requests N: so many came.
requests() {
	[ "$(wc -l <"$REQ")" -eq "$1" ]
}

# ended N HOW: the reply to request N.
ended() {
	has "^{\"n\":$1,.*\"how\":\"$2\"" "$ENDS"
}

KEY=sk-fake-77d0c41be5a94e20

# model_conf API [LINE...]: mnemod.conf with this server as provider "fake"
# and, behind it, what the lines add; MORE goes into the provider's section,
# MODEL is asked in stage one, AGENT consolidates: builtin if not set.
model_conf() {
	case $1 in messages) _base=http://127.0.0.1:$PORT ;;
	*) _base=http://127.0.0.1:$PORT/v1 ;; esac
	mkdir -p "$XDG_CONFIG_HOME/mnemod"
	{
		echo 'use_provider = "fake"'
		echo 'provider "fake" {'
		echo "	api = $1"
		echo "	base_url = \"$_base\""
		echo '	key_env = "FAKE_KEY"'
		echo '	extract_model = "'"${MODEL:-fake-mini}"'"'
		echo "	consolidation_model = \"${AGENT:-builtin}\""
		echo '	context_window = 100000'
		[ -z "${MORE:-}" ] || echo "	$MORE"
		echo '}'
		shift
		for _line; do echo "$_line"; done
	} >"$XDG_CONFIG_HOME/mnemod/mnemod.conf"
	export FAKE_KEY="$KEY"
}
