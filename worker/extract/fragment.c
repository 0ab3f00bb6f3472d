#include <string.h>
#include <strings.h>

#include "fragment.h"
#include "json.h"
#include "worker/text.h"

/* Text between a start and an end, and nothing else. */
struct fragment {
	const char	*start;
	const char	*end;
};
static const struct fragment dropped[] = {
	{ "# AGENTS.md instructions for ", "</INSTRUCTIONS>" },
	{ "<skill>", "</skill>" }
};
/* Kept, but not a person's words. */
static const struct fragment context[] = {
	{ "<environment_context>", "</environment_context>" },
	{ "<turn_aborted>", "</turn_aborted>" },
	{ "<user_instructions>", "</user_instructions>" },
	{ "<user_shell_command>", "</user_shell_command>" },
	{ "<subagent_notification>", "</subagent_notification>" }
};

#define NELEM(a) (sizeof(a) / sizeof((a)[0]))

/* 1 if the text is one of the `n' fragments, whole. */
static int
is_fragment(const char *s, size_t len, const struct fragment *list, size_t n)
{
	size_t	i, start, end;

	text_trim(&s, &len);
	for (i = 0; i < n; i++) {
		start = strlen(list[i].start);
		end = strlen(list[i].end);
		if (len >= start && len >= end &&
		    strncasecmp(s, list[i].start, start) == 0 &&
		    strncasecmp(s + len - end, list[i].end, end) == 0)
			return 1;
	}
	return 0;
}

int
fragment_blank(const char *s, size_t len)
{
	text_trim(&s, &len);
	return len == 0;
}

int
fragment_dropped(const char *s, size_t len)
{
	return is_fragment(s, len, dropped, NELEM(dropped));
}

json_object *
fragment_text(json_object *part)
{
	json_object	*text;

	if (json_object_is_type(part, json_type_string))
		return part;
	if (!json_object_is_type(part, json_type_object) ||
	    !json_object_object_get_ex(part, "text", &text) ||
	    !json_object_is_type(text, json_type_string))
		return NULL;
	return text;
}

/* An editor's list of open files goes before the request itself. */
static const char *
skip_editor(const char *s)
{
	static const char	 head[] = "# Context from my IDE setup:";
	static const char	 mark[] = "## My request for Codex:";
	const char		*p;

	if (strncmp(s, head, sizeof(head) - 1) != 0 ||
	    (p = strstr(s, mark)) == NULL)
		return s;
	return p + sizeof(mark) - 1;
}

/* The text of a part if a person wrote it. */
static const char *
person_text(json_object *part)
{
	json_object	*text = fragment_text(part);
	const char	*s;
	size_t		 len;

	if (text == NULL)
		return NULL;
	s = json_object_get_string(text);
	len = (size_t)json_object_get_string_len(text);
	return fragment_blank(s, len) ||
	    is_fragment(s, len, context, NELEM(context)) ? NULL :
	    skip_editor(s);
}

const char *
fragment_words(json_object *item)
{
	const char	*role = json_str(item, "role"), *s = NULL;
	json_object	*content;
	size_t		 i;

	if (role == NULL || strcmp(role, "user") != 0 ||
	    !json_object_object_get_ex(item, "content", &content))
		return NULL;
	if (json_object_is_type(content, json_type_string))
		return person_text(content);
	content = json_arr(item, "content");
	for (i = 0; content != NULL && s == NULL &&
	    i < json_object_array_length(content); i++)
		s = person_text(json_object_array_get_idx(content, i));
	return s;
}
