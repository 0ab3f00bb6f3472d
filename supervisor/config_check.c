/* Values of the configuration against each other, and what is refused. */

#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include "common/hook.h"
#include "common/mem.h"
#include "supervisor/config.h"
#include "supervisor/config_steps.h"
#include "supervisor/paths.h"
#include "supervisor/quote.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

void
config_complain(const struct config *cfg, int line, struct buf *why)
{
	if (cfg->file != NULL)
		buf_addstr(why, cfg->file);
	else
		buf_addstr(why, "configuration");
	if (line > 0)
		buf_addf(why, ":%d", line);
	buf_addstr(why, ": ");
}

static int
check_top(const struct config *cfg, struct buf *why)
{
	if (cfg->sandbox == SANDBOX_OFF && !SANITIZED) {
		config_complain(cfg, 0, why);
		buf_addstr(why, "sandbox = off: only builds with sanitizers "
		    "run without it: expected required or best-effort");
		return -1;
	}
	if (*cfg->crash_at != '\0' && !hook_testing()) {
		config_complain(cfg, 0, why);
		buf_addstr(why, "crash_at: expected in test builds only");
		return -1;
	}
	return 0;
}

static int
check_sources(const struct config *cfg, struct buf *why)
{
	const struct config_source	*a, *b;
	size_t				 i, j;

	for (i = 0; i < cfg->nsources; i++) {
		a = &cfg->sources[i];
		for (j = 0; j < i; j++) {
			b = &cfg->sources[j];
			if (strcmp(a->path, b->path) != 0)
				continue;
			config_complain(cfg, a->line, why);
			buf_addf(why, "sources \"%s\" and \"%s\" have the "
			    "same path ", b->name, a->name);
			quote_add(why, a->path);
			buf_addstr(why, ": expected one source per folder");
			return -1;
		}
	}
	return 0;
}

static int
check_memory(const struct config *cfg, const struct config_memory *m,
    struct buf *why)
{
	size_t	i;

	for (i = 0; i < m->sources.n; i++) {
		if (config_source(cfg, m->sources.v[i]) != NULL)
			continue;
		config_complain(cfg, m->line, why);
		buf_addf(why, "memory \"%s\": sources names \"%s\": expected "
		    "a section source \"%s\" { }", m->name, m->sources.v[i],
		    m->sources.v[i]);
		return -1;
	}
	return 0;
}

/* A folder that a memory root must not meet, and what it is. */
struct place {
	const char	*what;
	const char	*name;	/* or NULL */
	char		*real;
};

/*
 * Is there a folder on the way up from `path' that is `folder', by another
 * name?  A bind mount is told by nothing but this.
 */
static int
is_below_by_inode(const char *path, const char *folder)
{
	struct stat	 st, other;
	char		*way, *slash;
	int		 found;

	if (stat(folder, &st) == -1)
		return 0;
	way = xstrdup(path);
	found = 0;
	do {
		if (stat(*way == '\0' ? "/" : way, &other) == 0)
			found = other.st_dev == st.st_dev &&
			    other.st_ino == st.st_ino;
		slash = strrchr(way, '/');
		if (slash != NULL)
			*slash = '\0';
	} while (!found && slash != NULL);
	free(way);
	return found;
}

/* How the two places meet, in words; NULL: they are apart. */
static const char *
how_they_meet(const char *real, const char *other)
{
	if (strcmp(real, other) == 0)
		return "is";
	if (paths_within(other, real))
		return "lies in";
	if (paths_within(real, other))
		return "holds";
	if (is_below_by_inode(real, other))
		return is_below_by_inode(other, real) ? "is" : "lies in";
	return is_below_by_inode(other, real) ? "holds" : NULL;
}

/* Complain if a root and another place lie within each other. */
static int
check_apart(const struct config *cfg, const struct config_memory *m,
    const struct place *p, struct buf *why)
{
	const char	*how;
	char		*real;

	real = paths_real(m->root);
	how = how_they_meet(real, p->real);
	free(real);
	if (how == NULL)
		return 0;
	config_complain(cfg, m->line, why);
	buf_addf(why, "memory \"%s\": root ", m->name);
	quote_add(why, m->root);
	buf_addf(why, " %s %s", how, p->what);
	if (p->name != NULL)
		buf_addf(why, " \"%s\"", p->name);
	buf_addstr(why, ": expected a folder apart from it");
	return -1;
}

/* The root against what one source reads. */
static int
check_root_source(const struct config *cfg, const struct config_memory *m,
    const struct config_source *src, struct buf *why)
{
	static const char	*const dirs[] = { "sessions",
	    "archived_sessions" };
	struct place		 p = { .name = src->name };
	char			*real;
	size_t			 i;
	int			 rc;

	real = paths_real(src->path);
	rc = 0;
	for (i = 0; rc == 0 && i < 2; i++) {
		p.what = i == 0 ? "the sessions of source" :
		    "the archived sessions of source";
		p.real = xasprintf("%s/%s", real, dirs[i]);
		rc = check_apart(cfg, m, &p, why);
		free(p.real);
	}
	free(real);
	return rc;
}

static int
check_root(const struct config *cfg, size_t n, struct buf *why)
{
	const struct config_memory	*m;
	struct place			 p;
	size_t				 i;
	int				 rc;

	m = &cfg->memories[n];
	p = (struct place){ "the state directory", NULL,
	    paths_real(cfg->state) };
	rc = check_apart(cfg, m, &p, why);
	free(p.real);
	for (i = 0; rc == 0 && i < cfg->nsources; i++)
		rc = check_root_source(cfg, m, &cfg->sources[i], why);
	for (i = 0; rc == 0 && i < n; i++) {
		p = (struct place){ "the root of memory",
		    cfg->memories[i].name,
		    paths_real(cfg->memories[i].root) };
		rc = check_apart(cfg, m, &p, why);
		free(p.real);
	}
	return rc;
}

int
config_check(const struct config *cfg, struct buf *why)
{
	size_t	i;

	if (check_top(cfg, why) == -1 || config_check_providers(cfg, why) == -1 ||
	    config_check_telemetry(cfg, why) == -1 ||
	    check_sources(cfg, why) == -1)
		return -1;
	for (i = 0; i < cfg->nmemories; i++) {
		if (check_memory(cfg, &cfg->memories[i], why) == -1 ||
		    check_root(cfg, i, why) == -1)
			return -1;
	}
	return 0;
}
