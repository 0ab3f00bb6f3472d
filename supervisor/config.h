#ifndef MNEMOD_CONFIG_H
#define MNEMOD_CONFIG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "common/buf.h"

struct paths;

/*
 * The configuration, mnemod.conf(5).  config_keys[] in config_table.c is the
 * one place that knows the keys: it drives reading, overriding, printing,
 * checking and the test of the manual page.
 */

/* A list of strings; owns them. */
struct strlist {
	char	**v;
	size_t	  n;
};

void strlist_add(struct strlist *, const char *);	/* copies */
void strlist_clear(struct strlist *);

enum config_sandbox {
	SANDBOX_REQUIRED,
	SANDBOX_BEST_EFFORT,
	SANDBOX_OFF		/* sanitizer builds only */
};

enum config_titles { TITLES_FULL, TITLES_ROLE };
enum config_battery { BATTERY_RUN, BATTERY_PAUSE };
enum config_on_missing { MISSING_KEEP, MISSING_FORGET };
enum config_publish { PUBLISH_AUTO, PUBLISH_REVIEW };
enum config_source_type { SOURCE_CODEX };
enum config_api { API_RESPONSES, API_CHAT, API_MESSAGES };
enum config_auth { AUTH_KEY, AUTH_CODEX };
enum config_auto { AUTO_AUTO, AUTO_YES, AUTO_NO };
enum config_summary { SUMMARY_DEFAULT, SUMMARY_NONE };	/* and further words */
enum config_verbosity { VERBOSITY_DEFAULT };		/* and further words */

struct config_source {
	char			*name;
	int			 line;	/* in the file; 0: not from it */
	int			 type;	/* enum config_source_type */
	char			*path;	/* absolute: ABOVE sessions/ */
	int			 on_missing;
	struct strlist		 exclude;	/* `~' is expanded */
};

struct config_memory {
	char			*name;
	int			 line;
	char			*root;	/* absolute */
	struct strlist		 sources;	/* names */
	struct strlist		 cwd;		/* `~' is expanded */
	struct strlist		 exclude;
	int			 adopt;
	int			 adopt_now;	/* no key: --adopt */
	int			 publish;
	int			 skill_scripts;
};

struct config_provider {
	char	*name;
	int	 line;
	int	 api;			/* enum config_api */
	char	*base_url;		/* "": none */
	int	 auth;			/* enum config_auth */
	char	*key_env;		/* "": none, as with all strings here */
	char	*key_file;
	char	*proxy;
	char	*ca_file;
	char	*extract_model;
	char	*consolidation_model;
	char	*extract_effort;
	char	*consolidation_effort;
	int64_t	 context_window;	/* tokens; 0: the model's own */
	int64_t	 max_output_tokens;	/* of one reply */
	int	 reasoning;		/* enum config_auto */
	int	 reasoning_summary;	/* enum config_summary */
	int64_t	 price_input;		/* millionths per million tokens */
	int64_t	 price_cached;
	int64_t	 price_output;
	char	*service_tier;
	int	 verbosity;		/* enum config_verbosity */
	int	 send_repository;
	int	 compression;
	int	 runtime_metrics;
};

struct config_pipeline {
	int64_t	 min_rollout_idle_hours;
	int64_t	 max_rollout_age_days;		/* 0: no limit */
	int64_t	 max_stage_one_jobs;
	int64_t	 rollout_text_bytes;		/* a rollout's text, cut */
	int64_t	 backfill_per_day;		/* 0: no limit */
	int64_t	 consolidation_cooldown_hours;
	int64_t	 max_raw_memories_for_consolidation;
	int64_t	 max_unused_days;		/* 0: no limit */
	int64_t	 min_rate_limit_remaining_percent;
};

struct config_budget {
	int64_t	 tokens_per_day;
	int64_t	 requests_per_day;
	int64_t	 tokens_per_agent;
	int64_t	 turns_per_agent;
	int64_t	 minutes_per_agent;
	int64_t	 money_per_day;		/* millionths; 0: no limit */
};

