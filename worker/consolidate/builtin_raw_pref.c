#include <stdlib.h>
#include <string.h>

#include "builtin_raw_pref.h"
#include "json.h"
#include "mem.h"

/* What stands before the user's words, and what that says of them. */
static const struct {
	const char	*head;
	const char	*kind;
	const char	*scope;		/* or NULL */
} forms[] = {
	{ "All projects: ", "standing", "all" },
	{ "Here: ", "standing", "here" },
	{ "With one request, not yet a habit: ", "request", NULL },
	{ "The user corrected: ", "correction", NULL },
	{ "", "standing", NULL },
};

/*
 * The words in "words" or "words" -> "acknowledgement"; no quotation mark
 * stands in either.  NULL if it is neither.
 */
static char *
quoted(const char *s, char **ack)
{
	static const char	arrow[] = "\" -> \"";
	const char		*end, *more;

	*ack = NULL;
	if (s[0] != '"' || (end = strchr(s + 1, '"')) == NULL || end == s + 1)
		return NULL;
	if (end[1] == '\0')
		return xstrndup(s + 1, (size_t)(end - s - 1));
	if (strncmp(end, arrow, strlen(arrow)) != 0)
		return NULL;
	more = end + strlen(arrow);
	if (more[strcspn(more, "\"")] != '"' ||
	    more[strcspn(more, "\"") + 1] != '\0')
		return NULL;
	*ack = xstrndup(more, strcspn(more, "\""));
	return xstrndup(s + 1, (size_t)(end - s - 1));
}

json_object *
raw_pref(const char *line)
{
	json_object *o;
	char *text, *ack;
	size_t i;

	for (i = 0; strncmp(line, forms[i].head, strlen(forms[i].head)) != 0;
	    i++)
		continue;	/* the last one fits all */
	text = quoted(line + strlen(forms[i].head), &ack);
	if (text == NULL)
		return NULL;
	o = json_object_new_object();
	json_set_str(o, "kind", forms[i].kind);
	json_set_str(o, "text", text);
	if (forms[i].scope != NULL)
		json_set_str(o, "scope", forms[i].scope);
	if (ack != NULL)
		json_set_str(o, "ack", ack);
	free(text);
	free(ack);
	return o;
}
