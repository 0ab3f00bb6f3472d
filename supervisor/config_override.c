/* `-o key=value': one key of the configuration from the command line. */

#include <stdlib.h>
#include <string.h>
#include "common/mem.h"
#include "supervisor/config_steps.h"
#include "supervisor/config_table.h"
#include "supervisor/config_token.h"
#include "supervisor/config_value.h"
#include "supervisor/quote.h"

/* The parts of `section.title.key=value'. */
struct override {
	char	*text;		/* holds them all */
	char	*section;	/* NULL: top level */
	char	*title;		/* NULL: none */
	char	*key;
	char	*value;
};

/* Cut at the first `=' and at the dots before it.  0, or -1. */
static int
split(struct override *o, const char *option)
{
	char	*dot, *last;

	o->text = xstrdup(option);
	o->section = o->title = NULL;
	o->key = o->text;
	o->value = strchr(o->text, '=');
	if (o->value == NULL)
		return -1;
	*o->value++ = '\0';
	dot = strchr(o->text, '.');
	if (dot == NULL)
		return 0;
	*dot = '\0';
	o->section = o->text;
	o->key = dot + 1;
	last = strchr(o->key, '.');
	if (last != NULL) {
		*last = '\0';
		o->title = o->key;
		o->key = last + 1;
	}
	return 0;
}

/* A list may be `a,b'; `\,' is a comma within an element; "" is empty. */
static void
split_list(const char *value, struct strlist *list)
{
	struct buf	one = BUF_INIT;

	if (*value == '\0')
		return;
	for (;; value++) {
		if (*value == ',' || *value == '\0') {
			strlist_add(list, buf_str(&one));
			buf_reset(&one);
			if (*value == '\0')
				break;
			continue;
		}
		if (value[0] == '\\' && value[1] == ',')
			value++;
		buf_addch(&one, *value);
	}
	buf_release(&one);
}

/* The word as libconfuse would take it; `quote' is what ended it. */
static void
add_word(struct strlist *list, const char *word, char quote)
{
	struct buf	text = BUF_INIT;

	for (; *word != '\0'; word++) {
		if (*word == '\\' && (quote == '"' || (quote == '\'' &&
		    strchr("\\'", word[1]) != NULL)))
			word++;
		buf_addch(&text, *word);
	}
	strlist_add(list, buf_str(&text));
	buf_release(&text);
}

/* The words up to the closing brace, with commas between. */
static enum token
take_words(struct tokens *s, struct strlist *list)
{
	enum token	t;

	while ((t = tokens_next(s)) == TOK_WORD) {
		add_word(list, buf_str(&s->word), s->p[-1]);
		t = tokens_next(s);
		if (t != TOK_OTHER || s->p[-1] != ',')
			break;
	}
	if (t != TOK_CLOSE)
		return t == TOK_ERROR ? t : TOK_OTHER;
	return tokens_next(s);
}

/* A list as in the file: `{"a", 'b'}'.  0, or -1 with a message. */
static int
read_list(const char *value, struct strlist *list, struct buf *why)
{
	struct buf	clean = BUF_INIT;
	struct tokens	s = { .file = "the list", .p = value,
	    .end = value + strlen(value), .line = 1, .word = BUF_INIT,
	    .clean = &clean, .why = why };
	enum token	t;

	(void)tokens_next(&s);	/* the brace */
	t = take_words(&s, list);
	if (t != TOK_END && t != TOK_ERROR)
		buf_addstr(why, "expected {\"a\", \"b\"}");
	buf_release(&s.word);
	buf_release(&clean);
	return t == TOK_END ? 0 : -1;
}

static void
unknown(struct buf *why, enum config_section_id sec, const char *name)
{
	const char	*near;

	buf_addstr(why, "unknown key ");
	quote_add(why, name);
	near = config_key_near(sec, name);
	if (near != NULL)
		buf_addf(why, ": expected %s?", near);
	else
		buf_addstr(why, ": see mnemod.conf(5) for the keys");
}

/* Which sections of a titled kind there are. */
static void
no_such_section(struct config *cfg, enum config_section_id id,
    const char *title, struct buf *why)
{
	const char	*name;
	size_t		 i;

	buf_addf(why, "there is no %s ", config_section_name(id));
	quote_add(why, title);
	buf_addstr(why, ": expected ");
	for (i = 0; config_section_at(cfg, id, i, &name) != NULL; i++)
		buf_addf(why, "%s%s", i > 0 ? " or " : "", name);
	if (i == 0)
		buf_addf(why, "a section %s \"name\" { } in the file",
		    config_section_name(id));
}

/* The section that is meant, and its struct; NULL with a message. */
static void *
find_section(struct config *cfg, const struct override *o,
    enum config_section_id *id, struct buf *why)
{
	void	*base;

	*id = SEC_TOP;
	if (o->section != NULL)
		*id = config_section_by_name(o->section);
	if (*id == SEC__MAX) {
		unknown(why, SEC_TOP, o->section);
		return NULL;
	}
	if (config_section_titled(*id) != (o->title != NULL)) {
		buf_addf(why, "expected %s.%sKEY=VALUE", o->section,
		    config_section_titled(*id) ? "NAME." : "");
		return NULL;
	}
	base = config_section_find(cfg, *id, o->title);
	if (base == NULL)
		no_such_section(cfg, *id, o->title, why);
	return base;
}

static int
apply(struct config *cfg, const struct override *o,
    const struct paths *paths, struct buf *why)
{
	struct strlist		list = { NULL, 0 };
	struct config_field	f;
	enum config_section_id	id;
	int			rc;

	f.base = find_section(cfg, o, &id, why);
	if (f.base == NULL)
		return -1;
	f.key = config_key_find(id, o->key);
	if (f.key == NULL) {
		unknown(why, id, o->key);
		return -1;
	}
	if (config_value_is_list(f.key)) {
		rc = 0;
		if (*o->value == '{')
			rc = read_list(o->value, &list, why);
		else
			split_list(o->value, &list);
		if (rc == 0)
			rc = config_value_set_list(&f, &list, paths, why);
		strlist_clear(&list);
		if (f.base == (void *)cfg)
			cfg->redact_line = 0;
	} else
		rc = config_value_set(&f, o->value, paths, why);
	return rc;
}

int
config_override(struct config *cfg, const char *option,
    const struct paths *paths, struct buf *why)
{
	struct override	o;
	int		rc;

	buf_addstr(why, "-o ");
	buf_addstr(why, option);
	buf_addstr(why, ": ");
	rc = split(&o, option);
	if (rc == -1)
		buf_addstr(why, "expected KEY=VALUE");
	else
		rc = apply(cfg, &o, paths, why);
	free(o.text);
	if (rc == 0)
		buf_reset(why);
	return rc;
}
