/* mnemoctl log: the last records of the supervisor, and those that come. */

#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/when.h"

static enum style
style_of(const char *level)
{
	if (strcmp(level, "warn") == 0)
		return STYLE_BAD;
	return strcmp(level, "debug") == 0 ? STYLE_DIM : STYLE_PLAIN;
}

static void
show_record(json_object *o, const struct output *out)
{
	const char	*level = json_str(o, "level"), *text;
	char		 when[TIME_TEXT];

	text = json_str(o, "text");
	if (level == NULL)
		level = "?";
	output_line(out, style_of(level), "%s %s%s",
	    stamp_text(when, json_int(o, "at", 0)),
	    strcmp(level, "warn") == 0 ? "warning: " : "",
	    text == NULL ? "" : text);
}

void
log_show(json_object *doc, const struct output *out)
{
	struct output	 whole = output_whole(out);

	if (json_int(doc, "missed", 0) > 0)
		output_line(out, STYLE_BAD, "... %lld records were not read "
		    "in time", (long long)json_int(doc, "missed", 0));
	output_each(&whole, json_arr(doc, "records"), show_record);
}

/* Numbers have no gap but where we did not read in time. */
static void
set_missed(struct ctl *ctl, json_object *doc, json_object *list)
{
	size_t	 n = json_count(list);
	int64_t	 first;

	json_set_int(doc, "missed", 0);
	if (n == 0)
		return;
	first = json_int(json_object_array_get_idx(list, 0), "seq", 0);
	if (ctl->heard > 0 && first > ctl->heard + 1)
		json_set_int(doc, "missed", first - ctl->heard - 1);
	ctl->heard = json_int(json_object_array_get_idx(list, n - 1), "seq",
	    0);
}

int
log_hear(struct ctl *ctl, json_object *doc, json_object *frame)
{
	json_object	*list = json_arr(frame, "records");
	struct output	 out;

	if (list == NULL)
		return 0;
	set_missed(ctl, doc, list);
	json_set(doc, "records", json_object_get(list));
	if (ctl->opt->json)
		output_json(stdout, doc);
	else {
		output_init(&out, stdout, ctl->now);
		log_show(doc, &out);
	}
	if (fflush(stdout) == 0)
		return 0;
	log_warn("standard output");
	ctl->verdict = CTL_NOT_FOUND;
	return -1;
}
