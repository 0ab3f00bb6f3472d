/*
 * mnemoctl run, stop, reload, pause, resume, retry, disable, enable: what
 * changed.
 */

#include <string.h>

#include "common/json.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/table.h"
#include "supervisor/mnemoctl/when.h"

static void
show_at_work(json_object *list, const struct output *out)
{
	size_t	i;

	for (i = 0; i < json_count(list); i++)
		output_line(out, STYLE_PLAIN, "memory %s: what is under way "
		    "goes on", json_text_at(list, i));
}

void
pause_show(json_object *doc, const struct output *out)
{
	int64_t	since = json_int(doc, "paused_since", 0);
	int	changed = json_flag(doc, "changed", 0);
	char	text[TIME_TEXT];

	if (since == 0) {
		output_line(out, STYLE_GOOD, changed ?
		    "new work begins again" : "it was not paused");
		return;
	}
	if (changed)
		output_line(out, STYLE_PLAIN, "no new work begins until "
		    "mnemoctl resume");
	else
		output_line(out, STYLE_PLAIN, "paused already, %s",
		    time_text(text, since, out->now));
	show_at_work(json_arr(doc, "at_work"), out);
}

static void
show_job(struct table *t, json_object *o)
{
	int	two = strcmp(json_text(o, "kind"), "memory_consolidate") == 0;

	table_add(t, STYLE_PLAIN, two ? "memory" : "thread");
	table_add(t, STYLE_PLAIN, json_str(o, "key"));
}

void
retry_show(json_object *doc, const struct output *out)
{
	static const struct table_column columns[] = {
		{ "RETRIED", TABLE_WORD }, { "JOB", TABLE_WORD },
		{ NULL, TABLE_WORD }
	};
	json_object	*list = json_arr(doc, "retried");
	struct table	*t;

	if (json_count(list) == 0) {
		output_line(out, STYLE_GOOD, "no such job failed");
		return;
	}
	t = table_new(out, columns);
	table_rows(t, list, show_job);
	table_print(t);
}

static void
show_disabled(struct table *t, json_object *o)
{
	table_add(t, STYLE_PLAIN, json_str(o, "what"));
	table_time(t, json_int(o, "since", 0));
}

void
disable_show(json_object *doc, const struct output *out)
{
	static const struct table_column columns[] = {
		{ "DISABLED", TABLE_TEXT }, { "SINCE", TABLE_WORD },
		{ NULL, TABLE_WORD }
	};
	json_object	*list = json_arr(doc, "disabled");
	struct table	*t;

	if (list == NULL)
		output_line(out, STYLE_PLAIN, "%s: %sdisabled, %lld sessions "
		    "so far; the next consolidation leaves them out",
		    json_text(doc, "what"), json_flag(doc, "changed", 0) ? "" :
		    "was ", (long long)json_int(doc, "threads", 0));
	else if (json_count(list) == 0)
		output_line(out, STYLE_GOOD, "nothing is disabled");
	else {
		t = table_new(out, columns);
		table_rows(t, list, show_disabled);
		table_print(t);
	}
}

void
enable_show(json_object *doc, const struct output *out)
{
	output_line(out, STYLE_GOOD, "%s: enabled, %lld sessions",
	    json_text(doc, "what"), (long long)json_int(doc, "threads", 0));
}

static void
show_outcome(struct table *t, json_object *o)
{
	table_add(t, STYLE_PLAIN, json_str(o, "memory"));
	table_add(t, STYLE_PLAIN, json_str(o, "outcome"));
	table_number(t, json_int(o, "changed", 0));
}

void
run_show(json_object *doc, const struct output *out)
{
	static const struct table_column columns[] = {
		{ "MEMORY", TABLE_WORD }, { "OUTCOME", TABLE_WORD },
		{ "FILES CHANGED", TABLE_NUMBER }, { NULL, TABLE_WORD }
	};
	struct table	*t = table_new(out, columns);

	table_rows(t, json_arr(doc, "memories"), show_outcome);
	table_print(t);
}

void
stop_show(json_object *doc, const struct output *out)
{
	const char	*id = json_str(doc, "thread_id");

	if (id != NULL)
		output_line(out, STYLE_GOOD, "memory %s: agent %s is "
		    "interrupted; mnemoctl retry %s begins another",
		    json_text(doc, "memory"), id, json_text(doc, "memory"));
	else
		output_line(out, STYLE_GOOD, "%s: told to end",
		    json_text(doc, "worker"));
}

void
reload_show(json_object *doc, const struct output *out)
{
	output_line(out, STYLE_GOOD, "the configuration was read again: %lld "
	    "memories, %lld sources", (long long)json_int(doc, "memories", 0),
	    (long long)json_int(doc, "sources", 0));
}
