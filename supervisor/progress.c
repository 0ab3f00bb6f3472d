/* Progress of one pass: a line on a terminal, log lines elsewhere. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "common/log.h"
#include "common/monotime.h"
#include "supervisor/progress.h"

#define REDRAW_MS	100
#define ERASE		"\r\033[K"

/* Whatever happens to standard error, the pass goes on. */
static void
put(const struct progress *p, const char *text)
{
	ssize_t	n;

	do {
		n = write(p->fd, text, strlen(text));
	} while (n == -1 && errno == EINTR);
}

static void
erase(struct progress *p)
{
	if (p->drawn)
		put(p, ERASE);
	p->drawn = 0;
}

/* Cut to the terminal's width, so that the line can be rewritten. */
static void
draw(struct progress *p)
{
	struct winsize	ws;
	char		text[sizeof(p->line) + sizeof(ERASE)];
	size_t		width;

	width = sizeof(p->line);
	if (ioctl(p->fd, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 1)
		width = ws.ws_col;
	snprintf(text, sizeof(text), ERASE "%.*s", (int)(width - 1),
	    p->line);
	put(p, text);
	p->drawn = 1;
	p->last_ms = mono_ms();
}

/* A log record while the line stands: above it. */
static void
above(enum log_level level, const char *line, void *arg)
{
	struct progress	*p;

	p = arg;
	erase(p);
	put(p, "mnemod: ");
	if (level == LOG_LEVEL_WARN)
		put(p, "warning: ");
	put(p, line);
	put(p, "\n");
	if (p->line[0] != '\0')
		draw(p);
}

void
progress_init(struct progress *p, int fd)
{
	memset(p, 0, sizeof(*p));
	p->fd = fd;
	p->tty = isatty(fd);
	if (p->tty)
		log_set_sink(above, p);
}

static void
write_line(struct progress *p, const struct progress_state *s)
{
	char	object[128], count[64], failed[32];

	object[0] = count[0] = failed[0] = '\0';
	if (s->total > 0)
		snprintf(count, sizeof(count), " %lld of %lld",
		    (long long)s->done, (long long)s->total);
	else if (s->done > 0)
		snprintf(count, sizeof(count), " %lld", (long long)s->done);
	if (s->failed > 0)
		snprintf(failed, sizeof(failed), ", %lld failed",
		    (long long)s->failed);
	if (s->object != NULL) {
		object[0] = ' ';
		log_printable(object + 1, sizeof(object) - 1, s->object,
		    strlen(s->object));
	}
	snprintf(p->line, sizeof(p->line), "%s%s%s%s", s->stage, count,
	    failed, object);
}

void
progress_show(struct progress *p, const struct progress_state *s)
{
	int	changed;

	changed = strcmp(p->stage, s->stage) != 0;
	if (changed)
		snprintf(p->stage, sizeof(p->stage), "%s", s->stage);
	if (!changed && (!p->tty || mono_ms() - p->last_ms < REDRAW_MS))
		return;
	write_line(p, s);
	if (p->tty)
		draw(p);
	else
		log_info("%s", p->line);
}

void
progress_end(struct progress *p)
{
	if (!p->tty)
		return;
	erase(p);
	log_set_sink(NULL, NULL);
	p->tty = 0;
}
