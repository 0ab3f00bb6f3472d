#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "citation.h"
#include "json.h"
#include "mem.h"

void
citations_init(struct citations *c)
{
	memset(c, 0, sizeof(*c));
}

void
citations_release(struct citations *c)
{
	free(c->list);
	citations_init(c);
}

void
citations_answer(struct citations *c)
{
	c->answer++;
}

static struct citation *
find(struct citations *c, const char *id)
{
	size_t	i;

	for (i = 0; i < c->len; i++)
		if (strcmp(c->list[i].thread_id, id) == 0)
			return &c->list[i];
	if (c->len == CITATIONS_MAX)
		return NULL;
	if (c->list == NULL)
		c->list = xcalloc(CITATIONS_MAX, sizeof(*c->list));
	memcpy(c->list[c->len].thread_id, id, UUID_SIZE);
	return &c->list[c->len++];
}

/* Count `len' bytes if they are a UUID. */
static void
count(struct citations *c, enum citation_way way, const char *s, size_t len)
{
	struct citation	*found;
	char		 id[UUID_SIZE];
	size_t		 i;

	if (len != UUID_SIZE - 1)
		return;
	for (i = 0; i < len; i++)
		id[i] = (char)tolower((unsigned char)s[i]);
	id[len] = '\0';
	if (!uuid_valid(id) || (found = find(c, id)) == NULL ||
	    found->last[way] == c->answer)
		return;
	found->last[way] = c->answer;
	found->n[way]++;
}

void
citations_block(struct citations *c, const char *s, size_t len)
{
	const char	*nl;
	size_t		 line, a, b;

	while (len > 0) {
		nl = memchr(s, '\n', len);
		line = nl == NULL ? len : (size_t)(nl - s);
		for (a = 0; a < line && isspace((unsigned char)s[a]); a++)
			;
		for (b = line; b > a && isspace((unsigned char)s[b - 1]); b--)
			;
		count(c, CITED_TEXT, s + a, b - a);
		line += nl != NULL;
		s += line;
		len -= line;
	}
}

void
citations_object(struct citations *c, enum citation_way way,
    json_object *memory_citation)
{
	static const char *const keys[] = {
		"rolloutIds", "rollout_ids", "threadIds", "thread_ids"
	};
	json_object	*ids, *id;
	size_t		 k, i, n;

	for (k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		ids = json_arr(memory_citation, keys[k]);
		n = ids == NULL ? 0 : json_object_array_length(ids);
		for (i = 0; i < n; i++) {
			id = json_object_array_get_idx(ids, i);
			if (json_object_is_type(id, json_type_string))
				count(c, way, json_object_get_string(id),
				    (size_t)json_object_get_string_len(id));
		}
	}
}

static unsigned
highest(const struct citation *c)
{
	unsigned	way, n = 0;

	for (way = 0; way < CITED__MAX; way++)
		if (c->n[way] > n)
			n = c->n[way];
	return n;
}

json_object *
citations_json(const struct citations *c)
{
	json_object	*arr = json_object_new_array(), *o;
	size_t		 i;

	for (i = 0; i < c->len; i++) {
		o = json_object_new_object();
		json_set_str(o, "thread_id", c->list[i].thread_id);
		json_set_int(o, "n", highest(&c->list[i]));
		json_push(arr, o);
	}
	return arr;
}
