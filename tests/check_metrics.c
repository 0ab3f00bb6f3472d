/* links: supervisor/metrics_otlp.c supervisor/metrics.c supervisor/metrics_text.c */
/*
 * Metrics have ended what they were to count: a map grew with every new tag.
 * Here the registry has an end, says so once and counts on, and what a
 * collector gets of it has the names and forms that it knows.
 */
#include <sys/resource.h>
#include <limits.h>
#include <string.h>

#include "check_main.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/metrics_otlp.h"
#include "supervisor/metrics_text.h"

#define COMMON	"session_source=\"custom:mnemod\",originator=\"mnemod\","	\
		"app_version=\"" MNEMOD_VERSION "\""

static unsigned	said;
static char	last_said[512];

static void
sink(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	said++;
	snprintf(last_said, sizeof(last_said), "%s", line);
}

static void
put(struct metrics *m, enum metric id, const char *a, int64_t value)
{
	const char	*tags[] = { a, "gpt", "x", "y" };

	metrics_put(m, id, tags, value);
}

static void
assert_text(const struct metrics *m, const char *want)
{
	struct buf	b = BUF_INIT;

	metrics_text(m, &b);
	ck_assert_str_eq(buf_str(&b), want);
	buf_release(&b);
}

/* What a memory pipeline's dashboards ask for, by name, kind and tags. */
START_TEST(names_and_tags)
{
	static const struct {
		enum metric		 id;
		const char		*name;
		enum metric_kind	 kind;
		const char		*tags;
	} want[] = {
		{ METRIC_STARTUP, "mnemod.memory.startup", METRIC_COUNTER,
		    "status,model," },
		{ METRIC_PHASE1, "mnemod.memory.phase1", METRIC_COUNTER,
		    "status,model," },
		{ METRIC_PHASE1_E2E_MS, "mnemod.memory.phase1.e2e_ms",
		    METRIC_HISTOGRAM, "model," },
		{ METRIC_PHASE1_OUTPUT, "mnemod.memory.phase1.output",
		    METRIC_COUNTER, "model," },
		{ METRIC_PHASE1_TOKEN_USAGE,
		    "mnemod.memory.phase1.token_usage", METRIC_HISTOGRAM,
		    "token_type,model," },
		{ METRIC_PHASE2, "mnemod.memory.phase2", METRIC_COUNTER,
		    "status,model," },
		{ METRIC_PHASE2_E2E_MS, "mnemod.memory.phase2.e2e_ms",
		    METRIC_HISTOGRAM, "model," },
		{ METRIC_PHASE2_INPUT, "mnemod.memory.phase2.input",
		    METRIC_COUNTER, "model," },
		{ METRIC_PHASE2_TOKEN_USAGE,
		    "mnemod.memory.phase2.token_usage", METRIC_HISTOGRAM,
		    "token_type,model," },
		{ METRIC_USAGE, "mnemod.memory.usage", METRIC_COUNTER,
		    "kind,tool,success,model," },
	};
	const struct metric_info	*info;
	char				 tags[128];
	size_t				 i, t;

	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		info = metric_info(want[i].id);
		tags[0] = '\0';
		for (t = 0; info->tags[t] != NULL; t++) {
			strcat(tags, info->tags[t]);
			strcat(tags, ",");
		}
		ck_assert_str_eq(info->name, want[i].name);
		ck_assert_int_eq(info->kind, want[i].kind);
		ck_assert_str_eq(tags, want[i].tags);
	}
}
END_TEST

