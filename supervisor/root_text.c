/* What is said about a memory root, and the ways on. */

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/log.h"
#include "supervisor/root_text.h"

/* `memory "codex": ' and the rest; too long is cut. */
static void __attribute__((format(printf, 3, 4)))
say(struct root *r, const struct root_query *q, const char *fmt, ...)
{
	char	raw[ROOT_TEXT];
	va_list	ap;
	int	n;

	n = snprintf(raw, sizeof(raw), "memory \"%s\": ", q->name);
	if (n < 0 || (size_t)n >= sizeof(raw))
		n = 0;
	va_start(ap, fmt);
	vsnprintf(raw + n, sizeof(raw) - (size_t)n, fmt, ap);
	va_end(ap);
	log_printable(r->text, sizeof(r->text), raw, strlen(raw));
}

void
root_names_add(struct root_names *names, const char *name)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	if (names->n < ROOT_NAMES)
		log_printable(names->v[names->n], sizeof(names->v[0]), name,
		    strlen(name));
	names->n++;
}

void
root_say_absent(struct root *r, const struct root_query *q)
{
	r->state = ROOT_ABSENT;
	say(r, q, "%s does not exist and will be created", q->path);
}

void
root_say_empty(struct root *r, const struct root_query *q)
{
	r->state = ROOT_EMPTY;
	say(r, q, "%s is empty and will be filled", q->path);
}

void
root_say_ours(struct root *r, const struct root_query *q)
{
	r->state = ROOT_OURS;
	say(r, q, "%s is ours", q->path);
}

void
root_say_foreign(struct root *r, const struct root_query *q,
    const struct root_names *names)
{
	char	list[ROOT_NAMES * 66 + 32];
	size_t	i, shown;
	int	n;

	r->state = ROOT_FOREIGN;
	n = 0;
	shown = names->n < ROOT_NAMES ? names->n : ROOT_NAMES;
	for (i = 0; i < shown; i++)
		n += snprintf(list + n, sizeof(list) - (size_t)n, "%s%s",
		    i > 0 ? ", " : "", names->v[i]);
	if (names->n > shown)
		snprintf(list + n, sizeof(list) - (size_t)n, " and %zu more",
		    names->n - shown);
	if (root_adoptable(ROOT_FOREIGN, q->adopt))
		say(r, q, "%s holds files that are not ours (%s): it is "
		    "adopted, as it is", q->path, list);
	else
		say(r, q, "%s holds files that are not ours (%s): nothing in "
		    "it is touched; adopt it with --adopt=%s, or set "
		    "memory.%s.root to another folder, or move these files "
		    "away; --dry-run says what would be done", q->path, list,
		    q->name, q->name);
}

void
root_say_replaced(struct root *r, const struct root_query *q)
{
	r->state = ROOT_REPLACED;
	if (root_adoptable(ROOT_REPLACED, q->adopt))
		say(r, q, "%s is another folder now: it is adopted, as it is",
		    q->path);
	else
		say(r, q, "%s is ours but is another folder now (not mounted, "
		    "or restored from a copy?): nothing is published; bring "
		    "the old one back, adopt this one with --adopt=%s, or set "
		    "memory.%s.root to another folder", q->path, q->name,
		    q->name);
}

void
root_say_released(struct root *r, const struct root_query *q)
{
	r->state = ROOT_RELEASED;
	if (root_adoptable(ROOT_RELEASED, q->adopt))
		say(r, q, "%s was given back: it is adopted again, as it is",
		    q->path);
	else
		say(r, q, "%s was given back by mnemoctl release: nothing is "
		    "published; --adopt=%s takes it again", q->path, q->name);
}

void
root_say_vanished(struct root *r, const struct root_query *q,
    const char *how)
{
	r->state = ROOT_VANISHED;
	say(r, q, "%s is ours but %s (not mounted, or removed?): nothing is "
	    "published; bring it back, or set memory.%s.root to another folder",
	    q->path, how, q->name);
}

void
root_say_symlink(struct root *r, const struct root_query *q)
{
	char	*real;

	r->state = ROOT_SYMLINK;
	real = realpath(q->path, NULL);
	if (real != NULL)
		say(r, q, "%s is a symbolic link, which another program could "
		    "turn: set memory.%s.root = \"%s\", where it leads",
		    q->path, q->name, real);
	else
		say(r, q, "%s is a symbolic link that leads nowhere (%s): set "
		    "memory.%s.root to a folder", q->path, strerror(errno),
		    q->name);
	free(real);
}

void
root_say_not_dir(struct root *r, const struct root_query *q,
    const char *what)
{
	r->state = ROOT_NOT_DIR;
	say(r, q, "%s is no directory: set memory.%s.root to a folder", what,
	    q->name);
}

void
root_say_network(struct root *r, const struct root_query *q,
    const char *type)
{
	r->state = ROOT_NETWORK;
	say(r, q, "%s is on a network file system (%s), where locks do not "
	    "hold between machines: set memory.%s.root to a folder on this "
	    "machine", q->path, type, q->name);
}

void
root_say_errno(struct root *r, const struct root_query *q,
    enum root_state state, const char *what)
{
	int	saved;

	r->state = state;
	saved = errno;
	if (root_unknown(state))
		say(r, q, "%s cannot be used now: %s; looked at again "
		    "at the next pass", what, strerror(saved));
	else
		say(r, q, "%s cannot be written: %s: make it writable, or "
		    "set memory.%s.root to another folder", what,
		    strerror(saved), q->name);
	errno = saved;
}

void
root_say_locked(struct root *r, const struct root_query *q,
    const char *what)
{
	char	who[48];

	if (r->locked_by > 0)
		snprintf(who, sizeof(who), "process %d", r->locked_by);
	else
		snprintf(who, sizeof(who), "another process");
	say(r, q, "%s is locked by %s: waiting until it is free", what, who);
}
