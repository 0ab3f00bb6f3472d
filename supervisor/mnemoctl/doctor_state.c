/* mnemoctl doctor: state directory, database, disk, clock. */

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/control_address.h"
#include "supervisor/mnemoctl/doctor.h"
#include "supervisor/mnemoctl/when.h"
#include "supervisor/state_dir.h"
#include "supervisor/store_look.h"

#define MIB		1048576
#define CLOCK_SLACK	3600	/* seconds; zones are no matter here */

static void
check_socket(struct doctor *d)
{
	struct state_holder	h;
	int			fd = -1;

	if (!state_dir_holder(d->ctl->config->state, &h)) {
		doctor_say(d, DOCTOR_OK, "no supervisor runs");
		return;
	}
	if (h.how != NULL && h.how[0] == '/')
		fd = control_connect(h.how, 0);
	if (fd != -1)
		doctor_say(d, DOCTOR_OK, "a supervisor runs, pid %d, and can "
		    "be asked at %s", h.pid, h.how);
	else {
		doctor_say(d, DOCTOR_WARN, "process %d holds the state and "
		    "cannot be asked", h.pid);
		doctor_advise(d, "try again; if it stays so, start mnemod anew "
		    "with XDG_RUNTIME_DIR set");
	}
	if (fd != -1)
		close(fd);
	state_holder_release(&h);
}

void
doctor_state(struct doctor *d)
{
	const char	*dir = d->ctl->config->state;
	const char	*net = state_dir_network_fs(dir);
	struct stat	 st;

	if (stat(dir, &st) == -1) {
		doctor_say(d, errno == ENOENT ? DOCTOR_OK : DOCTOR_FAIL,
		    "%s: %s", dir, errno == ENOENT ? "mnemod makes it at its "
		    "first start" : strerror(errno));
		return;
	}
	if (net != NULL) {
		doctor_say(d, DOCTOR_FAIL, "%s: is on a network file system "
		    "(%s), where locks and the database are not safe", dir,
		    net);
		doctor_advise(d, "choose a local directory with -s");
	}
	if (st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
		doctor_say(d, DOCTOR_FAIL, "%s: belongs to uid %u, mode %04o; "
		    "transcripts are in it", dir, (unsigned)st.st_uid,
		    (unsigned)st.st_mode & 07777);
		doctor_advise(d, "chown and chmod 700 it");
	} else
		doctor_say(d, DOCTOR_OK, "%s is yours alone", dir);
	if (d->ctl->owner.orphans) {
		doctor_say(d, DOCTOR_WARN, "workers of a supervisor that died "
		    "are still running");
		doctor_advise(d, "they end within ten seconds");
	}
	check_socket(d);
	doctor_rename(d);
}

#define RESTORE	"stop mnemod, put the newest copy beside it (state.db.v*, " \
		"if there is one) or a backup in its place, or move it " \
		"away: it is made again from the rollouts"

void
doctor_database(struct doctor *d)
{
	struct buf		 why = BUF_INIT;
	enum store_status	 st = d->opened;

	if (st == STORE_OK)
		st = store_quick_check(d->ctl->store, &why);
	else if (st == STORE_NONE) {
		doctor_say(d, DOCTOR_OK, "there is none yet");
		return;
	}
	if (st == STORE_OK)
		doctor_say(d, DOCTOR_OK, "state.db is whole");
	else if (st == STORE_CORRUPT) {
		doctor_say(d, DOCTOR_FAIL, "state.db is damaged: %s",
		    why.len > 0 ? buf_str(&why) : "it cannot be read");
		doctor_advise(d, RESTORE);
	} else {
		doctor_say(d, DOCTOR_FAIL, "state.db cannot be read (%s)",
		    why.len > 0 ? buf_str(&why) : store_status_name(st));
		doctor_advise(d, "what was said on standard error tells the "
		    "way out");
	}
	buf_release(&why);
}

static void
check_space(struct doctor *d, const char *path)
{
	struct statvfs	 fs;

	if (statvfs(path, &fs) == -1) {
		if (errno != ENOENT)
			doctor_say(d, DOCTOR_WARN, "%s: its file system "
			    "cannot be looked at: %s", path, strerror(errno));
		return;
	}
	if (fs.f_files > 0 && fs.f_favail == 0) {
		doctor_say(d, DOCTOR_FAIL, "%s: no inode is free", path);
		doctor_advise(d, "remove files there");
	} else
		doctor_say(d, DOCTOR_OK, "%s: %lld MB are free", path,
		    (long long)(fs.f_bavail * fs.f_frsize / MIB));
}

void
doctor_disk(struct doctor *d)
{
	const struct config	*c = d->ctl->config;
	struct standstill	 still;
	size_t			 i;

	if (standstill_look(c, &still)) {
		doctor_say(d, DOCTOR_WARN, "%s", still.text);
		doctor_advise(d, "make room, lower min_free_mb, or plug it in: "
		    "nothing new is begun until then");
	}
	check_space(d, c->state);
	for (i = 0; i < c->nmemories; i++)
		if (standstill_root(c, c->memories[i].root, &still)) {
			doctor_say(d, DOCTOR_WARN, "memory %s: %s",
			    c->memories[i].name, still.text);
			doctor_advise(d, "make room there");
		}
}

/* Ages and ceilings are counted by it. */
void
doctor_clock(struct doctor *d)
{
	struct timex	 t = { .modes = 0 };
	int64_t		 newest = 0;
	char		 text[TIME_TEXT];

	if (d->ctl->store != NULL)
		(void)store_newest(d->ctl->store, &newest);
	if (newest > d->ctl->now + CLOCK_SLACK) {
		doctor_say(d, DOCTOR_FAIL, "the clock is %s behind what was "
		    "recorded last", span_text(text, newest - d->ctl->now));
		doctor_advise(d, "set the clock; until it has caught up, what "
		    "was recorded counts as spent");
	} else
		doctor_say(d, DOCTOR_OK, "the clock is not behind what was "
		    "recorded last");
	if (d->ctl->config->now != CONFIG_NOW_UNSET) {
		doctor_say(d, DOCTOR_WARN, "the time was set by the "
		    "configuration");
		doctor_advise(d, "remove the key now");
	} else if (adjtimex(&t) != -1 && (t.status & STA_UNSYNC) != 0)
		doctor_say(d, DOCTOR_OK, "the kernel does not know of any "
		    "synchronisation of the clock");
}
