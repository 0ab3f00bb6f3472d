/* The keys of mnemod.conf(5), their sections, and names that come near. */

#include <stdio.h>
#include <string.h>
#include "common/nearest.h"
#include "supervisor/config_table.h"

#define MILLION		1000000

static const char *const words_api[] = { "responses", "chat", "messages",
    NULL };
static const char *const words_battery[] = { "run", "pause", NULL };
static const char *const words_missing[] = { "keep", "forget", NULL };
static const char *const words_publish[] = { "auto", "review", NULL };
static const char *const words_sandbox[] = { "required", "best-effort",
    "off", NULL };
static const char *const words_source[] = { "codex", NULL };
static const char *const words_auth[] = { "key", "codex", NULL };
static const char *const words_auto[] = { "auto", "yes", "no", NULL };
static const char *const words_summary[] = { "default", "none", "auto",
    "concise", "detailed", NULL };
static const char *const words_verbosity[] = { "default", "low", "medium",
    "high", NULL };
static const char *const words_titles[] = { "full", "role", NULL };

#define TOP(f)		SEC_TOP, #f
#define AT(f)		offsetof(struct config, f)
#define PIPE(f)		SEC_PIPELINE, #f, TYPE_INT, AT(pipeline.f)
#define BUDGET(f)	SEC_BUDGET, #f, TYPE_INT, AT(budget.f)
#define RETAIN(f)	SEC_RETENTION, #f, TYPE_INT, AT(retention.f)
#define TELE(f, t)	SEC_TELEMETRY, #f, t, AT(telemetry.f)
#define SRC(f, t)	SEC_SOURCE, #f, t, offsetof(struct config_source, f)
#define MEMO(f, t)	SEC_MEMORY, #f, t, offsetof(struct config_memory, f)
#define PROV(f, t)	SEC_PROVIDER, #f, t, \
			    offsetof(struct config_provider, f)
#define NORANGE		0, 0, NULL

const struct config_key config_keys[] = {
	{ TOP(use_provider), TYPE_NAME, AT(use_provider), "builtin", NORANGE,
	    0 },
	{ TOP(sandbox), TYPE_WORD, AT(sandbox), "required", 0, 0,
	    words_sandbox, 0 },
	{ TOP(state), TYPE_PATH, AT(state), NULL, NORANGE,
	    KEY_COMPUTED | KEY_RESTART },
	{ TOP(libexec), TYPE_PATH, AT(libexec), NULL, NORANGE,
	    KEY_COMPUTED | KEY_RESTART },
	{ TOP(redact), TYPE_LIST, AT(redact), "", NORANGE, 0 },
	{ TOP(metrics_file), TYPE_PATH, AT(metrics_file), "", NORANGE, 0 },
	{ TOP(min_free_mb), TYPE_INT, AT(min_free_mb), "200", 0, MILLION,
	    NULL, 0 },
	{ TOP(on_battery), TYPE_WORD, AT(on_battery), "run", 0, 0,
	    words_battery, 0 },
	{ TOP(scan_interval), TYPE_INT, AT(scan_interval), "300", 1, 86400,
	    NULL, 0 },
	{ TOP(process_titles), TYPE_WORD, AT(process_titles), "full", 0, 0,
	    words_titles, 0 },
	{ TOP(now), TYPE_TIME, AT(now), "", NORANGE,
	    KEY_TEST | KEY_RESTART },
	{ TOP(agent_hold_ms), TYPE_INT, AT(agent_hold_ms), "0", 0, 3600000,
	    NULL, KEY_TEST },
	{ TOP(crash_at), TYPE_STR, AT(crash_at), "", NORANGE,
	    KEY_TEST | KEY_RESTART },

	{ SRC(type, TYPE_WORD), "codex", 0, 0, words_source, 0 },
	{ SRC(path, TYPE_PATH), NULL, NORANGE, KEY_COMPUTED },
	{ SRC(on_missing, TYPE_WORD), "keep", 0, 0, words_missing, 0 },
	{ SRC(exclude, TYPE_PATTERNS), "", NORANGE, 0 },

	{ MEMO(root, TYPE_PATH), NULL, NORANGE, KEY_COMPUTED },
	{ MEMO(sources, TYPE_NAMES), NULL, NORANGE, KEY_COMPUTED },
	{ MEMO(cwd, TYPE_PATTERNS), "*", NORANGE, 0 },
	{ MEMO(exclude, TYPE_PATTERNS), "", NORANGE, 0 },
	{ MEMO(adopt, TYPE_BOOL), "no", NORANGE, 0 },
	{ MEMO(publish, TYPE_WORD), "auto", 0, 0, words_publish, 0 },
	{ MEMO(skill_scripts, TYPE_BOOL), "no", NORANGE, 0 },

	{ PIPE(min_rollout_idle_hours), "6", 0, 48, NULL, 0 },
	{ PIPE(max_rollout_age_days), "10", 0, 3650, NULL, 0 },
	{ PIPE(max_stage_one_jobs), "8", 1, 64, NULL, 0 },
	{ PIPE(rollout_text_bytes), "723520", 4096, 4 * 1024 * 1024, NULL,
	    0 },
	{ PIPE(backfill_per_day), "20", 0, MILLION, NULL, 0 },
	{ PIPE(consolidation_cooldown_hours), "6", 0, 168, NULL, 0 },
	{ PIPE(max_raw_memories_for_consolidation), "256", 1, 4096, NULL,
	    0 },
	{ PIPE(max_unused_days), "30", 0, 3650, NULL, 0 },
	{ PIPE(min_rate_limit_remaining_percent), "25", 0, 100, NULL, 0 },

	{ BUDGET(tokens_per_day), "500000", 0, 1000000000, NULL, 0 },
	{ BUDGET(requests_per_day), "200", 0, MILLION, NULL, 0 },
	{ BUDGET(tokens_per_agent), "400000", 0, 1000000000, NULL, 0 },
	{ BUDGET(turns_per_agent), "60", 1, 1000, NULL, 0 },
	{ BUDGET(minutes_per_agent), "30", 1, 1440, NULL, 0 },
	{ SEC_BUDGET, "money_per_day", TYPE_MONEY, AT(budget.money_per_day),
	    "0", 0, 1000000, NULL, 0 },

	{ PROV(api, TYPE_WORD), "responses", 0, 0, words_api, 0 },
	{ PROV(base_url, TYPE_STR), "", NORANGE, 0 },
	{ PROV(auth, TYPE_WORD), "key", 0, 0, words_auth, 0 },
	{ PROV(key_env, TYPE_STR), "", NORANGE, 0 },
	{ PROV(key_file, TYPE_PATH), "", NORANGE, 0 },
	{ PROV(proxy, TYPE_STR), "", NORANGE, 0 },
	{ PROV(ca_file, TYPE_PATH), "", NORANGE, 0 },
	{ PROV(extract_model, TYPE_STR), "", NORANGE, 0 },
	{ PROV(consolidation_model, TYPE_STR), "", NORANGE, 0 },
	{ PROV(extract_effort, TYPE_STR), "low", NORANGE, 0 },
	{ PROV(consolidation_effort, TYPE_STR), "medium", NORANGE, 0 },
	{ PROV(context_window, TYPE_INT), "0", 0, 100 * MILLION, NULL, 0 },
	{ PROV(max_output_tokens, TYPE_INT), "16000", 256, MILLION, NULL,
	    0 },
	{ PROV(reasoning, TYPE_WORD), "auto", 0, 0, words_auto, 0 },
	{ PROV(reasoning_summary, TYPE_WORD), "default", 0, 0,
	    words_summary, 0 },
	{ PROV(price_input, TYPE_MONEY), "0", 0, 1000000, NULL, 0 },
	{ PROV(price_cached, TYPE_MONEY), "0", 0, 1000000, NULL, 0 },
	{ PROV(price_output, TYPE_MONEY), "0", 0, 1000000, NULL, 0 },
	{ PROV(service_tier, TYPE_STR), "", NORANGE, 0 },
	{ PROV(verbosity, TYPE_WORD), "default", 0, 0, words_verbosity, 0 },
	{ PROV(send_repository, TYPE_BOOL), "no", NORANGE, 0 },
	{ PROV(compression, TYPE_BOOL), "no", NORANGE, 0 },
	{ PROV(runtime_metrics, TYPE_BOOL), "no", NORANGE, 0 },

	{ TELE(endpoint, TYPE_STR), "", NORANGE, 0 },
	{ TELE(account, TYPE_BOOL), "no", NORANGE, 0 },
	{ TELE(log_user_prompt, TYPE_BOOL), "no", NORANGE, 0 },

	{ RETAIN(audits_days), "90", 0, 3650, NULL, 0 },
	{ RETAIN(ledger_days), "400", 0, 3650, NULL, 0 },
	{ RETAIN(staging_days), "7", 0, 3650, NULL, 0 },
	{ RETAIN(history_commits), "0", 0, MILLION, NULL, 0 },
};

