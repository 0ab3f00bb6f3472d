/* mnemoctl usage: what models were asked, and what it cost. */

#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/nearest.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/money.h"
#include "supervisor/mnemoctl/table.h"
#include "supervisor/store_ledger.h"

#define DAYS	30

static const char *const names[] = {
	[LEDGER_BY_DAY] = "day", [LEDGER_BY_MODEL] = "model",
	[LEDGER_BY_PURPOSE] = "purpose", [LEDGER_BY_MEMORY] = "memory"
};
#define NNAMES (sizeof(names) / sizeof(names[0]))

/* 0, or -1 if there is no such key: said. */
static int
find_key(const char *name, enum ledger_by *by)
{
	const char	*near = names[0];
	char		 word[NEAREST_MAX];
	size_t		 least = SIZE_MAX, i;

	*by = LEDGER_BY_DAY;
	for (i = 0; name != NULL && i < NNAMES; i++) {
		if (strcmp(name, names[i]) == 0) {
			*by = (enum ledger_by)i;
			return 0;
		}
		nearest_try(name, names[i], &near, &least);
	}
	if (name == NULL)
		return 0;
	log_printable(word, sizeof(word), name, strlen(name));
	log_warnx("--by: %s: expected day, model, purpose or memory; the "
	    "nearest is %s", word, near);
	return -1;
}

static void
set_usage(json_object *o, const struct store_usage *u)
{
	json_set_int(o, "requests", u->requests);
	json_set_int(o, "failed", u->failed);
	json_set_int(o, "open", u->open);
	json_set_int(o, "input", u->input);
	json_set_int(o, "cached_input", u->cached_input);
	json_set_int(o, "output", u->output);
	json_set_int(o, "reasoning_output", u->reasoning_output);
	json_set_int(o, "tokens", u->tokens);
	json_set_int(o, "money_millionths", u->money);
}

struct listing {
	json_object		*list;
	struct store_usage	 sum;
};

static int
add_row(const char *key, const struct store_usage *u, void *arg)
{
	struct listing	*l = arg;
	json_object	*o = ctl_push(l->list);

	json_set_str(o, "key", key);
	set_usage(o, u);
	l->sum.requests += u->requests;
	l->sum.failed += u->failed;
	l->sum.open += u->open;
	l->sum.tokens += u->tokens;
	l->sum.money += u->money;
	l->sum.input += u->input;
	l->sum.cached_input += u->cached_input;
	l->sum.output += u->output;
	l->sum.reasoning_output += u->reasoning_output;
	return 0;
}

static int
has_prices(const struct config *c)
{
	const struct config_provider	*p = config_provider_used(c);

	return p != NULL && (p->price_input != 0 || p->price_cached != 0 ||
	    p->price_output != 0);
}

enum ctl_exit
usage_collect(struct ctl *ctl, json_object *doc)
{
	struct listing		 l = { NULL, { .requests = 0 } };
	int64_t			 days = ctl->opt->days > 0 ?
				    ctl->opt->days : DAYS;
	struct ledger_grouping	 g = { .since = ctl->now - days * LEDGER_DAY };
	enum store_status	 st;

	if (find_key(ctl->opt->by, &g.by) == -1)
		return CTL_USAGE;
	json_set_int(doc, "days", days);
	ctl_set_time(doc, "since", g.since);
	json_set_str(doc, "by_key", names[g.by]);
	l.list = ctl_set_array(doc, "usage");
	st = store_ledger_group(ctl->store, &g, add_row, &l);
	set_usage(ctl_set_object(doc, "total"), &l.sum);
	json_set_bool(doc, "prices", has_prices(ctl->config) ||
	    l.sum.money > 0);
	return ctl_exit_of(st);
}

static void
add_numbers(struct table *t, json_object *o)
{
	char	text[MONEY_TEXT];

	table_number(t, json_int(o, "requests", 0));
	table_number(t, json_int(o, "failed", 0));
	table_number(t, json_int(o, "input", 0));
	table_number(t, json_int(o, "cached_input", 0));
	table_number(t, json_int(o, "output", 0));
	table_number(t, json_int(o, "tokens", 0));
	table_add(t, STYLE_PLAIN, money_text(text,
	    json_int(o, "money_millionths", 0)));
}

static void
show_row(struct table *t, json_object *o)
{
	const char	*key = json_str(o, "key");

	table_add(t, STYLE_PLAIN, key == NULL ? "(stage one)" : key);
	add_numbers(t, o);
}

void
usage_show(json_object *doc, const struct output *out)
{
	static const char *const heads[] = { "DAY", "MODEL", "PURPOSE",
	    "MEMORY" };
	struct table_column	 columns[] = {
		{ "DAY", TABLE_TEXT }, { "REQUESTS", TABLE_NUMBER },
		{ "FAILED", TABLE_NUMBER }, { "INPUT", TABLE_NUMBER },
		{ "CACHED", TABLE_NUMBER }, { "OUTPUT", TABLE_NUMBER },
		{ "COUNTED", TABLE_NUMBER }, { "MONEY", TABLE_NUMBER },
		{ NULL, TABLE_WORD }
	};
	struct table		*t;
	enum ledger_by		 by;

	if (json_object_array_length(json_arr(doc, "usage")) == 0) {
		output_line(out, STYLE_PLAIN, "no model was asked in %lld "
		    "days", (long long)json_int(doc, "days", 0));
		return;
	}
	if (find_key(json_str(doc, "by_key"), &by) == 0)
		columns[0].name = heads[by];
	t = table_new(out, columns);
	table_rows(t, json_arr(doc, "usage"), show_row);
	table_add(t, STYLE_HEAD, "total");
	add_numbers(t, json_obj(doc, "total"));
	table_print(t);
	if (!json_flag(doc, "prices", 0))
		output_line(out, STYLE_DIM, "no prices are configured: "
		    "price_input, price_output");
}
