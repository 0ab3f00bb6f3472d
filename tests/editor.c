#include <sys/mman.h>
#include <sys/stat.h>
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/mem.h"
#include "tests/editor.h"

#define FEWER		1200	/* than SAVES, else */
#define TEXT_MAX	(256 * 1024)

int		 in_all;
char		*claimed;
int		 saves;
unsigned	 seed;

static int	 deletions;

const char *const	files[NFILES] = {
	"MEMORY.md", "memory_summary.md", "skills/a/SKILL.md",
	"rollout_summaries/" STEM_A ".md", "extensions/ad_hoc/notes/n.md",
	"skills/mine/notes.md"
};

unsigned
chance(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % n;
}

void
editor_setup(void)
{
	struct stat	st;

	/* In memory where that is: thousands of publications. */
	if (stat("/dev/shm", &st) == 0 && access("/dev/shm", W_OK) == 0)
		scene_start_in(&sc, "/dev/shm");
	else
		scene_start(&sc);
	in_all = getenv("EVERY") != NULL ? SAVES : FEWER;
	claimed = mmap(NULL, SAVES, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(claimed != MAP_FAILED);
	saves = 0;
	seed = 1;
}

void
editor_teardown(void)
{
	munmap(claimed, SAVES);
	scene_end(&sc);
}

void
for_saves(const char *text, void (*each)(int, char *), char *arg)
{
	const char	*p = text;
	int		 n;

	while ((p = strstr(p, "<s")) != NULL) {
		p += 2;
		if (sscanf(p, "%d>", &n) == 1 && n >= 0 && n < SAVES)
			each(n, arg);
	}
}

static void
unclaim(int n, char *arg)
{
	(void)arg;
	claimed[n] = 0;
}

char *
read_file(const char *path)
{
	char	*full = xasprintf("%s/%s", sc.root, path), *text;
	FILE	*f = fopen(full, "r");
	size_t	 n;

	free(full);
	if (f == NULL)
		return NULL;
	text = xcalloc(1, TEXT_MAX);
	n = fread(text, 1, TEXT_MAX - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

/* Write over what is there, as nano(1) does. */
static void
write_in_place(const char *path, const char *text)
{
	scene_write(sc.root, path, text);
}

void
save(const char *path, enum style style)
{
	char	*old = read_file(path), *new, *crlf;
	size_t	 len;
	int	 n;

	if (style == DELETE && old != NULL) {
		for_saves(old, unclaim, NULL);
		scene_unlink(sc.root, path);
		deletions++;
	}
	if (style == DELETE || saves >= in_all) {
		free(old);
		return;
	}
	n = saves++;
	len = old == NULL ? 0 : strlen(old);
	if (style == NO_NEWLINE && len > 0 && old[len - 1] == '\n')
		old[--len] = '\0';
	new = xasprintf("%s%s<s%d>%s", old == NULL ? "" : old,
	    len > 0 && old[len - 1] != '\n' && style != NO_NEWLINE ? "\n" :
	    "", n, style == NO_NEWLINE ? "" : "\n");
	claimed[n] = 1;
	if (style == CRLF) {
		crlf = scene_with_crlf(new);
		free(new);
		new = crlf;
	}
	if (style == IN_PLACE || style == APPEND)
		write_in_place(path, new);
	else
		scene_save(sc.root, path, new);
	free(old);
	free(new);
	if (style == TWICE)
		save(path, BY_RENAME);
}

enum style
any_style(void)
{
	enum style	s = (enum style)chance(STYLES);

	/* Who deletes all the time saves nothing. */
	return s == DELETE && chance(4) > 0 ? BY_RENAME : s;
}

/* An editor that has opened the file before we exchanged it. */
static int	held = -1;

static void
let_go(void)
{
	if (held >= 0)
		close(held);
	held = -1;
}

static void
in_window(void *arg, const char *path)
{
	char	*full;

	(void)arg;
	let_go();
	switch (chance(4)) {
	case 0:
		save(path, any_style());
		break;
	case 1:
		save(files[chance(NFILES)], any_style());
		break;
	case 2:
		full = xasprintf("%s/%s", sc.root, path);
		held = open(full, O_WRONLY | O_APPEND | O_CLOEXEC);
		free(full);
		break;
	default:
		break;
	}
}

/*
 * An editor that has read what we put in place, and saves when the user's own
 * version is back already: without having seen it.
 */
static char	*stale;
static char	*stale_path;
static int	 stale_at;

static void
read_early(const char *path)
{
	free(stale);
	free(stale_path);
	stale = read_file(path);
	stale_path = xstrdup(path);
	stale_at = saves + deletions;
}

/* Only if nobody saved in between: who overwrites that is to blame. */
static int
save_late(const char *path)
{
	char	*new;
	int	 ok = stale != NULL && strcmp(path, stale_path) == 0 &&
		    stale_at == saves + deletions && saves < in_all;

	if (ok) {
		new = xasprintf("%s<s%d>\n", stale, saves);
		claimed[saves++] = 1;
		if (chance(2) == 0)
			scene_save(sc.root, path, new);
		else
			write_in_place(path, new);
		free(new);
	}
	free(stale);
	stale = NULL;
	return ok;
}

static void
in_window_after(void *arg, const char *path)
{
	char	text[32];
	int	len;

	(void)arg;
	if (save_late(path))
		return;
	if (held >= 0 && saves < in_all) {
		len = snprintf(text, sizeof(text), "<s%d>\n", saves);
		claimed[saves++] = 1;
		ck_assert_int_eq(write(held, text, (size_t)len), len);
		let_go();
	} else if (chance(3) == 0)
		save(path, any_style());
	else if (chance(2) == 0)
		read_early(path);
}

void
editor_sits_down(void)
{
	sc.ws.window = in_window;
	sc.ws.window_after = in_window_after;
}

void
editor_leaves(void)
{
	sc.ws.window = sc.ws.window_after = NULL;
	let_go();
	free(stale);
	free(stale_path);
	stale = stale_path = NULL;
}
