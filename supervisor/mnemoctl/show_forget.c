/* mnemoctl forget: the threads, then what became of each memory. */

#include "common/json.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/table.h"

static void
show_thread(struct table *t, json_object *o)
{
	table_add(t, STYLE_PLAIN, json_str(o, "thread_id"));
	table_add(t, STYLE_PLAIN, json_str(o, "cwd"));
	table_add(t, STYLE_PLAIN, json_str(o, "title"));
}

static void
show_threads(json_object *list, const struct output *out)
{
	static const struct table_column columns[] = {
		{ "THREAD", TABLE_WORD }, { "DIRECTORY", TABLE_TEXT },
		{ "TITLE", TABLE_TEXT }, { NULL, TABLE_WORD }
	};
	struct table	*t = table_new(out, columns);

	table_rows(t, list, show_thread);
	table_print(t);
}

/* "memory codex: done" */
static void
show_states(json_object *list, const char *what, const struct output *out)
{
	json_object	*o;
	const char	*message;
	size_t		 i;

	for (i = 0; i < json_count(list); i++) {
		o = json_object_array_get_idx(list, i);
		message = json_str(o, "message");
		if (json_int(o, "dropped", -1) >= 0)
			output_line(out, STYLE_PLAIN, "memory %s: %s: %lld "
			    "commits taken out, %lld kept",
			    json_text(o, "memory"), what,
			    (long long)json_int(o, "dropped", 0),
			    (long long)json_int(o, "kept", 0));
		else
			output_line(out, STYLE_PLAIN, "memory %s: %s: %s",
			    json_text(o, "memory"), what, message != NULL ?
			    message : json_text(o, "state"));
	}
}

void
forget_show(json_object *doc, const struct output *out)
{
	json_object	*list = json_arr(doc, "out_of_reach");
	size_t		 i;

	show_threads(json_arr(doc, "threads"), out);
	if (json_flag(doc, "dry_run", 0)) {
		output_line(out, STYLE_DIM, "nothing was changed");
		return;
	}
	show_states(json_arr(doc, "memories"), "forgotten", out);
	show_states(json_arr(doc, "purged"), "history", out);
	if (json_str(doc, "left") != NULL)
		output_line(out, STYLE_BAD, "%s", json_str(doc, "left"));
	if (list == NULL)
		return;
	output_line(out, STYLE_PLAIN, "%lld audit files cut; not reached:",
	    (long long)json_int(doc, "audits", 0));
	for (i = 0; i < json_count(list); i++)
		output_line(out, STYLE_PLAIN, "- %s", json_text_at(list, i));
}
