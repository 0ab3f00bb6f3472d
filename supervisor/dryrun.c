/* What would be done: --dry-run, and the first start before it asks. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "common/fd.h"
#include "common/log.h"
#include "supervisor/config_value.h"
#include "supervisor/dryrun.h"

#define DIRS_SHOWN 20

/* `text' made printable, as much as fits a line. */
static void
put_text(FILE *fp, const char *text)
{
	char	safe[1024];

	log_printable(safe, sizeof(safe), text, strlen(text));
	fputs(safe, fp);
}

/* "1 thread", "2 threads". */
static void
put_count(FILE *fp, int64_t n, const char *what)
{
	fprintf(fp, "%lld %s%s", (long long)n, what, n == 1 ? "" : "s");
}

static void
print_sources(const struct dryrun *d, FILE *fp)
{
	const struct dryrun_source	*s;
	size_t				 i;

	for (i = 0; i < d->nsources; i++) {
		s = &d->sources[i];
		fprintf(fp, "source %s: ", s->name);
		put_text(fp, s->path);
		if (!s->present) {
			fprintf(fp, ": %s\n", s->error == ENOENT ?
			    "not there" : strerror(s->error));
			continue;
		}
		fputs(": ", fp);
		put_count(fp, s->files, "rollout");
		if (s->archived > 0)
			fprintf(fp, ", %lld archived",
			    (long long)s->archived);
		if (s->unusable > 0)
			fprintf(fp, ", %lld unusable",
			    (long long)s->unusable);
		fputc('\n', fp);
	}
}

static void
print_threads(const struct dryrun *d, FILE *fp)
{
	size_t	i;

	fputs("threads: ", fp);
	fprintf(fp, "%lld due", (long long)d->due);
	if (d->done > 0)
		fprintf(fp, ", %lld up to date", (long long)d->done);
	fputc('\n', fp);
	for (i = 0; i < d->nreasons; i++) {
		fprintf(fp, "  %6lld not due: ",
		    (long long)d->reasons[i].n);
		put_text(fp, d->reasons[i].what);
		fputc('\n', fp);
	}
}

static void
print_dirs(const struct dryrun *d, FILE *fp)
{
	size_t	i;

	if (d->ndirs > 0)
		fputs("directories of the threads that are due:\n", fp);
	for (i = 0; i < d->ndirs && i < DIRS_SHOWN; i++) {
		fprintf(fp, "  %6lld ", (long long)d->dirs[i].n);
		put_text(fp, d->dirs[i].what[0] == '\0' ? "(unknown)" :
		    d->dirs[i].what);
		fputc('\n', fp);
	}
	if (d->ndirs > DIRS_SHOWN)
		fprintf(fp, "         and %zu more\n",
		    d->ndirs - DIRS_SHOWN);
}

static void
print_memories(const struct dryrun *d, FILE *fp)
{
	const struct dryrun_memory	*m;
	size_t				 i;

	for (i = 0; i < d->nmemories; i++) {
		m = &d->memories[i];
		put_text(fp, m->text);
		fputc('\n', fp);
		fprintf(fp, "  %s, fed by ", m->adopted ?
		    "would be adopted" : root_usable(m->state) ?
		    "may be written" : "would not be written (status 7)");
		put_count(fp, m->threads, "thread");
		fputc('\n', fp);
	}
}

/* What it would cost, and what a day may cost. */
static void
print_model(const struct dryrun *d, FILE *fp)
{
	const struct dryrun_model	*m = &d->model;
	const struct config_budget	*b = &d->config->budget;

	if (m->name == NULL)
		return;
	fprintf(fp, "model: about %lld requests to ", (long long)m->requests);
	put_text(fp, m->name);
	fprintf(fp, ", at most %lld tokens", (long long)m->tokens);
	if (m->money > 0)
		fprintf(fp, ", at most %lld.%06lld in money",
		    (long long)(m->money / CONFIG_MILLIONTHS),
		    (long long)(m->money % CONFIG_MILLIONTHS));
	fprintf(fp, "\n  in 24 hours never more than %lld requests and %lld "
	    "tokens (0: no limit)\n", (long long)b->requests_per_day,
	    (long long)b->tokens_per_day);
}

/* What leaves the machine besides. */
static void
print_telemetry(const struct config *c, FILE *fp)
{
	if (*c->telemetry.endpoint == '\0')
		return;
	fputs("telemetry: metrics go to ", fp);
	put_text(fp, c->telemetry.endpoint);
	fputc('\n', fp);
}

void
dryrun_print(const struct dryrun *d, FILE *fp)
{
	print_sources(d, fp);
	print_threads(d, fp);
	print_dirs(d, fp);
	print_memories(d, fp);
	fprintf(fp, "provider: %s%s\n", d->config->use_provider,
	    config_needs_gateway(d->config) ? "" :
	    " (no model, no network, no cost)");
	print_model(d, fp);
	print_telemetry(d->config, fp);
	fputs("state: ", fp);
	put_text(fp, d->config->state);
	fputc('\n', fp);
	if (d->hint != NULL) {
		put_text(fp, d->hint);
		fputc('\n', fp);
	}
}

/* One line from `fd', at most size - 1 bytes of it; 0, or -1 at the end. */
static int
read_line(int fd, char *line, size_t size)
{
	size_t	len;
	ssize_t	n;
	char	c;

	len = 0;
	for (;;) {
		n = read(fd, &c, 1);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		if (c == '\n')
			break;
		if (len < size - 1)
			line[len++] = c;
	}
	line[len] = '\0';
	return 0;
}

enum dryrun_answer
dryrun_ask(int in_fd, int out_fd, int yes)
{
	static const char	question[] = "Go on? [y/N] ";
	char			line[16];

	if (yes)
		return ANSWER_YES;
	if (!isatty(in_fd) || !isatty(out_fd))
		return ANSWER_NOT_ASKED;
	if (fd_write_all(out_fd, question, sizeof(question) - 1) == -1 ||
	    read_line(in_fd, line, sizeof(line)) == -1)
		return ANSWER_NO;
	if (strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0)
		return ANSWER_YES;
	return ANSWER_NO;
}
