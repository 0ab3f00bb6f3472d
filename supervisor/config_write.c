/* One value of the configuration as it stands in a file; compared. */

#include <string.h>
#include "common/monotime.h"
#include "supervisor/config_value.h"
#include "supervisor/quote.h"

/* Where the value of a key is in its section's struct. */
static const void *
cfield(const void *base, const struct config_key *key)
{
	return (const char *)base + key->offset;
}

static int64_t
get_int(const void *base, const struct config_key *key)
{
	return *(const int64_t *)cfield(base, key);
}

static int
get_word(const void *base, const struct config_key *key)
{
	return *(const int *)cfield(base, key);
}

static const char *
get_str(const void *base, const struct config_key *key)
{
	return *(char *const *)cfield(base, key);
}

static const struct strlist *
get_list(const void *base, const struct config_key *key)
{
	return cfield(base, key);
}

static void
write_list(struct buf *out, const struct strlist *list)
{
	size_t	i;

	buf_addstr(out, "{");
	for (i = 0; i < list->n; i++) {
		if (i > 0)
			buf_addstr(out, ", ");
		quote_add(out, list->v[i]);
	}
	buf_addstr(out, "}");
}

/* Without zeros at the end: "0.25". */
static void
write_money(struct buf *out, int64_t n)
{
	size_t	end;

	buf_addf(out, "%lld.%06lld", (long long)(n / CONFIG_MILLIONTHS),
	    (long long)(n % CONFIG_MILLIONTHS));
	for (end = out->len; out->data[end - 1] == '0'; end--)
		continue;
	if (out->data[end - 1] == '.')
		end--;
	buf_truncate(out, end);
}

static void
write_time(struct buf *out, int64_t ms)
{
	char	text[RFC3339_SIZE];

	if (ms == CONFIG_NOW_UNSET) {
		buf_addstr(out, "\"\"");
		return;
	}
	rfc3339_format(text, ms);
	quote_add(out, text);
}

void
config_value_write(struct buf *out, const void *base,
    const struct config_key *key)
{
	switch (key->type) {
	case TYPE_INT:
		buf_addf(out, "%lld", (long long)get_int(base, key));
		break;
	case TYPE_MONEY:
		write_money(out, get_int(base, key));
		break;
	case TYPE_BOOL:
		buf_addstr(out, get_word(base, key) ? "yes" : "no");
		break;
	case TYPE_WORD:
		buf_addstr(out, key->words[get_word(base, key)]);
		break;
	case TYPE_TIME:
		write_time(out, get_int(base, key));
		break;
	case TYPE_STR:
	case TYPE_NAME:
	case TYPE_PATH:
		quote_add(out, get_str(base, key));
		break;
	case TYPE_LIST:
	case TYPE_NAMES:
	case TYPE_PATTERNS:
		write_list(out, get_list(base, key));
		break;
	}
}

int
config_value_same(const void *a, const void *b, const struct config_key *key)
{
	struct buf	ta = BUF_INIT, tb = BUF_INIT;
	int		same;

	config_value_write(&ta, a, key);
	config_value_write(&tb, b, key);
	same = strcmp(buf_str(&ta), buf_str(&tb)) == 0;
	buf_release(&ta);
	buf_release(&tb);
	return same;
}
