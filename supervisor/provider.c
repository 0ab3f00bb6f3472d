#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <linux/landlock.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/mem.h"
#include "supervisor/provider.h"
#include "supervisor/secret.h"

char *
provider_key_file(const struct config *c)
{
	const struct config_provider	*p = config_provider_used(c);

	if (p == NULL)
		return NULL;
	if (*p->key_file != '\0')
		return xstrdup(p->key_file);
	if (p->auth == AUTH_CODEX && c->nsources > 0)
		return xasprintf("%s/auth.json", c->sources[0].path);
	return NULL;
}

int
provider_file_look(const struct config *c, struct provider_file *f)
{
	char		*path = provider_key_file(c);
	struct stat	 sb;
	int		 rc = 0;

	memset(f, 0, sizeof(*f));
	if (path != NULL && stat(path, &sb) == -1)
		rc = errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	else if (path != NULL) {
		f->dev = sb.st_dev;
		f->ino = sb.st_ino;
		f->mtime_ns = (int64_t)sb.st_mtim.tv_sec * 1000000000 +
		    sb.st_mtim.tv_nsec;
	}
	free(path);
	return rc;
}

int
provider_file_same(const struct provider_file *a,
    const struct provider_file *b)
{
	return a->dev == b->dev && a->ino == b->ino &&
	    a->mtime_ns == b->mtime_ns;
}

static int
check_key_file(const char *path, struct buf *why)
{
	struct stat	sb;

	if (stat(path, &sb) == -1)
		buf_addf(why, "the key file %s: %s", path, strerror(errno));
	else if (!S_ISREG(sb.st_mode) || sb.st_size == 0)
		buf_addf(why, "the key file %s: expected a regular file that "
		    "is not empty", path);
	else if ((sb.st_mode & 077) != 0)
		buf_addf(why, "the key file %s: others may read or write it "
		    "(mode %04o): expected chmod 600", path,
		    (unsigned)sb.st_mode & 07777);
	else if (access(path, R_OK) == -1)
		buf_addf(why, "the key file %s: %s", path, strerror(errno));
	else
		return 0;
	return -1;
}

static int
check_key(const struct config *c, const struct config_provider *p,
    struct buf *why)
{
	const char	*value;
	char		*path;
	int		 rc = 0;

	if (*p->key_env != '\0') {
		value = secret_take(p->key_env);
		if (value == NULL || *value == '\0') {
			buf_addf(why, "provider \"%s\": the environment "
			    "variable %s (key_env) is %s: expected the key",
			    p->name, p->key_env,
			    value == NULL ? "not set" : "empty");
			return -1;
		}
	}
	path = provider_key_file(c);
	if (path != NULL) {
		buf_addf(why, "provider \"%s\": ", p->name);
		rc = check_key_file(path, why);
		if (rc == 0)
			buf_reset(why);
	}
	free(path);
	return rc;
}

int
provider_landlock(void)
{
	long	abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

/* What common/sandbox.c will ask of the kernel. */
static int
check_sandbox(const struct config *c, const struct config_provider *p,
    struct buf *why)
{
	int	abi;

	if (c->sandbox != SANDBOX_REQUIRED)
		return 0;
	abi = provider_landlock();
	if (abi >= PROVIDER_LANDLOCK && prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != -1)
		return 0;
	buf_addf(why, "provider \"%s\": the kernel offers no complete sandbox "
	    "(Landlock %d, %d is needed): workers could do what this user "
	    "can; to allow that, write\n"
	    "    sandbox = best-effort", p->name, abi,
	    PROVIDER_LANDLOCK);
	return -1;
}

int
provider_check(const struct config *c, struct buf *why)
{
	const struct config_provider	*p = config_provider_used(c);

	if (p == NULL)
		return 0;
	if (check_key(c, p, why) == -1)
		return -1;
	return check_sandbox(c, p, why);
}
