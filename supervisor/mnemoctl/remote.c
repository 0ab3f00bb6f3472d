#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/frame.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/control_address.h"
#include "supervisor/mnemoctl/remote.h"
#include "supervisor/mnemoctl/remote_int.h"
#include "supervisor/serve.h"
#include "supervisor/state_dir.h"

#define FIND_MS		15000	/* until the state can be asked or taken */
#define LOOK_MS		50

static int
send_request(struct remote *r, int fd)
{
	struct buf		b = BUF_INIT;
	struct frame_writer	out;
	char			state[CONTROL_STATE_SIZE];
	enum frame_status	st;

	if (control_state_id(r->ctl->config->state, state) == -1)
		return -1;
	json_set_str(r->request, "state", state);
	json_write(&b, r->request);
	frame_writer_init(&out);
	st = frame_writer_push(&out, b.data, b.len);
	if (st == FRAME_OK)
		st = FRAME_MORE;
	while (st == FRAME_MORE)
		st = frame_writer_flush(&out, fd);
	frame_writer_release(&out);
	buf_wipe(&b);
	return st == FRAME_OK ? 0 : -1;
}

/* Over the socket: 0, or -1 if it was not asked. */
static int
ask_supervisor(struct remote *r, int fd)
{
	int	sent;

	json_set_str(r->doc, "by", "supervisor");
	r->stopping = 0;
	/* One who was turned away has an answer all the same. */
	signal(SIGPIPE, SIG_IGN);
	sent = send_request(r, fd);
	signal(SIGPIPE, SIG_DFL);
	if (remote_read(r, fd) == 0)
		return 0;
	if (r->stopping)
		return -1;
	if (sent == -1)
		return -1;
	log_warnx("the supervisor ended before it answered; look with "
	    "mnemoctl status, then ask again");
	r->exit = CTL_NOT_FOUND;
	return 0;
}

/* Was the hold one until now? */
static void
check_hold(struct remote *r, int fd)
{
	struct pollfd	p = { .fd = fd, .events = POLLIN };
	int		n;

	if (r->work == NULL || r->exit != CTL_OK)
		return;
	do
		n = poll(&p, 1, 0);
	while (n == -1 && errno == EINTR);
	if (n == 0)
		return;
	log_warnx("the supervisor ended, or was told to, before all was read; "
	    "ask again");
	r->exit = CTL_WAITING;
}

/*
 * Parsed again: what the command line gave is not checked yet, and a served
 * request meets the same checks as one that is sent.
 */
static json_object *
checked(json_object *request)
{
	struct buf	 b = BUF_INIT;
	json_object	*o;

	json_write(&b, request);
	o = json_parse(b.data, b.len, JSON_DEPTH, NULL);
	buf_wipe(&b);
	return o;
}

/* 0, or -1 if somebody has the state now. */
static int
serve_here(struct remote *r, struct config *config)
{
	struct op_asker		asker = { remote_take, r };
	enum mnemod_exit	e;

	json_set_str(r->doc, "by", "mnemoctl");
	r->served = 1;
	log_set_sink(remote_quiet, NULL);
	e = serve_request(r->ctl->paths, config, r->request, &asker);
	log_set_sink(NULL, NULL);
	r->served = 0;
	if (e == EXIT_LOCKED)
		return -1;
	if (e != EXIT_OK)
		r->exit = (enum ctl_exit)e;
	else if (!r->answered)
		r->exit = CTL_NOT_FOUND;
	return 0;
}

/* Always 0: it is decided. */
static int
say_none(struct remote *r)
{
	log_warnx("%s: no supervisor runs, and only one that does can tell",
	    r->command->name);
	r->exit = CTL_NOT_FOUND;
	return 0;
}

/* One try: 0 if it is decided, else -1. */
static int
try_once(struct remote *r)
{
	struct state_holder	h;
	int			fd = -1, decided;

	if (!state_dir_holder(r->ctl->config->state, &h))
		return r->command != NULL && r->command->running ?
		    say_none(r) : serve_here(r, r->ctl->config);
	if (h.how != NULL && h.how[0] == '/')
		fd = control_connect(h.how, 0);
	state_holder_release(&h);
	if (fd == -1)
		return -1;
	decided = ask_supervisor(r, fd);
	check_hold(r, fd);
	close(fd);
	return decided;
}

