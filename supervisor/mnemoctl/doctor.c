/* mnemoctl doctor: every check, one line each, with what to do. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "supervisor/mnemoctl/doctor.h"

static const char *const levels[] = {
	[DOCTOR_OK] = "ok", [DOCTOR_WARN] = "warn", [DOCTOR_FAIL] = "fail"
};

static const struct {
	const char	*area;
	void		(*check)(struct doctor *);
} checks[] = {
	{ "kernel", doctor_kernel },
	{ "workers", doctor_workers },
	{ "configuration", doctor_configuration },
	{ "state", doctor_state },
	{ "database", doctor_database },
	{ "disk", doctor_disk },
	{ "clock", doctor_clock },
	{ "sources", doctor_sources },
	{ "memories", doctor_memories },
	{ "codex", doctor_codex },
	{ "provider", doctor_provider }
};

#define NCHECKS (sizeof(checks) / sizeof(checks[0]))

void
doctor_say(struct doctor *d, enum doctor_level level, const char *fmt, ...)
{
	json_object	*o = ctl_push(d->list);
	va_list		 ap;
	char		*text;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) == -1)
		log_fatal("a finding");
	va_end(ap);
	json_set_str(o, "area", d->area);
	json_set_str(o, "level", levels[level]);
	json_set_str(o, "found", text);
	json_set_str(o, "advice", NULL);
	free(text);
	d->count[level]++;
	d->last = o;
}

void
doctor_advise(struct doctor *d, const char *advice)
{
	json_set_str(d->last, "advice", advice);
}

/* What is in the database is said by the checks; here it is only opened. */
static void
open_store(struct doctor *d)
{
	struct ctl	*ctl = d->ctl;
	const char	*dir = ctl->config->state;

	ctl_owner_look(&ctl->owner, dir);
	d->opened = store_open(dir, STORE_READER, &ctl->store);
	if (d->opened != STORE_OK)
		ctl->store = NULL;
}

enum ctl_exit
doctor_collect(struct ctl *ctl, json_object *doc)
{
	struct doctor	 d = { .ctl = ctl };
	size_t		 i;

	d.list = ctl_set_array(doc, "findings");
	open_store(&d);
	for (i = 0; i < NCHECKS; i++) {
		d.area = checks[i].area;
		checks[i].check(&d);
	}
	if (ctl->store != NULL)
		store_close(ctl->store);
	ctl->store = NULL;
	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		json_set_int(doc, levels[i], d.count[i]);
	if (d.count[DOCTOR_FAIL] > 0)
		ctl->verdict = CTL_NOT_FOUND;
	return CTL_OK;
}

static void
show_finding(json_object *o, const struct output *out)
{
	const char	*level = json_str(o, "level");
	const char	*advice = json_str(o, "advice");
	enum style	 style = STYLE_BAD;

	if (strcmp(level, "ok") == 0)
		style = STYLE_GOOD;
	else if (strcmp(level, "warn") == 0)
		style = STYLE_HEAD;
	output_line(out, style, "%-4s  %s: %s", level, json_str(o, "area"),
	    json_str(o, "found"));
	if (advice != NULL)
		output_line(out, STYLE_PLAIN, "      to do: %s", advice);
}

void
doctor_show(json_object *doc, const struct output *out)
{
	struct output	 whole = output_whole(out);

	output_each(&whole, json_arr(doc, "findings"), show_finding);
	output_line(&whole, STYLE_PLAIN, "%lld ok, %lld to be seen to, %lld "
	    "that do not work", (long long)json_int(doc, "ok", 0),
	    (long long)json_int(doc, "warn", 0),
	    (long long)json_int(doc, "fail", 0));
}
