#include <string.h>

#include "builtin_adopted.h"
#include "json.h"
#include "worker/bullet.h"

static size_t
length(json_object *arr)
{
	return arr == NULL ? 0 : json_object_array_length(arr);
}

static void
keep_blocks(struct blocks *bs, const struct inputs *in)
{
	struct block *b;
	size_t i, k;

	for (i = 0; i < bs->n; i++) {
		b = &bs->v[i];
		for (k = 0; k < in->nadopted && b->owner == BLOCK_OURS; k++)
			if (strstr(buf_str(&b->text), in->adopted[k]) != NULL)
				b->owner = BLOCK_KEPT;
	}
}

static int
was_told(const struct row *r, void *arg)
{
	return !r->adopted || blocks_keep(arg, r->thread_id);
}

/* 1 if a kept block has the bullet. */
static int
stands(const struct blocks *bs, json_object *pref)
{
	struct buf line = BUF_INIT;
	size_t i;
	int found = 0;

	buf_addstr(&line, "\n- ");
	(void)bullet_pref(&line, pref);
	for (i = 0; !found && i < bs->n; i++)
		found = bs->v[i].owner == BLOCK_KEPT &&
		    strstr(buf_str(&bs->v[i].text), buf_str(&line)) != NULL;
	buf_release(&line);
	return found;
}

static void
drop_replaced(const struct blocks *bs, json_object *facts)
{
	json_object *tasks = json_arr(facts, "tasks"), *prefs;
	size_t i, k;

	for (i = 0; i < length(tasks); i++) {
		prefs = json_arr(json_object_array_get_idx(tasks, i),
		    "prefs");
		for (k = length(prefs); k > 0; k--)
			if (!stands(bs, json_object_array_get_idx(prefs,
			    k - 1)))
				json_object_array_del_idx(prefs, k - 1, 1);
	}
}

void
adopted_settle(struct blocks *bs, struct inputs *in)
{
	size_t i;

	keep_blocks(bs, in);
	inputs_choose(in, was_told, bs);
	for (i = 0; i < in->n; i++)
		if (in->row[i].adopted)
			drop_replaced(bs, in->row[i].facts);
}
