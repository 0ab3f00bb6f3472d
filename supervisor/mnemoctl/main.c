#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/fd.h"
#include "common/hook.h"
#include "common/json.h"
#include "common/log.h"
#include "common/monotime.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/remote.h"

/* mnemoctl(1): options, configuration, and one look or one request. */

#define LOOKS_MAX 3	/* at a state whose supervisor is just starting */

static const struct ctl_command commands[] = {
	{ .name = "status", .text = "what goes on, what waits and what is "
	    "wrong", .collect = status_collect,
	    .complete = status_complete, .show = status_show },
	{ .name = "accept", .argument = "TOKEN|MEMORY|AGENT", .text =
	    "publish what waits, or was refused", .show = published_show,
	    .key = "token" },
	{ .name = "agents", .text = "the last consolidation agents",
	    .collect = agents_collect, .show = agents_show },
	{ .name = "audit", .argument = "[MEMORY]", .text = "entries and "
	    "specifics lost, week by week", .show = audit_show,
	    .key = "memory" },
	{ .name = "backup", .argument = "FILE", .text = "the whole state into "
	    "one file", .collect = backup_collect, .show = backup_show,
	    .alone = 1 },
	{ .name = "check", .argument = "[DIR|MEMORY]", .text = "what is "
	    "wrong in a memory folder", .collect = check_collect,
	    .show = check_show, .alone = 1 },
	{ .name = "diff", .argument = "[COMMIT]", .text = "what a commit "
	    "changed, or you since the last", .show = diff_show,
	    .key = "commit" },
	{ .name = "disable", .argument = "[THREAD|DIRECTORY]", .text =
	    "make nothing of these sessions; alone: list them",
	    .show = disable_show, .key = "what" },
	{ .name = "discard", .argument = "[MEMORY]", .text = "drop what waits "
	    "for review", .show = discarded_show, .key = "memory" },
	{ .name = "doctor", .text = "what could keep mnemod from working "
	    "here", .collect = doctor_collect, .show = doctor_show,
	    .alone = 1 },
	{ .name = "enable", .argument = "THREAD|DIRECTORY", .text = "undo "
	    "a disable", .show = enable_show, .key = "what" },
	{ .name = "extract", .argument = "[THREAD|PATH]", .text = "make "
	    "again what stage one made of it", .show = extract_show,
	    .key = "what" },
	{ .name = "forget", .argument = "THREAD|PATTERN", .text = "take "
	    "sessions out of every memory", .show = forget_show,
	    .key = "what" },
	{ .name = "history", .argument = "[MEMORY]", .text = "the commits of "
	    "a memory, newest first", .show = history_show, .key = "memory" },
	{ .name = "jobs", .text = "one line for each job",
	    .collect = jobs_collect, .show = jobs_show },
	{ .name = "log", .text = "what the supervisor said last",
	    .show = log_show, .hear = log_hear, .running = 1 },
	{ .name = "mcp", .text = "serve a memory to an agent: Model Context "
	    "Protocol", .collect = mcp_collect, .alone = 1, .memory = 1 },
	{ .name = "metrics", .text = "the numbers of the supervisor that "
	    "runs", .show = metrics_show },
	{ .name = "pause", .text = "begin nothing new until resume",
	    .show = pause_show },
	{ .name = "release", .argument = "[MEMORY]", .text = "give a memory "
	    "folder back, as it is", .show = release_show, .key = "memory" },
	{ .name = "reload", .text = "read the configuration again",
	    .show = reload_show },
	{ .name = "remember", .argument = "TEXT", .text = "note something for "
	    "the next consolidation", .show = noted_show, .key = "text" },
	{ .name = "restore", .argument = "FILE", .text = "the state as a backup "
	    "has it", .collect = restore_collect, .show = restore_show,
	    .alone = 1 },
	{ .name = "resume", .text = "end a pause", .show = pause_show },
	{ .name = "retry", .argument = "[THREAD|MEMORY]", .text = "do again "
	    "at once what failed", .show = retry_show, .key = "what" },
	{ .name = "revert", .argument = "COMMIT", .text = "make the memory "
	    "what it was at a commit", .show = published_show,
	    .key = "commit" },
	{ .name = "review", .argument = "[MEMORY]", .text = "what waits for "
	    "you, and its token", .show = review_show, .key = "memory" },
	{ .name = "run", .argument = "[MEMORY]", .text = "a pass now, "
	    "whatever the cooldown", .show = run_show, .key = "memory" },
	{ .name = "search", .argument = "WORDS", .text = "where memory and "
	    "sessions hold these words", .collect = search_collect,
	    .show = search_show, .memory = 1, .words = 1 },
	{ .name = "show", .argument = "AGENT", .text = "what an agent did, "
	    "spent and was refused", .collect = agent_collect,
	    .show = agent_show },
	{ .name = "stop", .argument = "AGENT|MEMORY|PID", .text = "end an "
	    "agent or another worker", .show = stop_show, .key = "what" },
	{ .name = "usage", .text = "requests, tokens and money, by day, "
	    "model, purpose or memory", .collect = usage_collect,
	    .show = usage_show },
	{ .name = "why", .argument = "ID|PATH", .text = "why a thread is "
	    "extracted, selected, or not", .collect = why_collect,
	    .show = why_show },
	{ .name = NULL }
};