/* mnemod(8) lists each with its tags. */
START_TEST(manual_lists_all)
{
	FILE				*f = fopen("man/mnemod.8", "r");
	char				 text[65536], *row;
	const struct metric_info	*info;
	size_t				 n;
	unsigned			 i, t;

	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	ck_assert_uint_lt(n, sizeof(text) - 1);
	text[n] = '\0';
	for (i = 0; i < METRIC__MAX; i++) {
		info = metric_info((enum metric)i);
		row = xasprintf("\n.It %s Ta %s Ta ", info->name,
		    info->kind == METRIC_HISTOGRAM ? "histogram" :
		    info->kind == METRIC_GAUGE ? "gauge" : "counter");
		ck_assert_msg(strstr(text, row) != NULL, "%s", row);
		for (t = 0; info->tags[t] != NULL; t++)
			ck_assert_msg(memmem(strstr(text, row), 200,
			    info->tags[t], strlen(info->tags[t])) != NULL,
			    "%s: %s", info->name, info->tags[t]);
		free(row);
	}
}
END_TEST

START_TEST(text_of_each_kind)
{
	struct metrics	*m = metrics_new();
	const char	*odd[] = { "a\"b\\c" };

	assert_text(m, "");
	put(m, METRIC_PHASE1, "claimed", 2);
	put(m, METRIC_WORKER_PROCESSES, "extract", 3);
	put(m, METRIC_PHASE1, "failed", 1);
	put(m, METRIC_PHASE1, "claimed", 5);
	put(m, METRIC_WORKER_PROCESSES, "extract", 1);
	metrics_put(m, METRIC_PHASE2_INPUT, odd, 4);
	metrics_set_auth(m, "ApiKey");
	assert_text(m,
	    "# HELP mnemod_memory_phase1 Jobs of stage one, by what became "
	    "of them.\n# TYPE mnemod_memory_phase1 counter\n"
	    "mnemod_memory_phase1{status=\"claimed\",model=\"gpt\","
	    "auth_mode=\"ApiKey\"," COMMON "} 7\n"
	    "mnemod_memory_phase1{status=\"failed\",model=\"gpt\","
	    "auth_mode=\"ApiKey\"," COMMON "} 1\n"
	    "# HELP mnemod_memory_phase2_input Raw memories that agents were "
	    "given.\n# TYPE mnemod_memory_phase2_input counter\n"
	    "mnemod_memory_phase2_input{model=\"a\\\"b\\\\c\","
	    "auth_mode=\"ApiKey\"," COMMON "} 4\n"
	    "# HELP mnemod_worker_processes Worker processes that live.\n"
	    "# TYPE mnemod_worker_processes gauge\n"
	    "mnemod_worker_processes{role=\"extract\","
	    "auth_mode=\"ApiKey\"," COMMON "} 1\n");
	metrics_free(m);
}
END_TEST

#define B(le, n) "mnemod_memory_phase1_e2e_ms_bucket{model=\"gpt\"," COMMON	\
	",le=\"" le "\"} " n "\n"

START_TEST(text_of_a_histogram)
{
	struct metrics	*m = metrics_new();

	put(m, METRIC_PHASE1_E2E_MS, "gpt", 10);
	put(m, METRIC_PHASE1_E2E_MS, "gpt", 11);
	put(m, METRIC_PHASE1_E2E_MS, "gpt", 3600001);
	put(m, METRIC_PHASE1_E2E_MS, "gpt", -7);	/* counts as 0 */
	assert_text(m,
	    "# HELP mnemod_memory_phase1_e2e_ms Stage one of a pass, from the "
	    "claim to its last job.\n"
	    "# TYPE mnemod_memory_phase1_e2e_ms histogram\n"
	    B("10", "2") B("100", "3") B("1000", "3") B("5000", "3")
	    B("15000", "3") B("60000", "3") B("300000", "3")
	    B("900000", "3") B("3600000", "3") B("+Inf", "4")
	    "mnemod_memory_phase1_e2e_ms_sum{model=\"gpt\"," COMMON
	    "} 3600022\n"
	    "mnemod_memory_phase1_e2e_ms_count{model=\"gpt\"," COMMON
	    "} 4\n");
	metrics_free(m);
}
END_TEST

static void
take_tag(const char *name, const char *value, void *arg)
{
	if (strcmp(name, "model") == 0)
		snprintf(arg, METRIC_TAG_SIZE, "%s", value);
}

