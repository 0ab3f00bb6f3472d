/* mnemoctl audit: a line for each week, and what was lost. */

#include "common/json.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/table.h"
#include "supervisor/mnemoctl/when.h"

#define NAMED_MAX 5	/* texts of one week */

static const char *const columns[] = { "entries", "entries_added",
    "entries_lost", "specifics", "specifics_added", "specifics_lost" };

static void
show_week(struct table *t, json_object *o)
{
	char	when[TIME_TEXT];
	size_t	i;

	table_add(t, STYLE_PLAIN, day_text(when, json_int(o, "week", 0)));
	table_number(t, json_int(o, "commits", 0));
	for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		table_number(t, json_int(o, columns[i], 0));
}

static void
show_lost(json_object *o, const struct output *out)
{
	json_object	*list = json_arr(o, "lost");
	char		 when[TIME_TEXT];
	size_t		 i, n = json_count(list);

	if (n > 0)
		output_line(out, STYLE_HEAD, "lost in the week of %s:",
		    day_text(when, json_int(o, "week", 0)));
	for (i = 0; i < n && i < NAMED_MAX; i++)
		output_line(out, STYLE_PLAIN, "  %s", json_text_at(list, i));
	if (n > NAMED_MAX)
		output_line(out, STYLE_DIM, "  ... (-j has %zu)", n);
}

void
audit_show(json_object *doc, const struct output *out)
{
	static const struct table_column names[] = {
		{ "WEEK OF", TABLE_WORD }, { "COMMITS", TABLE_NUMBER },
		{ "ENTRIES", TABLE_NUMBER }, { "ADDED", TABLE_NUMBER },
		{ "LOST", TABLE_NUMBER }, { "SPECIFICS", TABLE_NUMBER },
		{ "ADDED", TABLE_NUMBER }, { "LOST", TABLE_NUMBER },
		{ NULL, TABLE_WORD }
	};
	json_object	*list = json_arr(doc, "weeks");
	struct table	*t = table_new(out, names);
	size_t		 i, n = json_count(list);

	table_rows(t, list, show_week);
	table_print(t);
	for (i = 0; i < n; i++)
		show_lost(json_object_array_get_idx(list, i), out);
}
