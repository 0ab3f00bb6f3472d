/* mnemoctl doctor: the history of a memory. */

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/json.h"
#include "common/mem.h"
#include "supervisor/lone.h"
#include "supervisor/mnemoctl/doctor.h"
#include "supervisor/settings.h"

#define ID_SIZE		41	/* of a commit, with its NUL */
#define REF_LINE	512
#define RESTORE		"restore a backup; or move it away and start " \
			"mnemod --adopt: the folder stays as it is, its " \
			"history is lost"

#define DAMAGED		"no_history"	/* its worker's word for that */
#define SHORTAGE	"that is the disk, or a shortage: look to it, and ask " \
			"again; the history may be whole"

/* What a reference was found to be. */
enum ref {
	REF_ABSENT,
	REF_FOUND,
	REF_DAMAGED,		/* it holds something else */
	REF_UNREAD		/* errno */
};

/* The id in a line "ID NAME" of packed-refs. */
static enum ref
packed_ref(const char *history, const char *name, char id[ID_SIZE])
{
	char	*path = xasprintf("%s/packed-refs", history);
	char	 line[REF_LINE];
	FILE	*fp = fopen(path, "re");
	int	 found = 0, unread = fp == NULL && errno != ENOENT, error;

	free(path);
	while (fp != NULL && !found && fgets(line, sizeof(line), fp) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		found = strlen(line) > ID_SIZE && line[ID_SIZE - 1] == ' ' &&
		    strcmp(line + ID_SIZE, name) == 0;
	}
	error = errno;
	if (fp != NULL) {
		unread = ferror(fp) != 0;
		fclose(fp);
	}
	errno = error;
	if (found)
		snprintf(id, ID_SIZE, "%.*s", ID_SIZE - 1, line);
	return found ? REF_FOUND : unread ? REF_UNREAD : REF_ABSENT;
}

/* With REF_FOUND the commit that a reference of a history names. */
static enum ref
read_ref(const char *history, const char *name, char id[ID_SIZE])
{
	char	*path = xasprintf("%s/%s", history, name);
	int	 fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t	 n = fd == -1 ? -1 : fd_read_start(fd, id, ID_SIZE - 1);
	int	 error = errno;

	free(path);
	fd_close(&fd);
	errno = error;
	if (n == -1)
		return error == ENOENT ? packed_ref(history, name, id) :
		    REF_UNREAD;
	id[n] = '\0';
	return n == ID_SIZE - 1 &&
	    strspn(id, "0123456789abcdef") == ID_SIZE - 1 ? REF_FOUND :
	    REF_DAMAGED;
}

static void
check_refs(struct doctor *d, const struct config_memory *m,
    const char *history, const char *live)
{
	char		id[ID_SIZE];
	enum ref	ref = read_ref(history, "refs/mnemod/live", id);

	if (ref == REF_UNREAD) {
		doctor_say(d, DOCTOR_FAIL, "%s: the history %s: what is live "
		    "cannot be read: %s", m->name, history, strerror(errno));
		doctor_advise(d, SHORTAGE);
	} else if (ref != REF_FOUND) {
		doctor_say(d, DOCTOR_FAIL, "%s: the history %s has lost what "
		    "is live", m->name, history);
		doctor_advise(d, RESTORE);
	} else if (strcmp(id, live) != 0) {
		doctor_say(d, DOCTOR_WARN, "%s: the history is at %.12s, the "
		    "state at %.12s", m->name, id, live);
		doctor_advise(d, "the next start of mnemod settles it");
	} else
		doctor_say(d, DOCTOR_OK, "%s: history and state agree on what "
		    "is live, %.12s", m->name, id);
	if (read_ref(history, "refs/mnemod/next", id) == REF_FOUND) {
		doctor_say(d, DOCTOR_WARN, "%s: a publication is under way or "
		    "was interrupted", m->name);
		doctor_advise(d, "a supervisor that runs is at it, or the next "
		    "start finishes it");
	}
}

/* By a worker that may write nothing: this program knows no history. */
static void
check_objects(struct doctor *d, const struct config_memory *m,
    const struct store_memory *row)
{
	struct lone_job		 job = { ROLE_WORKSPACE,
				    settings_reader(d->ctl->config, m,
				    row->root, d->ctl->config->state),
				    m->name, MSG_VERIFY, MSG_VERIFIED };
	struct lone_answer	 a;
	char			 last[PATH_MAX];

	if (!doctor_run(d, &job, &a, last))
		return;			/* said of the workers */
	if (a.body == NULL) {
		doctor_say(d, DOCTOR_FAIL, "%s: %s", m->name, last);
		doctor_advise(d, strcmp(a.reason, DAMAGED) == 0 ? RESTORE :
		    SHORTAGE);
	} else
		doctor_say(d, DOCTOR_OK, "%s: the history is whole, %lld "
		    "objects were read%s", m->name,
		    (long long)json_int(a.body, "objects", 0),
		    json_flag(a.body, "more", 0) ? "; there are more" : "");
	lone_answer_release(&a);
}

void
doctor_history(struct doctor *d, const struct config_memory *m,
    const struct store_memory *row)
{
	char		*path;
	struct stat	 st;

	if (row == NULL || row->live_commit == NULL)
		return;
	path = xasprintf("%s/memories/%s.git", d->ctl->config->state,
	    m->name);
	if (stat(path, &st) == -1) {
		doctor_say(d, DOCTOR_FAIL, "%s: the history %s: %s", m->name,
		    path, strerror(errno));
		doctor_advise(d, errno == ENOENT ? "restore a backup; or start "
		    "mnemod --adopt: the folder stays as it is" : SHORTAGE);
	} else {
		check_refs(d, m, path, row->live_commit);
		check_objects(d, m, row);
	}
	free(path);
}
