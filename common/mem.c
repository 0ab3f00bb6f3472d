#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "mem.h"

void *
xcalloc(size_t nmemb, size_t size)
{
	void	*p;

	if (nmemb == 0 || size == 0)
		BUG("allocation of nothing");
	p = calloc(nmemb, size);
	if (p == NULL)
		log_fatal("cannot allocate %zu times %zu bytes", nmemb, size);
	return p;
}

void *
xreallocarray(void *ptr, size_t nmemb, size_t size)
{
	void	*p;

	if (nmemb == 0 || size == 0)
		BUG("allocation of nothing");
	p = reallocarray(ptr, nmemb, size);
	if (p == NULL)
		log_fatal("cannot allocate %zu times %zu bytes", nmemb, size);
	return p;
}

char *
xstrdup(const char *s)
{
	char	*p;

	p = strdup(s);
	if (p == NULL)
		log_fatal("cannot copy a string");
	return p;
}

char *
xstrndup(const char *s, size_t max)
{
	char	*p;

	p = strndup(s, max);
	if (p == NULL)
		log_fatal("cannot copy a string");
	return p;
}

char *
xasprintf(const char *fmt, ...)
{
	va_list	 ap;
	char	*p;
	int	 n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (n == -1)
		log_fatal("cannot format a string");
	return p;
}
