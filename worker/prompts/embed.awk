# A text as C: awk -v name=NAME -f embed.awk NAME.md defines prompt_NAME[].
BEGIN {
	printf "#include \"worker/prompt.h\"\n\n"
	printf "const char prompt_%s[] =", name
}
{
	gsub(/[\\"]/, "\\\\&")
	printf "\n    \"%s\\n\"", $0
}
END {
	print ";"
}
