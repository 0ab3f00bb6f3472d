/* mnemoctl status, for people. */

#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "common/json.h"
#include "supervisor/mnemoctl/agents.h"
#include "supervisor/mnemoctl/bytes.h"
#include "supervisor/mnemoctl/money.h"
#include "supervisor/mnemoctl/table.h"
#include "supervisor/mnemoctl/when.h"

#define COMMIT_SHOWN	12

static long long
number(json_object *o, const char *key)
{
	return (long long)json_int(o, key, 0);
}

static void
show_owner(json_object *doc, const struct output *out)
{
	json_object	*o = json_obj(doc, "supervisor");

	if (json_flag(o, "running", 0))
		output_line(out, STYLE_GOOD, "supervisor: running, pid %lld",
		    number(o, "pid"));
	else
		output_line(out, STYLE_BAD, "supervisor: not running");
	output_line(out, STYLE_PLAIN, "state: %s", json_str(doc, "state"));
	output_line(out, STYLE_PLAIN, "provider: %s",
	    json_str(doc, "provider"));
}

/* "12 of 500", "12" without a limit. */
static const char *
of_limit(char text[64], json_object *o, const char *key)
{
	char		 limit[64];
	long long	 max;

	snprintf(limit, sizeof(limit), "%s_per_day", key);
	max = number(o, limit);
	if (max == 0)
		snprintf(text, 64, "%lld", number(o, key));
	else
		snprintf(text, 64, "%lld of %lld", number(o, key), max);
	return text;
}

static void
show_wait(json_object *o, const struct output *out, const char *key,
    const char *what)
{
	char	when[TIME_TEXT];

	if (json_int(o, key, 0) != 0)
		output_line(out, STYLE_BAD, "  waits: %s, until %s", what,
		    time_text(when, json_int(o, key, 0), out->now));
}

/* Nothing where neither prices nor a ceiling are configured. */
static void
show_money(json_object *o, const struct output *out)
{
	int64_t	spent = json_int(o, "money_millionths", 0);
	int64_t	max = json_int(o, "money_per_day_millionths", 0);
	char	a[MONEY_TEXT], b[MONEY_TEXT];

	if (max > 0)
		output_line(out, STYLE_PLAIN, "  money: %s of %s",
		    money_text(a, spent), money_text(b, max));
	else if (spent > 0)
		output_line(out, STYLE_PLAIN, "  money: %s",
		    money_text(a, spent));
}

static void
show_model(json_object *doc, const struct output *out)
{
	json_object	*o = json_obj(doc, "model");
	char		 requests[64], tokens[64], what[640];
	char		 when[TIME_TEXT];

	if (o == NULL)
		return;
	output_line(out, STYLE_PLAIN, "asked in 24 hours: %s requests, %s "
	    "tokens", of_limit(requests, o, "requests"),
	    of_limit(tokens, o, "tokens"));
	show_money(o, out);
	if (json_int(o, "frees_at", 0) != 0)
		output_line(out, STYLE_PLAIN, "  the oldest of it counts "
		    "no more %s; under way: %lld", time_text(when,
		    json_int(o, "frees_at", 0), out->now),
		    number(o, "open"));
	show_wait(o, out, "backfill_until",
	    "pipeline.backfill_per_day is reached");
	snprintf(what, sizeof(what), "budget.%s is reached",
	    json_str(o, "budget_key") == NULL ? "" :
	    json_str(o, "budget_key"));
	show_wait(o, out, "budget_until", what);
	if (json_str(o, "provider_reason") == NULL)
		return;
	snprintf(what, sizeof(what), "%s: %s", json_str(o, "provider_reason"),
	    json_str(o, "provider_message"));
	show_wait(o, out, "provider_until", what);
}

static void
show_counts(json_object *doc, const struct output *out)
{
	json_object	*n = json_obj(doc, "counts");
	json_object	*list = json_arr(doc, "unusable"), *o;
	size_t		 i;

	output_line(out, STYLE_PLAIN, "rollouts: %lld, %lld of them missing",
	    number(n, "rollouts"), number(n, "missing"));
	for (i = 0; i < json_object_array_length(list); i++) {
		o = json_object_array_get_idx(list, i);
		output_line(out, STYLE_PLAIN, "  %lld not usable: %s",
		    number(o, "count"), json_str(o, "reason"));
	}
	output_line(out, STYLE_PLAIN, "threads: %lld, %lld with output",
	    number(n, "threads"), number(n, "outputs"));
}

static void
show_state(struct table *t, json_object *o)
{
	table_add(t, STYLE_PLAIN, json_str(o, "state"));
	table_number(t, json_int(o, "count", 0));
	table_time(t, json_int(o, "when", 0));
}

static void
show_queue(json_object *doc, const struct output *out)
{
	static const struct table_column columns[] = {
		{ "QUEUE", TABLE_WORD }, { "THREADS", TABLE_NUMBER },
		{ "CHANGES", TABLE_WORD }, { NULL, TABLE_WORD }
	};
	struct table	*t = table_new(out, columns);

	table_rows(t, json_arr(doc, "queue"), show_state);
	fputc('\n', out->fp);
	table_print(t);
}

