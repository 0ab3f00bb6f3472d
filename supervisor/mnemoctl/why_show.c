/* mnemoctl why, for people. */

#include <string.h>

#include "common/json.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/table.h"
#include "supervisor/mnemoctl/when.h"

/* What was not searched for secrets is missing in what was extracted. */
static void
show_gave_up(const char *why, const char *path, const struct output *out)
{
	output_line(out, STYLE_BAD, "redaction: %s", why);
	output_line(out, STYLE_PLAIN, "until: the patterns of the key redact "
	    "cost less, or the rollout is another; then mnemoctl extract %s",
	    path);
}

static void
show_file(json_object *o, const struct output *out)
{
	const char	*reason = json_str(o, "reason");
	const char	*result = json_str(o, "last_result");
	char		 when[TIME_TEXT];

	output_line(out, STYLE_PLAIN, "rollout: %s", json_str(o, "path"));
	if (reason != NULL)
		output_line(out, STYLE_BAD, "not usable: %s, until the file "
		    "changes", reason);
	if (json_int(o, "missing_since", 0) != 0)
		output_line(out, STYLE_BAD, "missing: since %s",
		    time_text(when, json_int(o, "missing_since", 0),
		    out->now));
	if (result != NULL)
		output_line(out, STYLE_PLAIN, "last result: %s, %s", result,
		    time_text(when, json_int(o, "last_result_at", 0),
		    out->now));
	if (json_str(o, "gave_up") != NULL)
		show_gave_up(json_str(o, "gave_up"), json_str(o, "path"), out);
}

static void
show_files(json_object *doc, const struct output *out)
{
	json_object	*list = json_arr(doc, "files"), *o;
	json_object	*thread = json_obj(doc, "thread");
	size_t		 i;

	for (i = 0; i < json_object_array_length(list); i++) {
		o = json_object_array_get_idx(list, i);
		show_file(o, out);
		if (thread != NULL && !json_flag(o, "wins", 1))
			output_line(out, STYLE_PLAIN, "the thread is read "
			    "from another file: %s",
			    json_str(thread, "path"));
	}
}

static void
show_thread(json_object *t, const struct output *out)
{
	char	 when[TIME_TEXT];

	output_line(out, STYLE_HEAD, "thread: %s", json_str(t, "id"));
	output_line(out, STYLE_PLAIN, "title: %s", json_str(t, "title"));
	output_line(out, STYLE_PLAIN, "directory: %s", json_str(t, "cwd"));
	output_line(out, STYLE_PLAIN, "newest record: %s",
	    time_text(when, json_int(t, "updated_at", 0), out->now));
}

static void
show_rule(struct table *t, json_object *o)
{
	int		 holds = json_flag(o, "holds", 1);
	int		 decides = json_flag(o, "decides", 0);
	int64_t		 when = json_int(o, "when", 0);

	table_add(t, holds ? STYLE_GOOD : STYLE_BAD, holds ? "pass" :
	    decides ? "FAIL" : "fail");
	table_add(t, decides ? STYLE_BAD : STYLE_PLAIN, json_str(o, "rule"));
	table_add(t, STYLE_PLAIN, json_str(o, "value"));
	if (!holds && when > 0)
		table_time(t, when);
	else
		table_add(t, STYLE_PLAIN, holds ? "" : json_str(o, "until"));
}

static void
show_rules(json_object *list, const struct output *out)
{
	static const struct table_column columns[] = {
		{ "", TABLE_WORD }, { "RULE", TABLE_WORD },
		{ "VALUE", TABLE_TEXT }, { "UNTIL", TABLE_TEXT },
		{ NULL, TABLE_WORD }
	};
	struct table	*t = table_new(out, columns);

	table_rows(t, list, show_rule);
	table_print(t);
}

/* What ends the refusal that decides; a table may be cut before it. */
static void
show_until(json_object *list, const struct output *out)
{
	json_object	*o;
	size_t		 i;

	for (i = 0; i < json_object_array_length(list); i++) {
		o = json_object_array_get_idx(list, i);
		if (json_flag(o, "decides", 0))
			output_line(out, STYLE_PLAIN, "until: %s",
			    json_str(o, "until"));
	}
}

static void
show_stage_one(json_object *o, const struct output *out)
{
	const char	*verdict = json_str(o, "verdict");
	char		 when[TIME_TEXT];

	fputc('\n', out->fp);
	if (strcmp(verdict, "due") == 0)
		output_line(out, STYLE_GOOD, "stage one: due, extracted in "
		    "the next pass");
	else if (json_int(o, "when", 0) > 0)
		output_line(out, STYLE_HEAD, "stage one: not due (%s), "
		    "changes %s", verdict, time_text(when,
		    json_int(o, "when", 0), out->now));
	else
		output_line(out, STYLE_HEAD, "stage one: not due (%s)",
		    verdict);
	show_until(json_arr(o, "rules"), out);
	show_rules(json_arr(o, "rules"), out);
}

static void
show_stage_two(json_object *o, const struct output *out)
{
	const char	*verdict = json_str(o, "verdict");
	const char	*name = json_str(o, "memory");
	const char	*held = json_flag(o, "in_memory", 0) ? "yes" : "no";
	char		 when[TIME_TEXT];

	fputc('\n', out->fp);
	if (strcmp(verdict, "selected") == 0)
		output_line(out, STYLE_GOOD, "memory %s: selected", name);
	else if (strcmp(verdict, "next") == 0)
		output_line(out, STYLE_GOOD, "memory %s: selected at the "
		    "next consolidation", name);
	else
		output_line(out, STYLE_HEAD, "memory %s: not selected (%s)",
		    name, verdict);
	output_line(out, STYLE_PLAIN, "in the memory now: %s; next look: %s "
	    "(%s)", held, time_text(when, json_int(o, "when", 0), out->now),
	    json_str(o, "outcome"));
	if (json_str(o, "last_error") != NULL)
		output_line(out, STYLE_HEAD, "its last consolidation failed: "
		    "%s", json_str(o, "last_error"));
	show_until(json_arr(o, "rules"), out);
	show_rules(json_arr(o, "rules"), out);
}

void
why_show(json_object *doc, const struct output *out)
{
	json_object	*thread = json_obj(doc, "thread");
	json_object	*two = json_arr(doc, "stage_two");
	size_t		 i;

	if (thread != NULL)
		show_thread(thread, out);
	show_files(doc, out);
	if (thread == NULL)
		return;
	show_stage_one(json_obj(doc, "stage_one"), out);
	for (i = 0; i < json_object_array_length(two); i++)
		show_stage_two(json_object_array_get_idx(two, i), out);
}
