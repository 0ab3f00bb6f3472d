/* mnemoctl history: one line for each commit. */

#include "common/json.h"
#include "supervisor/mnemoctl/ctl.h"

#define ID_LENGTH	12	/* of a commit, as the log names it */
#define THREAD_LENGTH	13	/* the part of a UUIDv7 that is its time */

static void
show_commit(struct table *t, json_object *o, const struct output *out)
{
	const char	*thread = json_str(o, "thread_id");
	char		 when[TIME_TEXT];

	table_addf(t, "%.*s", ID_LENGTH, json_str(o, "id"));
	table_add(t, STYLE_PLAIN, time_text(when, json_int(o, "time", 0),
	    out->now));
	table_addf(t, "%lld", (long long)json_int(o, "files", 0));
	table_add(t, json_flag(o, "edited", 0) ? STYLE_GOOD : STYLE_PLAIN,
	    json_str(o, "subject"));
	table_addf(t, "%.*s", THREAD_LENGTH, thread == NULL ? "" : thread);
}

void
history_show(json_object *doc, const struct output *out)
{
	static const char *const names[] = { "COMMIT", "WHEN", "FILES",
	    "SUBJECT", "AGENT" };
	json_object	*list = json_arr(doc, "commits");
	struct table	*t = table_new(sizeof(names) / sizeof(names[0]));
	size_t		 i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		table_add(t, STYLE_HEAD, names[i]);
	for (i = 0; list != NULL && i < json_object_array_length(list); i++)
		show_commit(t, json_object_array_get_idx(list, i), out);
	table_print(t, out);
	if (json_flag(doc, "more", 0))
		output_line(out, STYLE_DIM, "... and older ones");
}
