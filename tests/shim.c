/* The settings of shim.h, taken from the environment; a title may overwrite
 * that later. */
#include <sys/mman.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shim.h"

#define ERRORS_MAX	8

struct seen {
	_Atomic uint64_t	calls;
	_Atomic uint64_t	failures;
};

static struct seen	 alone;
static struct seen	*seen = &alone;
static size_t		 short_max;
static char		 calls[512];	/* ",read,write," */
static int		 errors[ERRORS_MAX];
static size_t		 n_errors;
static uint64_t		 first, every;	/* every == 0: the first only */
static int		 ours_only;
static uintptr_t	 ours_from, ours_to;
static char		 clock_file[4096];

static const struct {
	const char	*name;
	int		 error;
} error_names[] = {
	{ "EAGAIN", EAGAIN }, { "EDQUOT", EDQUOT }, { "EINTR", EINTR },
	{ "EIO", EIO }, { "EMFILE", EMFILE }, { "ENFILE", ENFILE },
	{ "ENOMEM", ENOMEM }, { "ENOSPC", ENOSPC }, { "EROFS", EROFS },
};

/* Is name one of "NAME,NAME"? */
static int
listed(const char *list, const char *name)
{
	size_t	n = strlen(name);

	for (; list != NULL; list = strchr(list, ',')) {
		list += *list == ',';
		if (strncmp(list, name, n) == 0 &&
		    (list[n] == ',' || list[n] == '\0'))
			return 1;
	}
	return 0;
}

static void
set_errors(const char *list)
{
	size_t	i;

	for (i = 0; i < sizeof(error_names) / sizeof(error_names[0]); i++)
		if (listed(list, error_names[i].name) && n_errors < ERRORS_MAX)
			errors[n_errors++] = error_names[i].error;
	if (n_errors == 0)
		abort();
}

static void
set_when(const char *when)
{
	char	*end;

	first = strtoul(when, &end, 10);
	if (*end == '+')
		every = end[1] == '\0' ? 1 : strtoul(end + 1, NULL, 10);
}

/* "CALLS ERRORS WHEN" */
static void
set_fail(const char *v)
{
	char	 copy[sizeof(calls)], *rest = NULL, *list, *names, *when;

	strncpy(copy, v, sizeof(copy) - 1);
	copy[sizeof(copy) - 1] = '\0';
	list = strtok_r(copy, " ", &rest);
	names = strtok_r(NULL, " ", &rest);
	when = strtok_r(NULL, " ", &rest);
	if (list == NULL || names == NULL || when == NULL)
		abort();
	set_errors(names);
	set_when(when);
	strcpy(calls, list);
}

static void
set_seen(const char *path)
{
	int	 fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void	*p;

	if (fd == -1 || ftruncate(fd, sizeof(*seen)) == -1)
		abort();
	p = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0);
	if (p == MAP_FAILED)
		abort();
	close(fd);
	seen = p;
}

/* The first object is the program. */
static int
set_ours(struct dl_phdr_info *info, size_t size, void *arg)
{
	int	i;

	(void)size;
	(void)arg;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr)	*p = &info->dlpi_phdr[i];

		if (p->p_type != PT_LOAD || (p->p_flags & PF_X) == 0)
			continue;
		ours_from = info->dlpi_addr + p->p_vaddr;
		ours_to = ours_from + p->p_memsz;
	}
	return 1;
}

static void __attribute__((constructor))
shim_init(void)
{
	const char	*v;

	if ((v = getenv("SHIM_IN")) != NULL &&
	    !listed(v, program_invocation_short_name))
		return;
	if ((v = getenv("SHIM_SHORT")) != NULL)
		short_max = strtoul(v, NULL, 10);
	if ((v = getenv("SHIM_CLOCK")) != NULL)
		strncpy(clock_file, v, sizeof(clock_file) - 1);
	ours_only = getenv("SHIM_OURS") != NULL;
	dl_iterate_phdr(set_ours, NULL);
	if ((v = getenv("SHIM_SEEN")) != NULL)
		set_seen(v);
	if ((v = getenv("SHIM_FAIL")) != NULL)
		set_fail(v);
}

/* Not each N-th: a loop of N calls would have the same one fail for ever. */
static int
drawn(uint64_t n)
{
	n *= 0x9e3779b97f4a7c15u;
	return (n ^ n >> 32) % every == 0;
}

int
shim_is_ours(const void *caller)
{
	uintptr_t	from = (uintptr_t)caller;

	return from >= ours_from && from < ours_to;
}

int
shim_counts(const char *call)
{
	return calls[0] != '\0' && listed(calls, call);
}

int
shim_fails(const char *call, const void *caller)
{
	uint64_t	n;

	if (!shim_counts(call) || (ours_only && !shim_is_ours(caller)))
		return 0;
	n = ++seen->calls;
	if (n < first || (n > first && (every == 0 || !drawn(n))))
		return 0;
	errno = errors[(first + seen->failures++) % n_errors];
	return 1;
}

int
shim_short(void)
{
	return short_max != 0;
}

size_t
shim_shorter(size_t n)
{
	static size_t	turn;
	size_t		max;

	if (short_max == 0 || n == 0)
		return n;
	max = 1 + turn++ % short_max;
	return n < max ? n : max;
}

void *
shim_next(const char *name)
{
	void	*fn = dlsym(RTLD_NEXT, name);

	if (fn == NULL)
		abort();
	return fn;
}

const char *
shim_clock_file(void)
{
	return clock_file;
}
