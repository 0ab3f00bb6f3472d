#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"
#include "supervisor/scan_list.h"

#define PIECE	500	/* files in one message */

/* A message in the making. */
struct piece {
	enum scan_list_kind	 kind;
	json_object		*files;
	char			*last;		/* path */
};

/* What could not be read, or whose thread is wanted, is to be read again. */
static json_object *
entry_of(const struct store_file *f)
{
	json_object	*o = json_object_new_object();
	int		 again = f->size < 0 || f->hash[0] == '\0';

	json_set_str(o, "path", f->path);
	json_set_int(o, "dev", f->dev);
	json_set_int(o, "ino", f->ino);
	json_set_int(o, "size", again ? -1 : f->size);
	json_set_int(o, "mtime_ns", f->mtime_ns);
	return o;
}

static int
add_file(const struct store_file *f, void *arg)
{
	struct piece	*p = arg;

	if (p->kind == LIST_COMPARE)
		json_push_str(p->files, f->path);
	else
		json_push(p->files, entry_of(f));
	free(p->last);
	p->last = xstrdup(f->path);
	return 0;
}

static int
send_piece(struct scan_list *l, const struct piece *p)
{
	struct msg_head	 head = { .id = MSG_KNOWN };
	json_object	*body = json_object_new_object();

	json_set_str(body, "source", l->source);
	if (l->kind == LIST_COMPARE)
		head.id = MSG_COMPARE;
	else
		json_set_bool(body, "reset", l->kind == LIST_KNOWN &&
		    !l->told);
	json_set(body, l->kind == LIST_COMPARE ? "paths" : "entries",
	    json_object_get(p->files));
	return child_request(l->child, &head, body) == -1 ? -1 : 0;
}

enum scan_list_status
scan_list_next(struct scan_list *l)
{
	struct store_page	 page = {
		.source_name = l->source,
		.after = l->after == NULL ? "" : l->after,
		.limit = PIECE, .again = l->kind == LIST_AGAIN
	};
	struct piece		 p = { .kind = l->kind };
	enum scan_list_status	 st = LIST_FAILED;

	p.files = json_object_new_array();
	if (store_file_page(l->store, &page, add_file, &p) != STORE_OK)
		goto out;
	/* An empty table must be told too: the worker's may not be. */
	st = LIST_DONE;
	if (p.last == NULL && (l->kind != LIST_KNOWN || l->told))
		goto out;
	st = send_piece(l, &p) == -1 ? LIST_FAILED : LIST_WAITS;
	l->told = 1;
	free(l->after);
	l->after = p.last;
	p.last = NULL;
out:
	free(p.last);
	json_object_put(p.files);
	if (st != LIST_WAITS)
		scan_list_end(l);
	return st;
}

enum scan_list_status
scan_list_begin(struct scan_list *l, enum scan_list_kind kind,
    const char *source)
{
	scan_list_end(l);
	l->kind = kind;
	l->source = source;
	l->told = 0;
	return scan_list_next(l);
}

void
scan_list_end(struct scan_list *l)
{
	free(l->after);
	l->after = NULL;
}