struct config_telemetry {
	char	*endpoint;		/* "": none */
	int	 account;		/* send its e-mail address */
	int	 log_user_prompt;
};

struct config_retention {
	int64_t	 audits_days;
	int64_t	 ledger_days;
	int64_t	 staging_days;
	int64_t	 history_commits;
};

struct config {
	char			*file;		/* NULL: there is none */
	char			*use_provider;
	int			 sandbox;	/* enum config_sandbox */
	char			*state;		/* absolute */
	char			*libexec;	/* absolute */
	struct strlist		 redact;	/* further PCRE2 patterns */
	int			 redact_line;	/* in the file; 0: not from it */
	char			*metrics_file;	/* "": none */
	int64_t			 min_free_mb;
	int			 on_battery;	/* enum config_battery */
	int64_t			 scan_interval;	/* seconds */
	int			 process_titles;	/* enum config_titles */
	int64_t			 now;		/* ms; CONFIG_NOW_UNSET */
	int64_t			 agent_hold_ms;
	char			*crash_at;	/* "": none */
	struct config_pipeline	 pipeline;
	struct config_budget	 budget;
	struct config_telemetry	 telemetry;
	struct config_retention	 retention;
	struct config_source	*sources;
	size_t			 nsources;
	struct config_memory	*memories;
	size_t			 nmemories;
	struct config_provider	*providers;
	size_t			 nproviders;
};

#define CONFIG_NOW_UNSET INT64_MIN
#define CONFIG_FILE_MAX (1024 * 1024)

/* What config_load() is asked for. */
struct config_request {
	const struct paths	*paths;
	const char		*file;	/* -f; "-": standard input; NULL: */
					/* paths->config, which may be absent */
	const char		*state;	/* -s, or NULL */
	const char *const	*overrides;	/* -o, "key=value" each */
	size_t			 noverrides;
};

/*
 * Read, override, complete and check.  Returns a fresh configuration that
 * the caller frees with config_free(), or NULL with one or more lines
 * (without "mnemod: ", the last without newline) in `why', which the caller
 * releases.  Touches no global state: a reload calls it again and swaps.
 * An error here is exit status 3.
 */
struct config *config_load(const struct config_request *, struct buf *why);
void config_free(struct config *);

/*
 * Print the effective configuration as a configuration file that, read
 * again, gives the same (mnemod -n).
 */
void config_print(const struct config *, FILE *);

/* NULL if there is none of that name. */
const struct config_source *config_source(const struct config *,
    const char *name);
const struct config_memory *config_memory(const struct config *,
    const char *name);

/* 1 if the provider in use answers without a network. */
int config_provider_offline(const struct config *);

/* 1 if something is to be sent: to a model, or metrics. */
int config_needs_gateway(const struct config *);

/* The provider in use, NULL if it is builtin. */
const struct config_provider *config_provider_used(const struct config *);

/*
 * The provider that consolidation agents ask; NULL if builtin consolidates,
 * by use_provider or by consolidation_model = "builtin".
 */
const struct config_provider *config_provider_agents(const struct config *);

/* The word of a provider's key ("api", "verbosity") as it stands. */
const char *config_provider_word(const struct config_provider *,
    const char *key);

/* 1 if the address is of this machine: nothing leaves it. */
int config_is_loopback(const char *url);

/*
 * What workers are told: "required", "best-effort" or "off".  What a kernel
 * lacks stops mnemod only where a model is asked; without one, `required' is
 * told as "best-effort" and the missing part is a warning.
 */
const char *config_sandbox_name(const struct config *);

/* "full" or "role", likewise. */
const char *config_titles_name(const struct config *);

/*
 * For a reload: the name of a key that differs between the two and cannot
 * change while mnemod runs ("state"), or NULL.
 */
const char *config_restart_key(const struct config *, const struct config *);

#endif
