/* mnemoctl diff, review: a unified diff, made printable. */

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/when.h"

static enum style
style_of(const char *line)
{
	if (strncmp(line, "+++", 3) == 0 || strncmp(line, "---", 3) == 0 ||
	    strncmp(line, "diff ", 5) == 0)
		return STYLE_HEAD;
	if (line[0] == '+')
		return STYLE_GOOD;
	if (line[0] == '-')
		return STYLE_BAD;
	return line[0] == '@' ? STYLE_DIM : STYLE_PLAIN;
}

static void
show_lines(const char *text, const struct output *out)
{
	struct output	 whole = output_whole(out);
	char		*copy = xstrdup(text), *rest = copy, *line;

	while ((line = strsep(&rest, "\n")) != NULL)
		if (rest != NULL || *line != '\0')
			output_line(&whole, style_of(line), "%s", line);
	free(copy);
}

void
diff_show(json_object *doc, const struct output *out)
{
	const char	*text = json_str(doc, "diff");

	if (text == NULL || *text == '\0')
		output_line(out, STYLE_PLAIN, "no difference");
	else
		show_lines(text, out);
	if (json_flag(doc, "truncated", 0))
		output_line(out, STYLE_DIM, "... and more");
}

void
review_show(json_object *doc, const struct output *out)
{
	json_object	*list = json_arr(doc, "conflicts");
	char		 when[TIME_TEXT];
	size_t		 i;

	output_line(out, STYLE_HEAD, "made by agent %s, %s",
	    json_text(doc, "thread_id"),
	    time_text(when, json_int(doc, "time", 0), out->now));
	for (i = 0; i < json_count(list); i++)
		output_line(out, STYLE_PLAIN, "your edit stays: %s",
		    json_text_at(list, i));
	diff_show(doc, out);
	output_line(out, STYLE_HEAD, "to publish this: mnemoctl accept %s",
	    json_text(doc, "token"));
}
