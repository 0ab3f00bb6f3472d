/* links: supervisor/mnemoctl/output.c */
/*
 * libFuzzer entry: any bytes as text of others; the first says how much room
 * there is.  What comes out is UTF-8 that a terminal shows as it is, within
 * its room, and a second time the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "supervisor/mnemoctl/output.h"
#include "tests/shown_fuzz.h"
#include "worker/text.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_printable(const char *s, size_t len, size_t room)
{
	char	*one = malloc(room + 1), *two = malloc(room + 1);
	size_t	 n;

	if (one == NULL || two == NULL)
		abort();
	n = log_printable(one, room + 1, s, len);
	if (n > room || n != strlen(one) ||
	    log_printable(two, room + 1, one, n) != n ||
	    strcmp(one, two) != 0)
		abort();
	shown_fuzz(one, n, 0);
	free(one);
	free(two);
}

static void
check_line(const char *s, size_t len, size_t room)
{
	struct buf	one = BUF_INIT, two = BUF_INIT;

	text_oneline(&one, s, len, room);
	if (one.len > room || memchr(buf_str(&one), '\n', one.len) != NULL)
		abort();
	shown_fuzz(buf_str(&one), one.len, 0);
	if (text_is_line(s, len) && room >= len &&
	    (one.len != len || memcmp(buf_str(&one), s, len) != 0))
		abort();
	text_oneline(&two, buf_str(&one), one.len, room);
	if (strcmp(buf_str(&one), buf_str(&two)) != 0)
		abort();
	buf_release(&one);
	buf_release(&two);
}

static void
check_terminal(const char *s, size_t width)
{
	struct output	 o = { .width = (int)width };
	char		*safe = output_printable(&o, s);
	char		*brief = text_brief(s, width + 3);

	shown_fuzz(safe, strlen(safe), 0);
	shown_fuzz(brief, strlen(brief), 0);
	if (strlen(brief) > width + 3)
		abort();
	free(safe);
	free(brief);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf	text = BUF_INIT;
	const char	*s;

	if (size == 0)
		return 0;
	buf_add(&text, data + 1, size - 1);
	s = buf_str(&text);
	check_printable(s, text.len, data[0]);
	check_line(s, text.len, data[0] < 3 ? 3 : data[0]);
	check_line(s, text.len, 4 * size + 16);
	check_terminal(s, data[0]);
	buf_release(&text);
	return 0;
}
