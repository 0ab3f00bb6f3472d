#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "builtin_cue.h"
#include "builtin_state.h"
#include "json.h"
#include "mem.h"
#include "worker/text.h"

static const char *
pref_kind_name(enum pref_kind kind)
{
	switch (kind) {
	case PREF_STANDING:
		return "standing";
	case PREF_CORRECTION:
		return "correction";
	case PREF_INTERRUPT:
		return "interrupt";
	case PREF_ACCEPTED:
		return "accepted";
	case PREF_REQUEST:
		break;
	}
	return "request";
}

static const char *
scope_name(enum pref_scope scope)
{
	switch (scope) {
	case SCOPE_ALL:
		return "all";
	case SCOPE_HERE:
		return "here";
	case SCOPE_GROUP:
		break;
	}
	return "group";
}

/* Words that tell what a preference is about, to find a newer one on it. */
static json_object *
topic(const char *text)
{
	struct strs words = { { NULL }, 0 };
	struct buf low = BUF_INIT;
	json_object *arr;
	const char *p;
	char *word;
	size_t n;

	text_lower(&low, text);
	for (p = buf_str(&low); *p != '\0'; p += n) {
		p += strspn(p, " ,;:.!?()\"'`");
		n = strcspn(p, " ,;:.!?()\"'`");
		word = xstrndup(p, n);
		if (n > 2 && !cue_stopword(word))
			(void)strs_add(&words, word);
		free(word);
	}
	arr = strs_json(&words);
	strs_clear(&words);
	buf_release(&low);
	return arr;
}

/* The same constraint, however it was put into words. */
static json_object *
constraint_topic(const char *text)
{
	json_object *arr = json_object_new_array();
	struct buf low = BUF_INIT;
	const char *phrase;
	size_t i = 0;

	text_lower(&low, text);
	while ((phrase = cue_constraint_next(buf_str(&low), &i)) != NULL)
		json_push_str(arr, phrase);
	buf_release(&low);
	return arr;
}

static json_object *
pref_topic(const struct pref *p)
{
	if (p->kind == PREF_REQUEST)
		return constraint_topic(p->text);
	return topic(p->rule != NULL ? p->rule : p->text);
}

static json_object *
pref_json(const struct pref *p)
{
	json_object *o = json_object_new_object();

	json_set_str(o, "kind", pref_kind_name(p->kind));
	json_set_str(o, "text", p->text);
	facts_str(o, "rule", p->rule);
	facts_str(o, "before", p->before);
	facts_str(o, "ack", p->ack);
	json_set_str(o, "scope", scope_name(p->scope));
	facts_arr(o, "topic", pref_topic(p));
	json_set_int(o, "time", p->time);
	return o;
}

json_object *
facts_prefs(const struct task *t)
{
	json_object *a = json_object_new_array();
	size_t i;

	for (i = 0; i < t->nprefs; i++)
		json_push(a, pref_json(&t->prefs[i]));
	return a;
}
