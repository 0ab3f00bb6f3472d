#include <sys/stat.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "json.h"
#include "log.h"
#include "supervisor/preview.h"
#include "supervisor/runtime.h"
#include "supervisor/settings.h"
#include "utf8.h"

struct preview {
	const char	*path;		/* real path */
	int64_t		 budget;
	int		 done;		/* answered, or never will be */
	enum mnemod_exit status;
};

static void
preview_ready(struct child *c, void *arg)
{
	struct preview	*p = arg;
	struct msg_head	 head = { .id = MSG_PREVIEW };
	json_object	*body = json_object_new_object();

	json_set_str(body, "path", p->path);
	json_set_int(body, "budget_bytes", p->budget);
	if (child_request(c, &head, body) == -1)
		child_stop(c, "it takes no request");
}

static void
preview_message(struct child *c, const struct msg *m, void *arg)
{
	struct preview	*p = arg;
	const char	*text;

	if (m->id == MSG_PREVIEWED) {
		text = json_str(m->body, "text");
		p->status = EXIT_OK;
		if (text == NULL ||
		    fd_write_all(STDOUT_FILENO, text, strlen(text)) == -1 ||
		    fd_write_all(STDOUT_FILENO, "\n", 1) == -1) {
			log_warn("standard output");
			p->status = EXIT_JOB_FAILED;
		}
	} else
		log_warnx("%s: %s", p->path, json_str(m->body, "message"));
	child_stop(c, "done");
}

static void
preview_ended(struct child *c, const struct child_end *end, void *arg)
{
	struct preview	*p = arg;

	if (!child_once(c, end))
		return;
	if (p->status != EXIT_OK && end->cause != CAUSE_STOPPED)
		log_warnx("%s: the extract worker ended: %s", p->path,
		    end->text);
	p->done = 1;
}

static enum mnemod_exit
preview_with(const struct config *config, struct preview *p)
{
	static const struct child_ops	ops = {
		preview_ready, preview_message, NULL, preview_ended
	};
	struct child_spec		spec;
	struct runtime			rt;
	enum mnemod_exit		e;

	e = runtime_open(&rt, config, 1u << ROLE_EXTRACT, -1);
	if (e != EXIT_OK)
		return e;
	memset(&spec, 0, sizeof(spec));
	spec.role = ROLE_EXTRACT;
	spec.settings = settings_extract(config, p->path);
	spec.root_fd = spec.peer_lock_fd = -1;
	spec.ops = &ops;
	spec.arg = p;
	child_start(rt.children, &spec);
	while (!p->done)
		loop_run_once(rt.loop, -1);
	e = runtime_finish(&rt, "done");
	runtime_close(&rt);
	return e == EXIT_OK ? p->status : e;
}

enum mnemod_exit
preview_run(const struct config *config, const char *path)
{
	struct preview	p;
	struct stat	sb;
	char		real[PATH_MAX];

	if (realpath(path, real) == NULL || stat(real, &sb) == -1) {
		log_warn("%s", path);
		return EXIT_JOB_FAILED;
	}
	if (!utf8_is(real)) {
		log_warnx("%s: its name is not UTF-8; give it another", real);
		return EXIT_JOB_FAILED;
	}
	if (!S_ISREG(sb.st_mode)) {
		log_warnx("%s: not a regular file, no rollout", path);
		return EXIT_JOB_FAILED;
	}
	memset(&p, 0, sizeof(p));
	p.path = real;
	p.budget = settings_text_bytes(config);
	p.status = EXIT_JOB_FAILED;
	return preview_with(config, &p);
}
