#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#define LOG_LINE 2048

static const char	*log_tag = "mnemod";
static int		 log_debug_on;
static log_sink		*log_sink_fn;
static void		*log_sink_arg;
static log_sink		*log_tap_fn;
static void		*log_tap_arg;

static const char *const level_names[] = {
	[LOG_LEVEL_FATAL] = "fatal",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};
#define NLEVELS (sizeof(level_names) / sizeof(level_names[0]))

void
log_init(const char *tag)
{
	log_tag = tag;
}

void
log_verbose(int on)
{
	log_debug_on = on;
}

int
log_is_verbose(void)
{
	return log_debug_on;
}

void
log_set_sink(log_sink *sink, void *arg)
{
	log_sink_fn = sink;
	log_sink_arg = arg;
}

void
log_set_tap(log_sink *tap, void *arg)
{
	log_tap_fn = tap;
	log_tap_arg = arg;
}

const char *
log_level_name(enum log_level level)
{
	return level_names[level];
}

enum log_level
log_level_by_name(const char *name)
{
	size_t	i;

	for (i = 0; i < NLEVELS; i++)
		if (strcmp(level_names[i], name) == 0)
			return (enum log_level)i;
	return LOG_LEVEL_INFO;
}

/*
 * Length of the valid UTF-8 character at `p' of `n' bytes, its code point in
 * *cp; 0 if the bytes are no such character.
 */
static size_t
utf8_char(const unsigned char *p, size_t n, uint32_t *cp)
{
	static const uint32_t	least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t			len, i;

	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || len > n)
		return 0;
	*cp = p[0] & (0xffu >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*cp = *cp << 6 | (p[i] & 0x3f);
	}
	if (*cp < least[len] || *cp > 0x10ffff ||
	    (*cp >= 0xd800 && *cp <= 0xdfff))
		return 0;
	return len;
}

/* Characters that move the cursor, turn text round or cannot be seen. */
static int
cp_hidden(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) || cp == 0xad ||
	    cp == 0x61c || (cp >= 0x200b && cp <= 0x200f) ||
	    (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) ||
	    cp == 0xfeff || (cp >= 0xfff9 && cp <= 0xfffb) ||
	    (cp >= 0xe0000 && cp <= 0xe007f);
}

int
log_hides(const char *p, size_t n, size_t *len, uint32_t *cp)
{
	const unsigned char	*u = (const unsigned char *)p;

	*len = utf8_char(u, n, cp);
	if (*len == 0) {
		*len = 1;
		*cp = *u;
		return 1;
	}
	return cp_hidden(*cp);
}

size_t
log_printable(char *dst, size_t size, const char *src, size_t srclen)
{
	char		 esc[16];
	const char	*from;
	uint32_t	 cp;
	size_t		 i = 0, n, len = 0, put;

	while (i < srclen) {
		if (log_hides(src + i, srclen - i, &n, &cp)) {
			snprintf(esc, sizeof(esc), n == 1 ? "\\x%02x" :
			    "\\u{%04x}", cp);
			from = esc;
			put = strlen(esc);
		} else {
			from = src + i;
			put = n;
		}
		if (len + put >= size)
			break;
		memcpy(dst + len, from, put);
		len += put;
		i += n;
	}
	if (size > 0)
		dst[len] = '\0';
	return len;
}

/*
 * A pipe that is ready takes PIPE_BUF bytes without blocking, and a line is
 * shorter; one that is full must not hold us: the line is lost and counted.
 */
static int
stderr_takes(void)
{
	struct pollfd	p = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&p, 1, 0) == -1 || (p.revents & POLLOUT) != 0;
}

static void
log_put(const char *prefix, const char *line)
{
	char	out[LOG_LINE + 64];
	size_t	len, at = 0;
	ssize_t	r;
	int	n;

	n = snprintf(out, sizeof(out), "%s: %s%s\n", log_tag, prefix, line);
	if (n < 0)
		return;
	len = (size_t)n < sizeof(out) ? (size_t)n : sizeof(out) - 1;
	/* A closed standard error must not end anybody. */
	while (at < len) {
		r = write(STDERR_FILENO, out + at, len - at);
		if (r > 0)
			at += (size_t)r;
		else if (r == 0 || errno != EINTR)
			break;
	}
}

static void
log_write(enum log_level level, const char *line)
{
	static unsigned	lost;
	char		note[64];

	if (log_tap_fn != NULL)
		log_tap_fn(level, line, log_tap_arg);
	if (log_sink_fn != NULL && level != LOG_LEVEL_FATAL) {
		log_sink_fn(level, line, log_sink_arg);
		return;
	}
	if (!stderr_takes()) {
		lost++;
		return;
	}
	if (lost > 0) {
		snprintf(note, sizeof(note), "%u log lines lost", lost);
		lost = 0;
		log_put("", note);
	}
	log_put(level == LOG_LEVEL_WARN ? "warning: " :
	    level == LOG_LEVEL_FATAL ? "fatal: " : "", line);
}

static void log_v(enum log_level, const char *, const char *, va_list)
    __attribute__((format(printf, 3, 0)));

static void
log_v(enum log_level level, const char *err, const char *fmt, va_list ap)
{
	char	raw[LOG_LINE], line[LOG_LINE];
	size_t	len;
	int	n;

	if (level == LOG_LEVEL_DEBUG && !log_debug_on)
		return;
	n = vsnprintf(raw, sizeof(raw), fmt, ap);
	if (n < 0)
		return;
	len = (size_t)n < sizeof(raw) ? (size_t)n : sizeof(raw) - 1;
	if (err != NULL && len < sizeof(raw) - 1) {
		n = snprintf(raw + len, sizeof(raw) - len, ": %s", err);
		if (n > 0)
			len = strlen(raw);
	}
	log_printable(line, sizeof(line), raw, len);
	log_write(level, line);
}

#define LOG_BODY(level, err) do {					\
	va_list	ap;							\
	int	saved = errno;						\
	va_start(ap, fmt);						\
	log_v((level), (err), fmt, ap);					\
	va_end(ap);							\
	errno = saved;							\
} while (0)

void
log_fatal(const char *fmt, ...)
{
	LOG_BODY(LOG_LEVEL_FATAL, strerror(errno));
	exit(1);
}

void
log_fatalx(const char *fmt, ...)
{
	LOG_BODY(LOG_LEVEL_FATAL, NULL);
	exit(1);
}

void
log_warn(const char *fmt, ...)
{
	LOG_BODY(LOG_LEVEL_WARN, strerror(errno));
}

void
log_warnx(const char *fmt, ...)
{
	LOG_BODY(LOG_LEVEL_WARN, NULL);
}

void
log_info(const char *fmt, ...)
{
	LOG_BODY(LOG_LEVEL_INFO, NULL);
}

void
log_debug(const char *fmt, ...)
{
	LOG_BODY(LOG_LEVEL_DEBUG, NULL);
}

void
log_at(enum log_level level, const char *fmt, ...)
{
	LOG_BODY(level, NULL);
}

void
log_bug(const char *file, int line, const char *fmt, ...)
{
	char	where[256];

	snprintf(where, sizeof(where), "this is a bug, at %s:%d", file, line);
	LOG_BODY(LOG_LEVEL_FATAL, where);
	abort();
}