static void
take_series(const struct metric_series *s, void *arg)
{
	*(const struct metric_series **)arg = s;
}

/* No value of a tag is longer, or anything but plain ASCII. */
START_TEST(values_are_bounded)
{
	static const char *const	 bad[] = { "", "two words", "caf\xc3\xa9",
					    "line\n", "esc\033[m",
					    "0123456789012345678901234567890"
					    "123456789012345678901234567890"
					    "1234" };
	const struct metric_series	*s = NULL;
	struct metrics			*m = metrics_new();
	char				 model[METRIC_TAG_SIZE] = "";
	size_t				 i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		metrics_put(m, METRIC_PHASE2_INPUT, &bad[i], 1);
	metrics_each(m, take_series, &s);
	metrics_tags(m, s, take_tag, model);
	ck_assert_str_eq(model, "other");
	ck_assert_int_eq(s->value, 6);		/* one series */
	put(m, METRIC_PHASE2_INPUT, "other", INT64_MAX);
	ck_assert_int_eq(s->value, INT64_MAX);
	metrics_free(m);
}
END_TEST

START_TEST(full_is_said_once)
{
	struct metrics	*m = metrics_new();
	char		 model[16];
	const char	*tags[] = { model };
	unsigned	 i;

	log_set_sink(sink, NULL);
	for (i = 0; i < METRICS_SERIES_MAX + 100; i++) {
		snprintf(model, sizeof(model), "m%u", i);
		metrics_put(m, METRIC_PHASE1_OUTPUT, tags, 1);
	}
	ck_assert_int_eq(metrics_dropped(m), 100);
	ck_assert_uint_eq(said, 1);
	ck_assert_ptr_nonnull(strstr(last_said, "mnemod.memory.phase1.output"));
	/* Those that are there count on. */
	strcpy(model, "m0");
	metrics_put(m, METRIC_PHASE1_OUTPUT, tags, 1);
	ck_assert_int_eq(metrics_dropped(m), 100);
	metrics_free(m);
}
END_TEST

/* No registry is no reason for anything. */
START_TEST(no_memory_is_no_failure)
{
	struct metrics	*m = NULL;
	struct buf	 b = BUF_INIT;
#ifndef __SANITIZE_ADDRESS__
	struct rlimit	 lim, old;

	getrlimit(RLIMIT_DATA, &old);
	lim = old;
	lim.rlim_cur = 4096;
	log_set_sink(sink, NULL);
	/* valgrind has its memory already. */
	if (getenv("UNDER") == NULL) {
		setrlimit(RLIMIT_DATA, &lim);
		m = metrics_new();
		setrlimit(RLIMIT_DATA, &old);
		ck_assert_ptr_null(m);
		ck_assert_uint_eq(said, 1);
	}
#endif
	put(m, METRIC_PHASE1, "claimed", 1);
	metrics_set_auth(m, "ApiKey");
	metrics_on_change(m, NULL, NULL);
	metrics_text(m, &b);
	ck_assert_str_eq(buf_str(&b), "");
	ck_assert_int_eq(metrics_dropped(m), 0);
	metrics_free(m);
}
END_TEST

static void
count_change(void *arg)
{
	++*(unsigned *)arg;
}

#define TAG(k, v) "{\"key\":\"" k "\",\"value\":{\"stringValue\":\"" v	\
	"\"}}"
#define POINT(tags) "{\"attributes\":[" tags				\
	TAG("session_source", "custom:mnemod") ","			\
	TAG("originator", "mnemod") ","					\
	TAG("app.version", MNEMOD_VERSION) "],"				\
	"\"startTimeUnixNano\":\"1500000000\","			\
	"\"timeUnixNano\":\"1790000000123000000\","