static struct config *
load_config(const struct ctl_options *opt, const struct paths *paths)
{
	struct config_request	req = { paths, opt->file, opt->state,
				    opt->overrides, opt->noverrides };
	struct buf		why = BUF_INIT;
	struct config		*c = config_load(&req, &why);
	char			*line, *rest;

	if (c == NULL) {
		rest = why.data;
		while ((line = strsep(&rest, "\n")) != NULL)
			log_warnx("%s", line);
	} else if (c->now != CONFIG_NOW_UNSET)
		wall_set_offset(c->now - wall_ms());
	buf_release(&why);
	return c;
}

static enum ctl_exit
open_store(struct ctl *ctl)
{
	const char		*dir = ctl->config->state;
	enum store_status	 st = store_open(dir, STORE_READER,
	    &ctl->store);

	if (st == STORE_NONE)
		log_warnx("%s: no state is there: start mnemod, or name its "
		    "state directory with -s", dir);
	return st == STORE_OK ? CTL_OK : CTL_STATE;
}

/* What every document has. */
static json_object *
document_new(struct ctl *ctl, const struct ctl_command *cmd)
{
	json_object	*doc = json_object_new_object();

	ctl->now = wall_s();
	json_set_str(doc, "command", cmd->name);
	json_set_str(doc, "version", MNEMOD_VERSION);
	json_set_int(doc, "now", ctl->now);
	json_set_str(doc, "state", ctl->config->state);
	return doc;
}

/* One look: one snapshot, one document.  *stale: look again. */
static enum ctl_exit
look(struct ctl *ctl, const struct ctl_command *cmd, json_object *doc,
    int *stale)
{
	enum ctl_exit	 e = open_store(ctl);

	*stale = 0;
	if (e != CTL_OK)
		return e;
	ctl_owner_look(&ctl->owner, ctl->config->state);
	e = ctl_look_roots(ctl);
	if (e == CTL_OK)
		e = ctl_exit_of(store_begin(ctl->store));
	if (e == CTL_OK) {
		e = ctl_look(ctl);
		if (e == CTL_OK)
			e = cmd->collect(ctl, doc);
		store_rollback(ctl->store);
	}
	if (e == CTL_OK && cmd->complete != NULL)
		cmd->complete(ctl, doc);
	ctl_release(ctl);
	*stale = store_reader_stale(ctl->store);
	store_close(ctl->store);
	return e;
}

static enum ctl_exit
run(struct ctl *ctl)
{
	const struct ctl_options	*opt = ctl->opt;
	const struct ctl_command	*cmd = opt->command;
	json_object			*doc = NULL;
	struct output			 out;
	enum ctl_exit			 e;
	int				 looks = 0, stale;

	do {
		json_object_put(doc);
		doc = document_new(ctl, cmd);
		stale = 0;
		if (cmd->collect == NULL)
			e = remote_collect(ctl, cmd, doc);
		else if (cmd->alone)
			e = cmd->collect(ctl, doc);
		else
			e = look(ctl, cmd, doc, &stale);
	} while (stale && ++looks < LOOKS_MAX);
	if (e == CTL_OK && cmd->show == NULL)
		;	/* it had standard output for itself */
	else if (e == CTL_OK && opt->json)
		output_json(stdout, doc);
	else if (e == CTL_OK) {
		output_init(&out, stdout, ctl->now);
		cmd->show(doc, &out);
		if (opt->verbose && json_str(doc, "by") != NULL)
			log_info("answered by: %s", json_str(doc, "by"));
	}
	json_object_put(doc);
	return e == CTL_OK ? ctl->verdict : e;
}

static enum ctl_exit
act(const struct ctl_options *opt)
{
	struct paths	 paths;
	struct config	*config;
	struct ctl	 ctl;
	enum ctl_exit	 e = CTL_CONFIG;

	config = paths_init(&paths) == -1 ? NULL : load_config(opt, &paths);
	if (config != NULL) {
		memset(&ctl, 0, sizeof(ctl));
		ctl.config = config;
		ctl.paths = &paths;
		ctl.opt = opt;
		hook_crash_at(config->crash_at);
		e = run(&ctl);
		config_free(config);
	}
	paths_release(&paths);
	return e;
}

int
main(int argc, char **argv)
{
	struct ctl_options	opt;
	enum ctl_exit		e = CTL_OK;

	log_init("mnemoctl");
	if (fd_sanitize_std() == -1) {
		log_warn("/dev/null");
		return CTL_STATE;
	}
	if (argc < 1)
		return CTL_STATE;
	setlocale(LC_CTYPE, "C.UTF-8");	/* widths and escapes */
	if (ctl_options_parse(&opt, commands, argv) == -1) {
		log_warnx("%s", opt.why);
		ctl_options_usage(stderr);
		ctl_options_release(&opt);
		return CTL_USAGE;
	}
	log_verbose(opt.verbose);
	if (opt.help && opt.command != NULL)
		ctl_options_help_command(stdout, opt.command);
	else if (opt.help)
		ctl_options_help(stdout, commands);
	else if (opt.version)
		printf("mnemoctl %s\n", MNEMOD_VERSION);
	else
		e = act(&opt);
	ctl_options_release(&opt);
	if (fflush(stdout) == EOF && e == CTL_OK) {
		log_warn("standard output");
		e = CTL_NOT_FOUND;
	}
	return (int)e;
}
