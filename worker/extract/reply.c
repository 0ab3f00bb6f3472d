#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "reply.h"
#include "worker/text.h"

/* Envelope, object, strings: a reply is no deeper. */
#define REPLY_DEPTH	8

#define SIGNALS		"preference signals:"

void
reply_clear(struct reply *r)
{
	free(r->raw_memory);
	free(r->rollout_summary);
	free(r->rollout_slug);
	memset(r, 0, sizeof(*r));
}

/* All text of the items, or NULL with the reason. */
static const char *
join_items(json_object *payload, struct buf *out)
{
	json_object	*items = json_arr(payload, "items"), *item;
	const char	*stop = json_str(payload, "stop"), *type, *text;
	size_t		 i;

	if (items == NULL || stop == NULL)
		return "it is not of the neutral form";
	if (strcmp(stop, "length") == 0)
		return "it was cut off at its greatest length";
	for (i = 0; i < json_object_array_length(items); i++) {
		item = json_object_array_get_idx(items, i);
		type = json_str(item, "type");
		text = json_str(item, "text");
		if (type != NULL && strcmp(type, "call") == 0)
			return "it calls a tool";
		if (type != NULL && strcmp(type, "text") == 0 && text != NULL)
			buf_addstr(out, text);
	}
	return NULL;
}

/* What is wrong with one member, or NULL. */
static const char *
member_fault(const char *key, json_object *v)
{
	int	slug = strcmp(key, "rollout_slug") == 0;

	if (!slug && strcmp(key, "raw_memory") != 0 &&
	    strcmp(key, "rollout_summary") != 0)
		return "it has a key that was not asked for";
	if (slug && v == NULL)
		return NULL;
	if (!json_object_is_type(v, json_type_string))
		return "a value is not a string";
	if ((size_t)json_object_get_string_len(v) > REPLY_TEXT_MAX)
		return "a text is too long";
	return NULL;
}

static const char *
object_fault(json_object *o)
{
	const char	*why;

	if (!json_object_is_type(o, json_type_object))
		return "it is not a JSON object";
	if (json_has_nul(o))
		return "a string holds a NUL";
	json_object_object_foreach(o, key, v) {
		why = member_fault(key, v);
		if (why != NULL)
			return why;
	}
	if (json_str(o, "raw_memory") == NULL ||
	    json_str(o, "rollout_summary") == NULL)
		return "a key is missing";
	return NULL;
}

static int
is_blank(const char *s)
{
	return s[strspn(s, " \t\r\n")] == '\0';
}

/*
 * The text without characters that only a terminal would notice: they are in
 * no Markdown; and then without secrets, which they could have hidden.
 */
static char *
clean(struct reply *r, struct redact *redact, const char *s)
{
	struct buf	b = BUF_INIT, out = BUF_INIT;

	for (; *s != '\0'; s++)
		if (*s == '\n' || *s == '\t' || !iscntrl((unsigned char)*s))
			buf_addch(&b, *s);
	buf_addstr(&out, "");
	r->redactions += redact_text(redact, buf_str(&b), b.len, &out);
	buf_wipe(&b);
	return buf_detach(&out);
}

/* Lower case, digits, `-' and `_': what else there is becomes a hyphen. */
static char *
clean_slug(struct reply *r, struct redact *redact, const char *s)
{
	char	*slug = clean(r, redact, s), *p;
	size_t	 n = 0;

	for (p = slug; *p != '\0' && n < REPLY_SLUG_MAX; p++) {
		if (isalnum((unsigned char)*p) || *p == '_')
			slug[n++] = (char)tolower((unsigned char)*p);
		else if (n > 0 && slug[n - 1] != '-')
			slug[n++] = '-';
	}
	while (n > 0 && slug[n - 1] == '-')
		n--;
	slug[n] = '\0';
	if (n > 0)
		return slug;
	free(slug);
	return NULL;
}

/* What a line of a section is, in lower case. */
enum line {
	LINE_BLANK,
	LINE_SIGNAL,		/* a bullet that says something */
	LINE_OTHER
};

static enum line
line_kind(const char *line, size_t len)
{
	text_trim(&line, &len);
	if (len == 0)
		return LINE_BLANK;
	if (line[0] != '-' && line[0] != '*')
		return LINE_OTHER;
	line++;
	len--;
	text_trim(&line, &len);
	return len == 0 || strncmp(line, "none", 4) == 0 ||
	    strncmp(line, "(none", 5) == 0 ||
	    strncmp(line, "n/a", 3) == 0 || strncmp(line, "no ", 3) == 0 ?
	    LINE_OTHER : LINE_SIGNAL;
}

/* 1 if the first line below that is not blank is a signal. */
static int
begins_with_signal(const char *section)
{
	enum line	kind = LINE_BLANK;
	size_t		len;

	while (*section == '\n' && kind == LINE_BLANK) {
		section++;
		len = strcspn(section, "\n");
		kind = line_kind(section, len);
		section += len;
	}
	return kind == LINE_SIGNAL;
}

/* 1 if some task has preference signals. */
static int
has_signals(const char *raw_memory)
{
	struct buf	 low = BUF_INIT;
	const char	*p;
	int		 found = 0;

	text_lower(&low, raw_memory);
	p = buf_str(&low);
	while (!found && (p = strstr(p, SIGNALS)) != NULL) {
		p += strcspn(p, "\n");
		found = begins_with_signal(p);
	}
	buf_release(&low);
	return found;
}

static enum reply_status
take(struct reply *r, json_object *o, struct redact *redact)
{
	const char	*slug = json_str(o, "rollout_slug");

	if (is_blank(json_str(o, "raw_memory")) ||
	    is_blank(json_str(o, "rollout_summary")))
		return REPLY_NOTHING;
	r->raw_memory = clean(r, redact, json_str(o, "raw_memory"));
	r->rollout_summary = clean(r, redact, json_str(o, "rollout_summary"));
	if (slug != NULL)
		r->rollout_slug = clean_slug(r, redact, slug);
	r->keeps = has_signals(r->raw_memory);
	return REPLY_OUTPUT;
}

enum reply_status
reply_read(struct reply *r, const struct buf *payload, struct redact *redact,
    const char **why)
{
	enum reply_status	 st = REPLY_BAD;
	json_object		*outer, *o = NULL;
	struct buf		 text = BUF_INIT;

	memset(r, 0, sizeof(*r));
	redact_bound(redact, "a reply of the model");
	outer = json_parse(buf_str(payload), payload->len, JSON_DEPTH,
	    NULL);
	*why = join_items(outer, &text);
	if (*why == NULL) {
		o = json_parse(text.data, text.len, REPLY_DEPTH, NULL);
		*why = object_fault(o);
	}
	if (*why == NULL)
		st = take(r, o, redact);
	json_object_put(o);
	json_object_put(outer);
	buf_wipe(&text);
	return st;
}
