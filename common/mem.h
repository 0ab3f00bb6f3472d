#ifndef MNEMOD_MEM_H
#define MNEMOD_MEM_H

#include <stddef.h>

/*
 * Allocation that ends the process (log_fatal) instead of returning NULL.
 * Everything returned is freed with free(3).
 */

void *xcalloc(size_t nmemb, size_t size);
void *xreallocarray(void *ptr, size_t nmemb, size_t size);
char *xstrdup(const char *s);

/* At most `max' bytes of `s', always terminated. */
char *xstrndup(const char *s, size_t max);

/* asprintf(3), returned. */
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
