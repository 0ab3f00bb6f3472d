#include <stdio.h>
#include <string.h>

#include "common/uuid.h"
#include "supervisor/mnemoctl/backup_content.h"

#define LOWER	"abcdefghijklmnopqrstuvwxyz"
#define LETTERS	LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS	"0123456789"

/* "agents/THREAD_ID.jsonl", without the folder. */
static int
is_audit(const char *name)
{
	char	 id[UUID_SIZE];

	if (strlen(name) != UUID_SIZE - 1 + strlen(".jsonl") ||
	    strcmp(name + UUID_SIZE - 1, ".jsonl") != 0)
		return 0;
	snprintf(id, sizeof(id), "%.36s", name);
	return uuid_valid(id);
}

/* Object names, packs and references have no other characters. */
static int
is_plain(const char *name)
{
	return name[strspn(name, LETTERS DIGITS "_-./")] == '\0' &&
	    strstr(name, "/.") == NULL;
}

static int
is_below(const char *name, const char *folder)
{
	size_t	 n = strlen(folder);

	return strncmp(name, folder, n) == 0 && name[n] == '/';
}

/*
 * Below "memories/NAME.git/": what a history consists of.  Hooks, settings
 * and other places to look for objects in are nothing to take from others.
 */
static enum untar_verdict
judge_history(const char *name, int is_dir)
{
	static const char *const	files[] = { "HEAD", "shallow",
	    "packed-refs" };
	size_t				 i;

	if (is_dir && (strcmp(name, "objects") == 0 ||
	    strcmp(name, "refs") == 0))
		return UNTAR_KEEP;
	for (i = 0; !is_dir && i < sizeof(files) / sizeof(files[0]); i++)
		if (strcmp(name, files[i]) == 0)
			return UNTAR_KEEP;
	if (!is_plain(name) || (strcmp(name, "objects/info") != 0 &&
	    is_below(name, "objects/info")))
		return UNTAR_SKIP;
	return is_below(name, "objects") || is_below(name, "refs") ?
	    UNTAR_KEEP : UNTAR_SKIP;
}

/* Below "memories/". */
static enum untar_verdict
judge_memory(const char *name, int is_dir)
{
	size_t	 n = strspn(name, LOWER DIGITS "_-");

	if (n == 0 || n > 32 || strncmp(name + n, ".git", 4) != 0)
		return UNTAR_SKIP;
	name += n + 4;
	if (name[0] == '\0')
		return is_dir ? UNTAR_KEEP : UNTAR_SKIP;
	return name[0] == '/' ? judge_history(name + 1, is_dir) : UNTAR_SKIP;
}

enum untar_verdict
backup_judge(const char *name, int is_dir)
{
	static const char	agents[] = "agents/", memories[] = "memories/";

	if (strncmp(name, memories, sizeof(memories) - 1) == 0)
		return judge_memory(name + sizeof(memories) - 1, is_dir);
	if (strncmp(name, agents, sizeof(agents) - 1) == 0)
		return !is_dir && is_audit(name + sizeof(agents) - 1) ?
		    UNTAR_KEEP : UNTAR_SKIP;
	if (is_dir)
		return strcmp(name, "agents") == 0 ||
		    strcmp(name, "memories") == 0 ? UNTAR_KEEP : UNTAR_REFUSE;
	return strcmp(name, BACKUP_MANIFEST) == 0 ||
	    strcmp(name, "state.db") == 0 ||
	    strcmp(name, "installation_id") == 0 ? UNTAR_KEEP : UNTAR_REFUSE;
}
