/* Will Codex read the memory folder?  One key of its config.toml. */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "supervisor/codex_config.h"
#include "common/mem.h"

/* Where the scan of the file stands. */
struct scan {
	int			 in_features;	/* below [features] */
	int			 nested;	/* below another table */
	int			 in_text;	/* in a multi-line string */
	enum codex_memories	 found;
};

/* Copy without blanks and comment, so that forms can be compared. */
static void
squeeze(char *out, const char *line)
{
	char	quote;

	for (quote = '\0'; *line != '\0'; line++) {
		if (quote == '\0' && *line == '#')
			break;
		if (quote == '\0' && isspace((unsigned char)*line))
			continue;
		if (*line == '"' || *line == '\'')
			quote = quote == '\0' ? *line :
			    quote == *line ? '\0' : quote;
		*out++ = *line;
	}
	*out = '\0';
}

/* A line inside or at the edge of a string over several lines. */
static int
skip_text(struct scan *s, const char *line)
{
	const char	*p;
	int		 n;

	n = 0;
	for (p = line; *p != '\0'; p++) {
		if (strncmp(p, "\"\"\"", 3) == 0 ||
		    strncmp(p, "'''", 3) == 0) {
			n++;
			p += 2;
		}
	}
	if (!s->in_text && n % 2 == 0)
		return 0;
	if (n % 2 == 1)
		s->in_text = !s->in_text;
	return 1;
}

static void
scan_line(struct scan *s, const char *raw)
{
	const char	*p;
	char		 line[512];

	if (strlen(raw) >= sizeof(line) || skip_text(s, raw))
		return;
	squeeze(line, raw);
	if (line[0] == '[') {
		s->in_features = strcmp(line, "[features]") == 0;
		s->nested = 1;
		return;
	}
	p = line;
	if (!s->nested && strncmp(p, "features.", 9) == 0)
		p += 9;
	else if (!s->nested && strncmp(p, "features={", 10) == 0) {
		p = strstr(p, "{memories=");
		if (p == NULL)
			p = strstr(line, ",memories=");
		if (p == NULL)
			return;
		p++;
	} else if (!s->in_features)
		return;
	if (strncmp(p, "memories=", 9) == 0)
		s->found = strncmp(p + 9, "true", 4) == 0 ?
		    CODEX_MEMORIES_ON : CODEX_MEMORIES_OFF;
}

enum codex_memories
codex_config_memories(const char *codex_home)
{
	struct scan	 s = { .found = CODEX_MEMORIES_OFF };
	char		*path, *line;
	size_t		 size;
	FILE		*fp;
	int		 fd;

	path = xasprintf("%s/config.toml", codex_home);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	free(path);
	if (fd == -1) {
		/* Codex's default is off. */
		return errno == ENOENT && access(codex_home, F_OK) == 0 ?
		    CODEX_MEMORIES_OFF : CODEX_MEMORIES_UNKNOWN;
	}
	fp = fdopen(fd, "r");
	if (fp == NULL) {
		close(fd);
		return CODEX_MEMORIES_UNKNOWN;
	}
	line = NULL;
	size = 0;
	while (getline(&line, &size, fp) != -1)
		scan_line(&s, line);
	if (ferror(fp))
		s.found = CODEX_MEMORIES_UNKNOWN;
	free(line);
	fclose(fp);
	return s.found;
}

char *
codex_config_hint(const char *codex_home)
{
	if (codex_config_memories(codex_home) != CODEX_MEMORIES_OFF)
		return NULL;
	return xasprintf("Codex will not read the result: set memories = "
	    "true under [features] in %s/config.toml", codex_home);
}