static void
say_silent(const struct ctl *ctl)
{
	struct state_holder	h;

	if (!state_dir_holder(ctl->config->state, &h))
		return;
	log_warnx("%s: process %d holds the state and cannot be asked (%s); "
	    "try again, or stop it", ctl->config->state, h.pid,
	    h.how == NULL ? "it has no control socket" : h.how);
	state_holder_release(&h);
}

static enum ctl_exit
ask(struct remote *r)
{
	int64_t	deadline = mono_ms() + FIND_MS;

	while (try_once(r) == -1) {
		if (mono_ms() >= deadline) {
			say_silent(r->ctl);
			return CTL_LOCKED;
		}
		poll(NULL, 0, LOOK_MS);
	}
	return r->exit;
}

/* A state is made by mnemod(8) alone. */
static int
has_state(const struct ctl *ctl)
{
	char	*path = xasprintf("%s/state.db", ctl->config->state);
	int	 there = access(path, F_OK) == 0;

	if (!there && errno != ENOENT)
		log_warn("%s: %s", path, errno == EACCES ? "only the user who "
		    "runs mnemod may read it" : "cannot be looked at");
	else if (!there)
		log_warnx("%s: no state is there: start mnemod, or name its "
		    "state directory with -s", ctl->config->state);
	free(path);
	return there;
}

/* TOKEN|MEMORY: a memory's name means the memory. */
static const char *
key_of(const struct ctl *ctl, const struct ctl_command *cmd)
{
	return strcmp(cmd->key, "token") == 0 &&
	    config_memory(ctl->config, ctl->opt->argument) != NULL ? "memory" :
	    cmd->key;
}

/* A path is meant from where we are, which the supervisor cannot know. */
static void
set_argument(const struct ctl *ctl, const struct ctl_command *cmd,
    json_object *args)
{
	const char	*word = ctl->opt->argument;
	char		*path = NULL;

	if (strcmp(cmd->key, "what") == 0 && word[0] == '.' &&
	    (word[1] == '\0' || word[1] == '/' || word[1] == '.'))
		path = paths_expand(ctl->paths, word);
	json_set_str(args, key_of(ctl, cmd), path != NULL ? path : word);
	free(path);
}

/* Whatever was given: each command has its own. */
static void
set_options(json_object *args, const struct ctl_options *opt)
{
	char	lines[24];

	if (opt->memory != NULL)
		json_set_str(args, "memory", opt->memory);
	if (opt->despite != NULL)
		json_set_str(args, "despite", opt->despite);
	if (opt->all)
		json_set_bool(args, "all", 1);
	if (opt->lines > 0) {
		snprintf(lines, sizeof(lines), "%lld", (long long)opt->lines);
		json_set_str(args, "lines", lines);
	}
	if (opt->follow)
		json_set_bool(args, "follow", 1);
	if (opt->wait)
		json_set_bool(args, "wait", 1);
	if (opt->outdated)
		json_set_bool(args, "outdated", 1);
	if (opt->dry_run)
		json_set_bool(args, "dry_run", 1);
	if (opt->purge)
		json_set_bool(args, "purge", 1);
}

enum ctl_exit
remote_collect(struct ctl *ctl, const struct ctl_command *cmd,
    json_object *doc)
{
	struct remote	 r = { .ctl = ctl, .command = cmd, .doc = doc };
	json_object	*o = json_object_new_object();
	json_object	*args = ctl_set_object(o, "args");
	enum ctl_exit	 e;

	json_set_str(o, "command", cmd->name);
	set_options(args, ctl->opt);
	if (ctl->opt->argument != NULL)
		set_argument(ctl, cmd, args);
	r.request = checked(o);
	json_object_put(o);
	if (r.request == NULL) {
		log_warnx("%s: its argument is no UTF-8, or too long",
		    cmd->name);
		return CTL_USAGE;
	}
	e = has_state(ctl) ? ask(&r) : CTL_STATE;
	json_object_put(r.request);
	return e;
}

enum ctl_exit
remote_hold(struct ctl *ctl, json_object *doc, enum ctl_exit (*work)(void *),
    void *arg)
{
	struct remote	 r = { .ctl = ctl, .doc = doc, .work = work,
			    .arg = arg };
	enum ctl_exit	 e = CTL_STATE;

	r.request = json_object_new_object();
	json_set_str(r.request, "command", "hold");
	if (has_state(ctl))
		e = ask(&r);
	json_object_put(r.request);
	return e;
}
