# bash completion for mnemod(8) and mnemoctl(1).  Options, commands and their
# arguments are those that `-h' names at the moment; ids are asked of mnemoctl.

# _mnemod_arg HELP OPTION: the name of the argument that an option takes.
_mnemod_arg()
{
	local line re='^ +(-[A-Za-z0-9], )?(--[a-z-]+) ([a-z=]+)  '

	while IFS= read -r line; do
		[[ $line =~ $re ]] || continue
		if [[ $2 == "${BASH_REMATCH[2]}" ||
		    "$2, " == "${BASH_REMATCH[1]}" ]]; then
			printf '%s\n' "${BASH_REMATCH[3]}"
			return
		fi
	done <<<"$1"
}

# _mnemod_options HELP: all options, a line each.
_mnemod_options()
{
	local line re='^ +(-[A-Za-z0-9], )?(--[a-z-]+)'

	while IFS= read -r line; do
		[[ $line =~ $re ]] || continue
		printf '%s\n' ${BASH_REMATCH[1]%, } "${BASH_REMATCH[2]}"
	done <<<"$1"
}

# _mnemod_commands HELP [COMMAND]: all commands, or what one takes.
_mnemod_commands()
{
	local line found='' re='^  ([a-z-]+)( [][A-Z|]+)? +[^ ]'

	while IFS= read -r line; do
		[[ $line == commands: ]] && found=yes
		[[ $found && $line =~ $re ]] || continue
		if [[ -z $2 ]]; then
			printf '%s\n' "${BASH_REMATCH[1]}"
		elif [[ $2 == "${BASH_REMATCH[1]}" ]]; then
			printf '%s\n' "${BASH_REMATCH[2]}"
		fi
	done <<<"$1"
}

# _mnemod_ids KEY COMMAND...: values of KEY in what a command of mnemoctl
# prints with -j; ids and names of memories have no other characters.
_mnemod_ids()
{
	local key=$1
	shift

	timeout 2 "$@" -j 2>/dev/null </dev/null | tr ',{[' '\n\n\n' |
	    sed -n "s/^ *\"$key\": *\"\([a-z0-9_-]*\)\".*/\1/p" | sort -u
}

# _mnemod_fill WHAT CUR COMMAND...: words for an argument of this name.
_mnemod_fill()
{
	local what=$1 cur=$2 words=''
	shift 2

	case $what in
	*FILE* | *PATH* | file | rollout)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	*DIR* | statedir)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
	esac
	case $what in
	*THREAD* | *ID*) words+=" $(_mnemod_ids key "$@" jobs)" ;;
	esac
	case $what in
	*AGENT* | *ID*) words+=" $(_mnemod_ids thread_id "$@" agents)" ;;
	esac
	case $what in
	*MEMORY* | memory) words+=" $(_mnemod_ids name "$@" status)" ;;
	esac
	mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W "$words" -- \
	    "$cur")
}

_mnemod()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local help arg word command='' i
	local -a ask=("$1")

	COMPREPLY=()
	# --state=DIR comes as three words.
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD-2]}
	fi
	help=$("$1" -h 2>/dev/null </dev/null) || return 0
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		arg=
		[[ $word == -* ]] && arg=$(_mnemod_arg "$help" "$word")
		if [[ $arg ]]; then
			[[ ${COMP_WORDS[i+1]} == = ]] && ((i++))
			((++i < COMP_CWORD)) && ask+=("$word" "${COMP_WORDS[i]}")
		elif [[ $word != [-=]* && -z $command ]]; then
			command=$word
		fi
	done
	arg=
	[[ $prev == -* ]] && arg=$(_mnemod_arg "$help" "$prev")
	if [[ $arg ]]; then
		_mnemod_fill "$arg" "$cur" "${ask[@]}"
	elif [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W \
		    "$(_mnemod_options "$help")" -- "$cur")
	elif [[ -z $command ]]; then
		mapfile -t COMPREPLY < <(compgen -W \
		    "$(_mnemod_commands "$help")" -- "$cur")
	elif [[ $prev == "$command" ]]; then
		_mnemod_fill "$(_mnemod_commands "$help" "$command")" \
		    "$cur" "${ask[@]}"
	fi
}

complete -F _mnemod mnemod mnemoctl