const size_t config_nkeys = sizeof(config_keys) / sizeof(config_keys[0]);

static const struct {
	const char	*name;
	int		 titled;
} sections[SEC__MAX] = {
	[SEC_TOP] = { "", 0 },
	[SEC_SOURCE] = { "source", 1 },
	[SEC_MEMORY] = { "memory", 1 },
	[SEC_PIPELINE] = { "pipeline", 0 },
	[SEC_BUDGET] = { "budget", 0 },
	[SEC_PROVIDER] = { "provider", 1 },
	[SEC_TELEMETRY] = { "telemetry", 0 },
	[SEC_RETENTION] = { "retention", 0 },
};

const char *
config_section_name(enum config_section_id id)
{
	return sections[id].name;
}

int
config_section_titled(enum config_section_id id)
{
	return sections[id].titled;
}

enum config_section_id
config_section_by_name(const char *name)
{
	unsigned	i;

	for (i = SEC_TOP + 1; i < SEC__MAX; i++) {
		if (strcmp(sections[i].name, name) == 0)
			return (enum config_section_id)i;
	}
	return SEC__MAX;
}

const struct config_key *
config_key_find(enum config_section_id section, const char *name)
{
	size_t	i;

	for (i = 0; i < config_nkeys; i++) {
		if (config_keys[i].section == section &&
		    strcmp(config_keys[i].name, name) == 0)
			return &config_keys[i];
	}
	return NULL;
}

const char *
config_key_near(enum config_section_id section, const char *name)
{
	const char	*best;
	size_t		 d, i;

	best = NULL;
	/* Up to half of the letters may be wrong, and two in any case. */
	d = strlen(name) > NEAREST_MAX ? 0 : strlen(name) / 2 + 1;
	if (d < 3)
		d = 3;
	for (i = 0; i < config_nkeys; i++) {
		if (config_keys[i].section == section)
			nearest_try(name, config_keys[i].name, &best, &d);
	}
	for (i = SEC_TOP + 1; section == SEC_TOP && i < SEC__MAX; i++)
		nearest_try(name, sections[i].name, &best, &d);
	return best;
}
