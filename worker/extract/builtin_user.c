#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "builtin_cue.h"
#include "builtin_human.h"
#include "builtin_language.h"
#include "builtin_state.h"
#include "mem.h"
#include "worker/text.h"

#define REQUEST_MAX	400	/* bytes of a request that are kept */
#define ACK_MAX		160	/* a longer answer is no acknowledgement */

/* A message taken apart. */
struct message {
	char	*whole;		/* one line */
	char	*low;		/* that in lower case */
	char	*first;		/* first sentence */
	char	*rest;		/* what asks for work */
	int	 accepts;
	int	 corrects;
};

static char *
lowered(const char *s)
{
	struct buf b = BUF_INIT;

	text_lower(&b, s);
	return b.data == NULL ? xstrdup("") : buf_detach(&b);
}

static void
message_clear(struct message *m)
{
	free(m->whole);
	free(m->low);
	free(m->first);
	free(m->rest);
}

/* Sentences that are neither thanks nor a rule ask for work. */
static void
message_parse(struct message *m, const char *text)
{
	struct buf rest = BUF_INIT;
	const char *at = text, *start;
	char *sentence, *low;
	size_t len;

	memset(m, 0, sizeof(*m));
	m->whole = text_line(text, REQUEST_MAX);
	m->low = lowered(m->whole);
	while (human_sentence(&at, &start, &len)) {
		sentence = xstrndup(start, len);
		low = lowered(sentence);
		if (m->first == NULL) {
			m->first = text_line(sentence, BUILTIN_QUOTE);
			m->accepts = cue_acceptance(low);
			m->corrects = cue_correction(low);
		}
		if (!cue_acceptance(low) && !cue_standing(low)) {
			buf_addstr(&rest, sentence);
			buf_addch(&rest, ' ');
		}
		free(low);
		free(sentence);
	}
	m->rest = text_line(buf_str(&rest), REQUEST_MAX);
	if (m->first == NULL)
		m->first = xstrdup("");
	buf_release(&rest);
}

static enum pref_scope
scope_of(const char *low)
{
	if (cue_everywhere(low))
		return SCOPE_ALL;
	return cue_here(low) ? SCOPE_HERE : SCOPE_GROUP;
}

static struct pref *
add_pref(struct builtin *b, enum pref_kind kind, const char *text)
{
	struct pref *p;
	char *low;

	p = task_pref(builtin_task(b));
	low = lowered(text);
	p->kind = kind;
	p->scope = scope_of(low);
	p->text = text_line(text, BUILTIN_QUOTE);
	p->time = b->time;
	free(low);
	return p;
}

/* "Correct x, with the smallest change." -> "with the smallest change" */
static void
add_constraint(struct builtin *b, const char *sentence)
{
	char *low, *text;
	size_t from, to;

	text = text_line(sentence, BUILTIN_QUOTE);
	low = lowered(text);
	if (strlen(low) == strlen(text) && cue_constraint(low, &from, &to)) {
		from += cue_preamble(low + from);
		text[to] = '\0';
		(void)add_pref(b, PREF_REQUEST, text + from);
	}
	free(low);
	free(text);
}

/*
 * Each rule of a message becomes a preference; of a correction it is the
 * part that outlives it.
 */
static void
note_rules(struct builtin *b, const char *text, struct pref *of)
{
	struct task *t = builtin_task(b);
	const char *at = text, *start;
	char *sentence, *low;
	size_t len;
	struct pref *p;
	int standing;

	while (human_sentence(&at, &start, &len)) {
		sentence = xstrndup(start, len);
		low = lowered(sentence);
		standing = cue_standing(low);
		if (standing && of != NULL) {
			if (of->rule == NULL)
				of->rule = text_line(sentence, BUILTIN_QUOTE);
			of->scope = scope_of(low);
		} else if (standing) {
			p = add_pref(b, cue_acceptance(low) ? PREF_ACCEPTED :
			    PREF_STANDING, sentence);
			if (p->kind == PREF_ACCEPTED && t->final != NULL &&
			    task_last_edit(t) != NULL)
				p->before = xstrdup(t->final);
		} else if (of == NULL) {
			add_constraint(b, sentence);
		}
		free(low);
		free(sentence);
	}
}

static void
begin_task(struct builtin *b, const char *request)
{
	if (b->ntasks == BUILTIN_TASKS) {
		if (task_worth(b->task[BUILTIN_TASKS - 1]))
			return;
		task_free(b->task[--b->ntasks]);
	}
	b->task[b->ntasks++] = task_new(request, b->time);
	title_names(&builtin_task(b)->words, request);
}

/* "Stop, I meant: just make it pass." -> "just make it pass" */
static char *
wanted_words(const char *text)
{
	const char *p, *start;
	char *low, *out;
	size_t len;

	low = lowered(text);
	p = text_phrase(low, "i meant");
	if (p == NULL || strlen(low) != strlen(text) ||
	    text_phrase(low, "not what i meant") != NULL) {
		free(low);
		return NULL;
	}
	p = text + (p - low) + strlen("i meant");
	p += strspn(p, " :,");
	free(low);
	if (!human_sentence(&p, &start, &len))
		return NULL;
	out = xstrndup(start, len);
	return out;
}

