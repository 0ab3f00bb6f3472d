/* mnemoctl doctor: a worker of each role, and the provider behind one. */

#include <sys/stat.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/lone.h"
#include "supervisor/mnemoctl/doctor.h"
#include "supervisor/model.h"
#include "supervisor/secret.h"
#include "supervisor/settings.h"

#define REINSTALL	"install mnemod anew; the workers' programs are in " \
			"libexec of mnemod.conf(5)"

/* What a worker says on its way is the finding's, not the terminal's. */
static void
hear(enum log_level level, const char *line, void *arg)
{
	char	*last = arg;

	if (level == LOG_LEVEL_WARN)
		snprintf(last, PATH_MAX, "%s", line);
}

int
doctor_run(struct doctor *d, const struct lone_job *job, struct lone_answer *a,
    char last[PATH_MAX])
{
	enum mnemod_exit	e;

	last[0] = '\0';
	memset(a, 0, sizeof(*a));
	log_set_sink(hear, last);
	e = lone_run(d->ctl->config, job, a);
	log_set_sink(NULL, NULL);
	if (a->why[0] != '\0')
		snprintf(last, PATH_MAX, "%s", a->why);
	if (e == EXIT_OK && a->sandbox != NULL)
		return 1;
	lone_answer_release(a);
	if (last[0] == '\0')
		snprintf(last, PATH_MAX, "it never became ready");
	return 0;
}

/* "Landlock ABI 7, seccomp; not there: ..." */
static void
say_sandbox(struct doctor *d, enum role role, json_object *sandbox)
{
	json_object	*missing = json_arr(sandbox, "not_available");
	size_t		 i, n = missing == NULL ? 0 :
	    json_object_array_length(missing);
	int		 landlock = (int)json_int(sandbox, "landlock", 0);
	int		 seccomp = json_flag(sandbox, "seccomp", 0);
	int		 whole = landlock > 0 && seccomp;
	struct buf	 b = BUF_INIT;

	for (i = 0; i < n; i++)
		buf_addf(&b, "%s%s", i == 0 ? "; not to be had: " : ", ",
		    json_object_get_string(json_object_array_get_idx(missing,
		    i)));
	doctor_say(d, whole ? DOCTOR_OK : DOCTOR_WARN,
	    "%s: Landlock ABI %d, %s%s", role_name(role), landlock,
	    seccomp ? "seccomp" : "no seccomp", buf_str(&b));
	if (!whole)
		doctor_advise(d, "this worker could do what this user can: see "
		    "kernel above");
	buf_release(&b);
}

static void
try_role(struct doctor *d, enum role role, json_object *settings)
{
	struct lone_job		 job = { role, settings, "doctor", MSG__MAX,
				    MSG__MAX };
	struct lone_answer	 a;
	char			 last[PATH_MAX];

	if (!doctor_run(d, &job, &a, last)) {
		doctor_say(d, DOCTOR_FAIL, "%s: %s", role_name(role), last);
		doctor_advise(d, REINSTALL);
		return;
	}
	say_sandbox(d, role, a.sandbox);
	lone_answer_release(&a);
}

/* The first memory root that is there: its worker asks for one. */
static void
try_workspace(struct doctor *d)
{
	const struct config	*c = d->ctl->config;
	char			 real[PATH_MAX];
	size_t			 i;

	for (i = 0; i < c->nmemories; i++)
		if (realpath(c->memories[i].root, real) != NULL) {
			try_role(d, ROLE_WORKSPACE, settings_check(c, real));
			return;
		}
	doctor_say(d, DOCTOR_OK, "workspace: not tried, no memory folder is "
	    "there yet");
}

static void
try_agent(struct doctor *d)
{
	const struct config	*c = d->ctl->config;
	char			*staging = xasprintf("%s/staging", c->state);
	struct stat		 st;

	if (stat(staging, &st) == 0 && S_ISDIR(st.st_mode) &&
	    c->nmemories > 0)
		try_role(d, ROLE_CONSOLIDATE, settings_consolidate(c,
		    &c->memories[0], staging));
	else
		doctor_say(d, DOCTOR_OK, "consolidate: not tried, there is no "
		    "state yet");
	free(staging);
}

void
doctor_workers(struct doctor *d)
{
	const struct config	*c = d->ctl->config;

	try_role(d, ROLE_EXTRACT, settings_extract(c, NULL));
	try_agent(d);
	try_workspace(d);
	if (config_needs_gateway(c))
		try_role(d, ROLE_GATEWAY, model_settings_of(c, NULL));
}

/* What its list of models says. */
static void
say_reached(struct doctor *d, const char *url, json_object *body)
{
	int		 status = (int)json_int(body, "http_status", 0);
	const char	*text = json_str(body, "message");

	if (text == NULL)
		text = "";
	if (status == 0) {
		doctor_say(d, DOCTOR_FAIL, "%s: %s", url, text);
		doctor_advise(d, "look at base_url, proxy, ca_file and the "
		    "network");
	} else if (status == 401 || status == 403) {
		doctor_say(d, DOCTOR_FAIL, "%s: is there, and refuses the key: "
		    "%s", url, text);
		doctor_advise(d, "give another key: key_env, key_file or auth "
		    "of the provider");
	} else if (status >= 200 && status <= 299)
		doctor_say(d, DOCTOR_OK, "%s: is there, and takes the key",
		    url);
	else
		doctor_say(d, status >= 500 ? DOCTOR_WARN : DOCTOR_OK,
		    "%s: is there, but has no list of models (HTTP status "
		    "%d), so the key is not known to be right", url, status);
}

static void
ask_provider(struct doctor *d, const char *url)
{
	struct lone_job		 job = { ROLE_GATEWAY,
				    model_settings_of(d->ctl->config, NULL),
				    "doctor", MSG_REACH, MSG_REACHED };
	struct lone_answer	 a;
	char			 last[PATH_MAX];

	if (!doctor_run(d, &job, &a, last)) {
		doctor_say(d, DOCTOR_FAIL, "gateway: %s", last);
		doctor_advise(d, REINSTALL);
		return;
	}
	if (a.body != NULL)
		say_reached(d, url, a.body);
	else {
		doctor_say(d, DOCTOR_FAIL, "%s: no answer from the gateway: %s",
		    url, last);
		doctor_advise(d, "look into mnemoctl log");
	}
	lone_answer_release(&a);
}

void
doctor_provider(struct doctor *d)
{
	const struct config_provider	*p;
	const struct waits		*w = &d->ctl->waits;

	p = config_provider_used(d->ctl->config);
	if (p == NULL) {
		doctor_say(d, DOCTOR_OK, "builtin answers, without a network");
		return;
	}
	if (w->provider_until > 0) {
		doctor_say(d, DOCTOR_WARN, "%s is left in peace: %s: %s",
		    p->name, w->provider_reason, w->provider_message);
		doctor_advise(d, "mnemoctl status tells until when");
	}
	if (d->ctl->opt->provider)
		ask_provider(d, p->base_url);
	else
		doctor_say(d, DOCTOR_OK, "%s at %s was not asked; --provider "
		    "asks for its list of models, which costs nothing", p->name,
		    p->base_url);
	secret_wipe();
}
