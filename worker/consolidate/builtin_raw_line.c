#include <string.h>

#include "buf.h"
#include "builtin_raw_line.h"
#include "worker/injection.h"
#include "worker/text.h"

/* 1 if the words can be kept: they are no orders to who reads them. */
static int
is_data(const char *text, enum raw_section section)
{
	struct buf low = BUF_INIT;
	int speaks;

	text_lower(&low, text);
	/* An error says "you must" to its own user, a person says it too. */
	speaks = injection_addresses(buf_str(&low)) ||
	    (section == RAW_KNOWLEDGE &&
	    injection_commands(buf_str(&low))) ||
	    strstr(buf_str(&low), "thread_id=") != NULL;
	buf_release(&low);
	return !speaks;
}

/*
 * Numbers of tasks are those of the raw memory, and a mark at a bullet's end
 * would be read as ours.
 */
static void
cut_references(char *text)
{
	char *open;
	size_t len;

	while ((len = strlen(text)) > 0) {
		if (strchr(" ,", text[len - 1]) != NULL) {
			text[len - 1] = '\0';
			continue;
		}
		if (text[len - 1] != ']' ||
		    (open = strrchr(text, '[')) == NULL ||
		    (strncmp(open, "[Task", 5) != 0 &&
		    strncmp(open, "[ad-hoc", 7) != 0 &&
		    strncmp(open, "[extension", 10) != 0))
			return;
		*open = '\0';
	}
}

char *
raw_line(const char *text, size_t max, enum raw_section section)
{
	char *line = text_brief(text, max);

	cut_references(line);
	if (!is_data(text, section))
		line[0] = '\0';
	return line;
}

int
raw_line_is_nothing(const char *text, enum raw_section section)
{
	static const char *const nothing[] = { "none", "none.", "(none)",
	    "n/a", NULL };
	struct buf low = BUF_INIT;
	size_t i;
	int is;

	text_lower(&low, text);
	is = text_words(text) == 0 || (section == RAW_PREFS &&
	    (text_opens(buf_str(&low), "no") ||
	    text_opens(buf_str(&low), "none")));
	for (i = 0; nothing[i] != NULL && !is; i++)
		is = strcmp(buf_str(&low), nothing[i]) == 0;
	buf_release(&low);
	return is;
}
