/* links: worker/extract/stream.c worker/extract/line.c worker/extract/record.c worker/extract/rollout.c worker/extract/meta.c worker/extract/filter.c worker/extract/fragment.c worker/extract/cut.c worker/extract/citation.c worker/extract/memread.c worker/extract/leaf.c worker/extract/data_url.c */
/*
 * libFuzzer entry: any bytes as a rollout, the first says whether they are
 * compressed.  Whatever comes: every line is counted once, offsets go up,
 * and a second pass finds what the first found.
 */
#include <sys/mman.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "tests/log_sink.h"
#include "worker/extract/filter.h"
#include "worker/extract/leaf.h"
#include "worker/extract/rollout.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static json_object *
must_be_text(json_object *leaf, void *arg)
{
	(void)arg;
	if (strlen(json_object_get_string(leaf)) !=
	    (size_t)json_object_get_string_len(leaf))
		abort();
	return NULL;
}

/* One pass; the number of items it kept. */
static size_t
pass(struct rollout *r)
{
	struct filter	*f = filter_new(NULL, 0);
	struct record	 rec;
	json_object	*o;
	uint64_t	 last = 0;
	size_t		 kept = 0;

	while (rollout_next(r, &rec) == ROLLOUT_RECORD) {
		if (rec.offset < last || rec.head.len == 0)
			abort();
		last = rec.offset + rec.head.len;
		if (filter_use(&rec) == FILTER_NOTHING)
			continue;
		o = rollout_payload(r, &rec);
		if (o != NULL && filter_item(f, o)) {
			leaf_each(o, must_be_text, NULL);
			kept++;
		}
		json_object_put(o);
	}
	filter_free(f);
	return kept;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rollout_counts	 first;
	struct rollout		*r;
	size_t			 kept;
	int			 fd;

	if (size == 0)
		return 0;
	log_set_sink(log_quiet, NULL);
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd == -1 || fd_write_all(fd, data + 1, size - 1) == -1 ||
	    lseek(fd, 0, SEEK_SET) == -1)
		abort();
	r = rollout_new("/fuzz.jsonl", fd, data[0] & 1);
	kept = pass(r);
	first = *rollout_counts(r);
	if (first.bad_lines > first.lines)
		abort();
	if (rollout_rewind(r) == -1 || pass(r) != kept ||
	    memcmp(&first, rollout_counts(r), sizeof(first)) != 0)
		abort();
	rollout_free(r);
	return 0;
}
