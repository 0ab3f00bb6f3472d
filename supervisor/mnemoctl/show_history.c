/* mnemoctl history: one line for each commit. */

#include "common/json.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/table.h"

#define ID_LENGTH	12	/* of a commit, as the log names it */
#define THREAD_LENGTH	13	/* the part of a UUIDv7 that is its time */

static void
show_commit(struct table *t, json_object *o)
{
	table_addf(t, "%.*s", ID_LENGTH, json_text(o, "id"));
	table_time(t, json_int(o, "time", 0));
	table_number(t, json_int(o, "files", 0));
	table_add(t, json_flag(o, "edited", 0) ? STYLE_GOOD : STYLE_PLAIN,
	    json_str(o, "subject"));
	table_id(t, json_str(o, "thread_id"));
}

void
history_show(json_object *doc, const struct output *out)
{
	static const struct table_column columns[] = {
		{ "COMMIT", TABLE_WORD }, { "WHEN", TABLE_WORD },
		{ "FILES", TABLE_NUMBER }, { "SUBJECT", TABLE_TEXT },
		{ "AGENT", TABLE_WORD }, { NULL, TABLE_WORD }
	};
	struct table	*t = table_new(out, columns);

	table_ids(t, THREAD_LENGTH);
	table_rows(t, json_arr(doc, "commits"), show_commit);
	table_print(t);
	if (json_flag(doc, "more", 0))
		output_line(out, STYLE_DIM, "... and older ones");
}
