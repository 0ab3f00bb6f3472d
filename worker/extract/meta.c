#include <bsd/string.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "rollout.h"

#define NAME_PREFIX	"rollout-"
#define NAME_TIME	20		/* "2026-11-22T18-56-59-" */
#define NAME_SUFFIX	".jsonl"

static void
rollout_meta_init(struct rollout_meta *m)
{
	memset(m, 0, sizeof(*m));
}

void
rollout_meta_clear(struct rollout_meta *m)
{
	free(m->path);
	free(m->source);
	free(m->thread_source);
	free(m->cwd);
	free(m->cli_version);
	free(m->model_provider);
	free(m->git_branch);
	free(m->git_sha);
	free(m->repository_url);
	free(m->memory_mode);
	free(m->first_text);
	rollout_meta_init(m);
}

int
rollout_name_id(const char *path, char out[UUID_SIZE])
{
	const size_t	 prefix = strlen(NAME_PREFIX);
	const char	*name = strrchr(path, '/'), *id;
	size_t		 i;

	out[0] = '\0';
	name = name == NULL ? path : name + 1;
	if (strncmp(name, NAME_PREFIX, prefix) != 0 ||
	    strlen(name) < prefix + NAME_TIME + UUID_SIZE - 1)
		return 0;
	id = name + prefix + NAME_TIME;
	if (strncmp(id + UUID_SIZE - 1, NAME_SUFFIX,
	    strlen(NAME_SUFFIX)) != 0)
		return 0;
	for (i = 0; i < UUID_SIZE - 1; i++)
		out[i] = (char)tolower((unsigned char)id[i]);
	out[i] = '\0';
	if (uuid_valid(out))
		return 1;
	out[0] = '\0';
	return 0;
}