START_TEST(only_changes_are_changes)
{
	struct metrics	*m = metrics_new();
	unsigned	 n = 0;

	metrics_on_change(m, count_change, &n);
	put(m, METRIC_WORKER_STARTS, "extract", 3);
	put(m, METRIC_WORKER_STARTS, "extract", 3);
	ck_assert_uint_eq(n, 1);
	put(m, METRIC_WORKER_STARTS, "extract", 4);
	put(m, METRIC_PHASE1_OUTPUT, "gpt", 1);
	put(m, METRIC_PHASE1_OUTPUT, "gpt", 1);
	ck_assert_uint_eq(n, 4);
	metrics_free(m);
}
END_TEST

/* As a collector takes it: 64-bit numbers are texts, totals are cumulative. */
START_TEST(body_of_each_kind)
{
	struct metrics	*m = metrics_new();
	json_object	*list = json_object_new_array(), *o, *w;
	static const char want[] = "{\"resourceMetrics\":[{\"resource\":{"
	    "\"attributes\":[{\"key\":\"service.name\",\"value\":{"
	    "\"stringValue\":\"mnemod\"}},{\"key\":\"fact\",\"value\":{"
	    "\"boolValue\":true}}]},\"scopeMetrics\":[{\"scope\":{\"name\":"
	    "\"mnemod\",\"version\":\"" MNEMOD_VERSION "\"},\"metrics\":["
	    "{\"name\":\"mnemod.memory.phase1\",\"description\":\"Jobs of "
	    "stage one, by what became of them.\",\"unit\":\"{job}\",\"sum\":"
	    "{\"dataPoints\":[" POINT(TAG("status", "claimed") ","
	    TAG("model", "gpt") ",") "\"asInt\":\"7\"}],"
	    "\"aggregationTemporality\":2,\"isMonotonic\":true}},"
	    "{\"name\":\"mnemod.memory.phase1.e2e_ms\",\"description\":"
	    "\"Stage one of a pass, from the claim to its last job.\","
	    "\"unit\":\"ms\",\"histogram\":{\"dataPoints\":["
	    POINT(TAG("model", "gpt") ",") "\"count\":\"2\",\"sum\":3600012,"
	    "\"bucketCounts\":[\"0\",\"1\",\"0\",\"0\",\"0\",\"0\",\"0\","
	    "\"0\",\"0\",\"1\"],\"explicitBounds\":[10,100,1000,5000,15000,"
	    "60000,300000,900000,3600000]}],\"aggregationTemporality\":2}},"
	    "{\"name\":\"mnemod.worker.processes\",\"description\":\"Worker "
	    "processes that live.\",\"unit\":\"{process}\",\"gauge\":{"
	    "\"dataPoints\":[" POINT(TAG("role", "extract") ",")
	    "\"asInt\":\"1\"}]}}]}]}]}";

	put(m, METRIC_PHASE1, "claimed", 7);
	put(m, METRIC_PHASE1_E2E_MS, "gpt", 11);
	put(m, METRIC_PHASE1_E2E_MS, "gpt", 3600001);
	put(m, METRIC_WORKER_PROCESSES, "extract", 1);
	metrics_otlp_text(list, "service.name", "mnemod");
	metrics_otlp_bool(list, "fact", 1);
	o = metrics_otlp(m, list, 1500, 1790000000123);
	w = json_parse(want, strlen(want), JSON_DEPTH, NULL);
	ck_assert_ptr_nonnull(w);
	ck_assert_msg(json_object_equal(o, w), "%s\n%s",
	    json_object_to_json_string_ext(o, 0), want);
	json_object_put(o);
	json_object_put(w);
	metrics_free(m);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("metrics");
	TCase	*tc = tcase_create("metrics");

	tcase_add_test(tc, names_and_tags);
	tcase_add_test(tc, manual_lists_all);
	tcase_add_test(tc, text_of_each_kind);
	tcase_add_test(tc, text_of_a_histogram);
	tcase_add_test(tc, values_are_bounded);
	tcase_add_test(tc, full_is_said_once);
	tcase_add_test(tc, no_memory_is_no_failure);
	tcase_add_test(tc, only_changes_are_changes);
	tcase_add_test(tc, body_of_each_kind);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
