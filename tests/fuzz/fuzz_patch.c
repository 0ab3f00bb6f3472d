/* links: tests/tools_fuzz.c worker/consolidate/patch.c worker/consolidate/patch_apply.c worker/consolidate/staging.c worker/consolidate/staging_?*.c worker/consolidate/tools.c worker/consolidate/tools_?*.c */
/*
 * libFuzzer entry: any bytes as MEMORY.md, a form feed and a patch.  It is
 * refused with a reason or read; what it makes of the text is no longer than
 * both, and without new and old lines it is the text.  Then an agent's tool
 * applies it in a folder, all of it or nothing (tests/tools_fuzz.h).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "tests/tools_fuzz.h"
#include "worker/consolidate/patch.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
only_keeps(const struct patch *p, const struct patch_file *f)
{
	size_t	i, k;

	for (i = 0; i < f->nchunks; i++)
		for (k = 0; k < f->chunks[i].n; k++)
			if (p->lines[f->chunks[i].first + k].mark != ' ')
				return 0;
	return 1;
}

/* The patch has `size' bytes. */
static void
apply(const struct patch_update *u, size_t size)
{
	size_t			n = u->oldlen;
	struct patch_why	why = { "" };
	struct buf		out = BUF_INIT;

	if (patch_apply(u, &out, &why) == -1) {
		if (why.text[0] == '\0')
			abort();
	} else if (out.len > n + 2 * size + 2 || (only_keeps(u->patch, u->file) &&
	    (out.len < n || (n > 0 && memcmp(out.data, u->old, n) != 0)))) {
		abort();
	}
	buf_release(&out);
}

static void
check_pure(const char *old, size_t n, const char *text)
{
	struct patch		p;
	struct patch_update	u = { &p, NULL, old, n };
	struct patch_why	why = { "" };
	size_t			i;

	if (patch_parse(&p, text, &why) == -1 && why.text[0] == '\0')
		abort();
	for (i = 0; why.text[0] == '\0' && i < p.nfiles; i++)
		if (p.files[i].kind == PATCH_UPDATE) {
			u.file = &p.files[i];
			apply(&u, strlen(text));
		}
	patch_release(&p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char	*old = (const char *)data;
	const char	*cut = size == 0 ? NULL : memchr(data, '\f', size);
	struct buf	 text = BUF_INIT, args = BUF_INIT;
	json_object	*o;

	if (cut == NULL)
		return 0;
	buf_add(&text, cut + 1, size - (size_t)(cut + 1 - old));
	check_pure(old, (size_t)(cut - old), buf_str(&text));
	o = json_object_new_object();
	json_set_str(o, "patch", buf_str(&text));
	json_write(&args, o);
	tools_fuzz_memory(old, (size_t)(cut - old));
	tools_fuzz_call("apply_patch", buf_str(&args));
	json_object_put(o);
	buf_release(&args);
	buf_release(&text);
	return 0;
}
