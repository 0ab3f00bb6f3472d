#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"
#include "patch.h"
#include "tools.h"

/*
 * apply_patch: every file of the patch is worked out before the first one is
 * written, so that a patch that does not fit changes nothing.
 */
struct outcome {
	const struct patch_file	*file;
	struct buf		 text;		/* new; not of a deletion */
};

struct patching {
	struct tools	*ts;
	struct patch	 patch;
	struct outcome	*outcomes;	/* patch.nfiles */
	struct buf	*out;
};

static const char *
target(const struct patch_file *f)
{
	return f->move_to == NULL ? f->path : f->move_to;
}

static enum staging_status
look(const struct tools *ts, const char *path)
{
	struct buf		text = BUF_INIT;
	enum staging_status	status;

	status = staging_read(ts->st, path, TOOLS_FILE_MAX, &text);
	buf_release(&text);
	return status;
}

static enum tool_end
refuse(struct patching *p, const char *path, const char *why)
{
	buf_addf(p->out, "%s %s; nothing was changed\n", path, why);
	return TOOL_REFUSED;
}

/* What the patch works on must be a file, and what it makes not be there. */
static enum tool_end
check_places(struct patching *p, const struct patch_file *f)
{
	enum staging_status	status;

	if (f->kind == PATCH_ADD || f->move_to != NULL) {
		status = look(p->ts, target(f));
		if (status != STAGING_ABSENT)
			return refuse(p, target(f), status == STAGING_OK ?
			    staging_text(STAGING_THERE) :
			    staging_text(status));
	}
	if (f->kind == PATCH_ADD)
		return TOOL_DONE;
	status = look(p->ts, f->path);
	return status == STAGING_OK ? TOOL_DONE :
	    refuse(p, f->path, staging_text(status));
}

static enum tool_end
work_out_update(struct patching *p, struct outcome *o)
{
	struct patch_update	u = { .patch = &p->patch, .file = o->file };
	struct patch_why	why;
	struct buf		old = BUF_INIT;
	enum tool_end		e;

	e = tools_load(p->ts, o->file->path, &old, p->out);
	u.old = buf_str(&old);
	u.oldlen = old.len;
	if (e == TOOL_DONE && patch_apply(&u, &o->text, &why) == -1)
		e = refuse(p, o->file->path, why.text);
	buf_release(&old);
	return e;
}

static enum tool_end
work_out(struct patching *p, struct outcome *o)
{
	const struct patch_file	*f = o->file;

	if (check_places(p, f) != TOOL_DONE)
		return TOOL_REFUSED;
	if (f->kind == PATCH_UPDATE)
		return work_out_update(p, o);
	if (f->kind == PATCH_ADD)
		patch_added(&p->patch, f, &o->text);
	return TOOL_DONE;
}

static int
is_below(const char *path, const char *folder)
{
	size_t	n = strlen(folder);

	return strncmp(path, folder, n) == 0 && path[n] == '/';
}

/*
 * One file twice would make the second part work on what is gone, and what
 * becomes a file can be no folder of another.
 */
static enum tool_end
check_pair(struct patching *p, const struct patch_file *a,
    const struct patch_file *b)
{
	if (strcmp(a->path, b->path) == 0 || strcmp(target(a), target(b)) == 0)
		return refuse(p, a->path, "stands in the patch twice; one "
		    "part with several chunks will do");
	if (is_below(target(a), target(b)) || is_below(target(b), target(a)))
		return refuse(p, target(a), "is below a file of the patch, or "
		    "such a file below it; choose another name");
	return TOOL_DONE;
}

static enum tool_end
check_once(struct patching *p)
{
	const struct patch_file	*f = p->patch.files;
	struct tools		 probe = *p->ts;
	enum tool_end		 e;
	size_t			 i, j;

	/* Too many to be compared are too many to be written. */
	e = tools_spend(&probe, (unsigned)p->patch.nfiles, 0, p->out);
	for (i = 0; e == TOOL_DONE && i < p->patch.nfiles; i++)
		if (tools_writable(f[i].path, p->out) != TOOL_DONE ||
		    tools_writable(target(&f[i]), p->out) != TOOL_DONE)
			return TOOL_REFUSED;
	for (i = 0; i < p->patch.nfiles; i++)
		for (j = 0; e == TOOL_DONE && j < i; j++)
			e = check_pair(p, &f[i], &f[j]);
	return e;
}

static enum tool_end
carry_out(struct patching *p, struct outcome *o)
{
	const struct patch_file	*f = o->file;
	enum staging_status	 status = STAGING_OK;
	enum tool_end		 e = TOOL_DONE;

	if (f->kind != PATCH_DELETE)
		e = tools_store(p->ts, target(f), &o->text, p->out);
	if (e == TOOL_DONE && (f->kind == PATCH_DELETE || f->move_to != NULL))
		status = staging_remove(p->ts->st, f->path);
	if (status != STAGING_OK)
		e = tools_explain(status, f->path, p->out);
	if (e == TOOL_DONE)
		buf_addf(p->out, "%s %s\n", f->kind == PATCH_ADD ? "A" :
		    f->kind == PATCH_DELETE ? "D" : "M", target(f));
	return e;
}

/* Room for all of it, before the first is written. */
static enum tool_end
check_room(struct patching *p)
{
	struct tools	probe = *p->ts;
	size_t		i, bytes = 0;

	for (i = 0; i < p->patch.nfiles; i++)
		bytes += p->outcomes[i].text.len;
	return tools_spend(&probe, (unsigned)p->patch.nfiles, bytes, p->out);
}

static enum tool_end
run(struct patching *p)
{
	enum tool_end	e = check_once(p);
	size_t		i;

	for (i = 0; e == TOOL_DONE && i < p->patch.nfiles; i++) {
		p->outcomes[i].file = &p->patch.files[i];
		e = work_out(p, &p->outcomes[i]);
	}
	if (e == TOOL_DONE)
		e = check_room(p);
	for (i = 0; e == TOOL_DONE && i < p->patch.nfiles; i++)
		e = carry_out(p, &p->outcomes[i]);
	return e;
}

enum tool_end
tool_apply_patch(struct tools *ts, json_object *args, struct buf *out)
{
	struct patching		p = { .ts = ts, .out = out };
	struct patch_why	why;
	enum tool_end		e = TOOL_REFUSED;
	size_t			i;

	if (patch_parse(&p.patch, json_str(args, "patch"), &why) == -1)
		buf_addf(out, "%s\n", why.text);
	else {
		p.outcomes = xcalloc(p.patch.nfiles, sizeof(*p.outcomes));
		e = run(&p);
		for (i = 0; i < p.patch.nfiles; i++)
			buf_release(&p.outcomes[i].text);
		free(p.outcomes);
	}
	patch_release(&p.patch);
	return e;
}