static void
interrupt(struct builtin *b, const struct message *m, const char *text)
{
	struct task *t = builtin_task(b);
	struct pref *p;

	b->interrupted = 0;
	free(t->stopped);
	t->stopped = t->request;
	t->request = xstrdup(m->whole);
	title_names(&t->words, m->whole);
	free(t->wanted);
	t->wanted = wanted_words(m->whole);
	if (!m->corrects) {
		note_rules(b, text, NULL);
		return;
	}
	p = add_pref(b, PREF_INTERRUPT, m->whole);
	p->before = xstrdup(t->stopped);
	note_rules(b, text, p);
}

static void
correct(struct builtin *b, const struct message *m, const char *text)
{
	struct task *t = builtin_task(b);
	const struct run *check = task_last_check(t);
	struct pref *p;

	t->corrections++;
	free(t->rejected);
	t->rejected = t->final;
	t->final = NULL;
	t->rejected_passed = check != NULL && check->passed;
	title_names(&t->words, m->whole);
	free(t->wanted);
	t->wanted = wanted_words(m->whole);
	p = add_pref(b, PREF_CORRECTION, m->whole);
	p->before = xstrdup(t->rejected);
	note_rules(b, text, p);
}

static void
request(struct builtin *b, const struct message *m, const char *text)
{
	struct task *t = builtin_task(b);

	if (t != NULL && m->accepts && t->accepted == NULL)
		t->accepted = xstrdup(m->first);
	if (t == NULL || (m->rest[0] != '\0' && !follows_up(t, m->rest)))
		begin_task(b, m->rest[0] != '\0' ? m->rest : m->whole);
	note_rules(b, text, NULL);
}

static void
count_language(struct builtin *b, const char *low)
{
	const char *code = language_of(low);
	size_t i;

	for (i = 0; i < BUILTIN_LANGS; i++) {
		if (b->lang[i].code == NULL)
			b->lang[i].code = code;
		if (strcmp(b->lang[i].code, code) != 0)
			continue;
		b->lang[i].requests++;
		return;
	}
}

void
user_message(struct builtin *b, const char *text, size_t len)
{
	struct buf human = BUF_INIT;
	struct message m;
	struct task *t = builtin_task(b);

	if (memmem(text, len, "<turn_aborted>", 14) != NULL)
		b->interrupted = 1;
	human_text(&human, text, len);
	message_parse(&m, buf_str(&human));
	if (m.whole[0] == '\0') {
		message_clear(&m);
		buf_release(&human);
		return;
	}
	count_language(b, m.low);
	b->ack_from = t == NULL ? 0 : t->nprefs;
	if (t != NULL && b->interrupted)
		interrupt(b, &m, buf_str(&human));
	else if (t != NULL && t->final != NULL && m.corrects)
		correct(b, &m, buf_str(&human));
	else
		request(b, &m, buf_str(&human));
	if (builtin_task(b) != t)
		b->ack_from = 0;
	b->interrupted = 0;
	builtin_task(b)->time = b->time;
	message_clear(&m);
	buf_release(&human);
}

/* The one rule that waits for an answer; of several none is answered. */
static struct pref *
waiting_rule(struct builtin *b)
{
	struct task *t = builtin_task(b);
	struct pref *found = NULL;
	size_t i;

	for (i = b->ack_from; i < t->nprefs; i++) {
		if (t->prefs[i].kind != PREF_STANDING)
			continue;
		if (found != NULL)
			return NULL;
		found = &t->prefs[i];
	}
	return found;
}

/* "Noted: limit and offset." -> "limit and offset" for the new rule. */
static void
acknowledge(struct builtin *b, const char *line)
{
	struct pref *rule = waiting_rule(b);
	char *low = lowered(line);
	size_t n = cue_acknowledged(low), len = strlen(line);

	if (rule != NULL && n > 0 && n < len && len <= ACK_MAX &&
	    strlen(low) == len) {
		free(rule->ack);
		rule->ack = xstrndup(line + n, len - n);
		len = strlen(rule->ack);
		if (rule->ack[len - 1] == '.')
			rule->ack[len - 1] = '\0';
	}
	b->ack_from = builtin_task(b)->nprefs;
	free(low);
}

void
agent_message(struct builtin *b, const char *text, int final)
{
	struct task *t = builtin_task(b);
	char *line;

	if (t == NULL)
		return;
	line = text_line(text, REQUEST_MAX);
	acknowledge(b, line);
	if (final && line[0] != '\0') {
		char *low = lowered(line);

		b->answers = language_of(low);
		free(low);
		title_names(&t->words, line);
		free(t->final);
		t->final = line;
		t->time = b->time;
		return;
	}
	free(line);
}
