/* links: */
/*
 * libFuzzer entry: any bytes as a time, as a thread id and as a slug.  A time
 * that is read is written and read again as the same second; whatever the id
 * and the slug are, the name of the file is one.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/monotime.h"
#include "common/uuid.h"
#include "worker/stem.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int64_t
seconds(int64_t ms)
{
	return ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000);
}

static void
check_time(const char *s)
{
	char	text[RFC3339_SIZE];
	int64_t	ms, back;

	if (rfc3339_parse(s, &ms) == -1)
		return;
	rfc3339_format(text, ms);
	/* A zone may lead out of the years of four digits. */
	if (ms < INT64_C(-62167219200000) || ms >= INT64_C(253402300800000))
		return;
	if (rfc3339_parse(text, &back) == -1 || back != seconds(ms) * 1000)
		abort();
}

static void
check_id(const char *s)
{
	if (uuid_valid(s) && strlen(s) != UUID_SIZE - 1)
		abort();
	if (uuid_time_ms(s) != -1 && !uuid_valid(s))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf	text = BUF_INIT;
	char		stem[STEM_SIZE];
	int64_t		when = 0;

	buf_add(&text, data, size);
	memcpy(&when, data, size < sizeof(when) ? size : sizeof(when));
	check_time(buf_str(&text));
	check_id(buf_str(&text));
	stem_make(stem, buf_str(&text), when, buf_str(&text));
	if (!stem_valid(stem))
		abort();
	buf_release(&text);
	return 0;
}
