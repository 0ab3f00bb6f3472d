#include <sys/queue.h>
#include <sys/resource.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/stdlib.h>
#include <bsd/string.h>

#include "common/log.h"
#include "common/mem.h"
#include "supervisor/secret.h"

struct secret {
	SLIST_ENTRY(secret)	 entry;
	char			*variable;
	char			*value;
};

static SLIST_HEAD(, secret)	secrets = SLIST_HEAD_INITIALIZER(secrets);

/* From here on a core of ours would hold it. */
static void
no_core(void)
{
	struct rlimit	none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) == -1)
		log_warn("setrlimit");
}

const char *
secret_take(const char *variable)
{
	struct secret	*s;
	char		*value;

	SLIST_FOREACH(s, &secrets, entry)
		if (strcmp(s->variable, variable) == 0)
			return s->value;
	value = getenv(variable);
	if (value == NULL)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	s->variable = xstrdup(variable);
	s->value = xstrdup(value);
	SLIST_INSERT_HEAD(&secrets, s, entry);
	explicit_bzero(value, strlen(value));
	unsetenv(variable);
	no_core();
	return s->value;
}

int
secret_present(const char *variable)
{
	const struct secret	*s;
	const char		*value = getenv(variable);

	SLIST_FOREACH(s, &secrets, entry)
		if (strcmp(s->variable, variable) == 0)
			value = s->value;
	return value != NULL && value[strspn(value, " \t\r\n")] != '\0';
}

void
secret_wipe(void)
{
	struct secret	*s;

	while ((s = SLIST_FIRST(&secrets)) != NULL) {
		SLIST_REMOVE_HEAD(&secrets, entry);
		freezero(s->value, strlen(s->value) + 1);
		free(s->variable);
		free(s);
	}
}
