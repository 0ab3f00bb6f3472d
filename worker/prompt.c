#include <string.h>

#include "common/log.h"
#include "worker/prompt.h"

#define OPEN	"{{ "
#define CLOSE	" }}"

static const struct prompt_value *
find(const struct prompt_value *v, size_t n, const char *name, size_t len)
{
	size_t	i;

	for (i = 0; i < n; i++)
		if (strlen(v[i].name) == len &&
		    memcmp(v[i].name, name, len) == 0)
			return &v[i];
	BUG("no value for %.*s in a prompt", (int)len, name);
}

void
prompt_render(struct buf *out, const char *text,
    const struct prompt_value *values, size_t n)
{
	const struct prompt_value	*v;
	const char			*open, *close;

	while ((open = strstr(text, OPEN)) != NULL) {
		buf_add(out, text, (size_t)(open - text));
		open += strlen(OPEN);
		close = strstr(open, CLOSE);
		if (close == NULL)
			BUG("a name in a prompt does not end");
		v = find(values, n, open, (size_t)(close - open));
		buf_add(out, v->text, v->len);
		text = close + strlen(CLOSE);
	}
	buf_addstr(out, text);
}