static void
show_memory(struct table *t, json_object *o)
{
	const char	*commit = json_str(o, "commit");

	table_add(t, STYLE_PLAIN, json_str(o, "name"));
	table_add(t, json_flag(o, "usable", 1) ? STYLE_PLAIN : STYLE_BAD,
	    json_str(o, "root_state"));
	table_add(t, STYLE_PLAIN, json_str(o, "outcome"));
	table_time(t, json_int(o, "when", 0));
	table_time(t, json_int(o, "published_at", 0));
	table_addf(t, "%.*s", COMMIT_SHOWN, commit == NULL ? "" : commit);
	table_number(t, json_int(o, "files", 0));
	table_add(t, STYLE_PLAIN, json_str(o, "generator"));
	table_add(t, STYLE_BAD, json_str(o, "last_error"));
}

static void
show_memories(json_object *doc, const struct output *out)
{
	static const struct table_column columns[] = {
		{ "MEMORY", TABLE_WORD }, { "ROOT", TABLE_WORD },
		{ "OUTCOME", TABLE_WORD }, { "CHANGES", TABLE_WORD },
		{ "PUBLISHED", TABLE_WORD }, { "COMMIT", TABLE_WORD },
		{ "FILES", TABLE_NUMBER }, { "GENERATOR", TABLE_TEXT },
		{ "LAST ERROR", TABLE_TEXT }, { NULL, TABLE_WORD }
	};
	struct table	*t = table_new(out, columns);

	table_rows(t, json_arr(doc, "memories"), show_memory);
	fputc('\n', out->fp);
	table_print(t);
}

static void
show_agents(json_object *doc, const struct output *out)
{
	if (json_object_array_length(json_arr(doc, "agents")) == 0)
		return;
	fputc('\n', out->fp);
	agents_table(doc, out);
}

/* Over all memories; each has its own in the table. */
static void
show_published(json_object *doc, const struct output *out)
{
	json_object	*list = json_arr(doc, "memories"), *o, *last = NULL;
	char		 when[TIME_TEXT];
	size_t		 i;

	for (i = 0; i < json_object_array_length(list); i++) {
		o = json_object_array_get_idx(list, i);
		if (json_int(o, "published_at", 0) >
		    json_int(last, "published_at", 0))
			last = o;
	}
	fputc('\n', out->fp);
	if (last == NULL)
		output_line(out, STYLE_PLAIN, "last publication: none");
	else
		output_line(out, STYLE_PLAIN, "last publication: %s, memory "
		    "%s, by %s", time_text(when, json_int(last,
		    "published_at", 0), out->now), json_str(last, "name"),
		    json_str(last, "generator") == NULL ? "?" :
		    json_str(last, "generator"));
}

static void
show_disk(json_object *doc, const struct output *out)
{
	json_object	*disk = json_obj(doc, "disk"), *o;
	json_object	*list = json_arr(disk, "kinds");
	char		 text[BYTES_TEXT];
	struct buf	 b = BUF_INIT;
	size_t		 i;

	for (i = 0; i < json_object_array_length(list); i++) {
		o = json_object_array_get_idx(list, i);
		buf_addf(&b, "%s%s %s%s", i == 0 ? "" : ", ",
		    json_str(o, "kind"), json_flag(o, "more", 0) ?
		    "more than " : "", bytes_text(text,
		    json_int(o, "bytes", 0)));
	}
	output_line(out, STYLE_PLAIN, "disk: %s; free: %s", buf_str(&b),
	    json_int(disk, "free_bytes", -1) == -1 ? "not known" :
	    bytes_text(text, json_int(disk, "free_bytes", 0)));
	buf_release(&b);
}

/* What was due already comes with the next pass. */
static void
show_next(json_object *doc, const struct output *out)
{
	json_object	*o = json_obj(doc, "next");
	json_object	*sv = json_obj(doc, "supervisor");
	const char	*what = json_str(o, "what"), *name;
	char		 when[TIME_TEXT], every[TIME_TEXT];

	name = json_str(o, "memory");
	if (what == NULL)
		output_line(out, STYLE_PLAIN, "next: nothing is planned");
	else
		output_line(out, STYLE_PLAIN, "next: %s: %s%s%s",
		    time_text(when, json_int(o, "at", 0), out->now),
		    strcmp(what, "stage_one") == 0 ? "stage one" :
		    "stage two", name == NULL ? "" : " of ",
		    name == NULL ? "" : name);
	if (json_flag(sv, "running", 0))
		output_line(out, STYLE_PLAIN, "a pass every %s",
		    span_text(every, json_int(sv, "scan_interval", 0)));
	else
		output_line(out, STYLE_PLAIN, "nothing is done until mnemod "
		    "is started");
}

void
status_show(json_object *doc, const struct output *out)
{
	json_object	*list = json_arr(doc, "degraded");
	size_t		 i;

	show_owner(doc, out);
	show_model(doc, out);
	show_counts(doc, out);
	show_queue(doc, out);
	show_memories(doc, out);
	show_agents(doc, out);
	show_published(doc, out);
	show_next(doc, out);
	show_disk(doc, out);
	if (json_object_array_length(list) == 0)
		output_line(out, STYLE_PLAIN, "degraded: nothing");
	for (i = 0; i < json_object_array_length(list); i++)
		output_line(out, STYLE_BAD, "degraded: %s",
		    json_object_get_string(json_object_array_get_idx(list,
		    i)));
}
