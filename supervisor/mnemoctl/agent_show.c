/* mnemoctl show, for people. */

#include <string.h>

#include "common/json.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/table.h"
#include "supervisor/mnemoctl/when.h"

static long long
number(json_object *o, const char *key)
{
	return (long long)json_int(o, key, 0);
}

/* "KEY: value"; nothing where there is none. */
static void
line(const struct output *out, json_object *doc, const char *label,
    const char *key)
{
	const char	*value = json_str(doc, key);

	if (value != NULL && *value != '\0')
		output_line(out, STYLE_PLAIN, "%s: %s", label, value);
}

static void
show_times(json_object *doc, const struct output *out)
{
	int64_t	 from = json_int(doc, "started_at", 0);
	int64_t	 to = json_int(doc, "finished_at", 0);
	char	 when[TIME_TEXT], span[TIME_TEXT];

	if (to == 0)
		output_line(out, STYLE_PLAIN, "started: %s, not yet over",
		    time_text(when, from, out->now));
	else
		output_line(out, STYLE_PLAIN, "started: %s, took %s",
		    time_text(when, from, out->now),
		    span_text(span, to - from));
}

static void
show_spent(json_object *doc, const struct output *out)
{
	json_object	*m = json_obj(doc, "model");

	output_line(out, STYLE_PLAIN, "given: %lld sessions",
	    number(doc, "inputs"));
	output_line(out, STYLE_PLAIN, "turns: %lld, tokens: %lld",
	    number(doc, "turns"), number(doc, "tokens"));
	if (number(m, "requests") > 0)
		output_line(out, STYLE_PLAIN, "requests: %lld, %lld failed, "
		    "%lld open; input %lld (%lld cached), output %lld (%lld "
		    "reasoning)", number(m, "requests"), number(m, "failed"),
		    number(m, "open"), number(m, "input"),
		    number(m, "cached_input"), number(m, "output"),
		    number(m, "reasoning_output"));
}

/* What it made, and where that is. */
static void
show_result(json_object *doc, const struct output *out)
{
	line(out, doc, "base", "base");
	line(out, doc, "commit", "commit");
	line(out, doc, "staging", "staging");
	line(out, doc, "audit", "audit");
	if (number(doc, "unreadable") > 0)
		output_line(out, STYLE_BAD, "%lld records of the audit file "
		    "cannot be read", number(doc, "unreadable"));
	line(out, doc, "last words", "message");
}

static void
show_violations(json_object *doc, const struct output *out)
{
	json_object	*list = json_arr(doc, "violations"), *v;
	const char	*file, *rule, *text;
	size_t		 i;

	for (i = 0; i < json_object_array_length(list); i++) {
		v = json_object_array_get_idx(list, i);
		file = json_str(v, "file");
		rule = json_str(v, "rule");
		text = json_str(v, "message");
		output_line(out, STYLE_BAD, "violation %lld: %s:%lld: %s: %s",
		    number(v, "round"), file == NULL ? "?" : file,
		    number(v, "line"), rule == NULL ? "?" : rule,
		    text == NULL ? "" : text);
	}
}

static void
show_call(struct table *t, json_object *o)
{
	int	 failed = json_str(o, "output") != NULL &&
		    !json_flag(o, "success", 0);

	table_add(t, STYLE_PLAIN, json_str(o, "name"));
	table_add(t, failed ? STYLE_BAD : STYLE_PLAIN, failed ? "refused" :
	    json_str(o, "output") == NULL ? "" : "done");
	table_add(t, STYLE_PLAIN, json_str(o, "arguments"));
	table_add(t, STYLE_BAD, failed ? json_str(o, "output") : "");
}

static void
show_calls(json_object *doc, const struct output *out)
{
	static const struct table_column columns[] = {
		{ "CALL", TABLE_WORD }, { "RESULT", TABLE_WORD },
		{ "ARGUMENTS", TABLE_TEXT }, { "WHY", TABLE_TEXT },
		{ NULL, TABLE_WORD }
	};
	json_object	*list = json_arr(doc, "calls");
	struct table	*t;

	if (json_object_array_length(list) == 0)
		return;
	fputc('\n', out->fp);
	t = table_new(out, columns);
	table_rows(t, list, show_call);
	table_print(t);
	if (number(doc, "more_calls") > 0)
		output_line(out, STYLE_PLAIN, "and %lld more: see the audit "
		    "file", number(doc, "more_calls"));
}

void
agent_show(json_object *doc, const struct output *out)
{
	line(out, doc, "agent", "thread_id");
	line(out, doc, "memory", "memory");
	line(out, doc, "status", "status");
	line(out, doc, "reason", "reason");
	line(out, doc, "generator", "generator");
	show_times(doc, out);
	show_spent(doc, out);
	show_result(doc, out);
	show_violations(doc, out);
	show_calls(doc, out);
}
