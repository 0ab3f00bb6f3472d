#include <check.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "tests/ctl_scene.h"

static struct config_source	source;
static struct config_memory	memory;
struct config		config;
static struct paths		paths;
struct ctl		ctl;
struct ctl_options	opt;
json_object		*doc;
static char			root_path[300], source_path[300];
char			said[1024];	/* the last line logged */

static void
hear(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	snprintf(said, sizeof(said), "%s", line);
}

static char	*everywhere[] = { NULL }, *secrets[] = { NULL };
static char	*names[] = { NULL };

void
ctl_setup(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	store_setup();
	log_set_sink(hear, NULL);
	said[0] = '\0';
	snprintf(root_path, sizeof(root_path), "%s/memory", st_dir);
	snprintf(source_path, sizeof(source_path), "/src");
	names[0] = xstrdup("codex");
	everywhere[0] = xstrdup("*");
	secrets[0] = xstrdup("/secret");
	source = (struct config_source){ .name = names[0],
	    .path = source_path };
	memory = (struct config_memory){ .name = names[0],
	    .root = root_path, .sources = { names, 1 },
	    .cwd = { everywhere, 1 }, .exclude = { secrets, 1 } };
	memset(&config, 0, sizeof(config));
	config.state = st_dir;
	config.use_provider = names[0];
	config.pipeline.min_rollout_idle_hours = 6;
	config.pipeline.max_rollout_age_days = 10;
	config.pipeline.max_stage_one_jobs = 8;
	config.pipeline.consolidation_cooldown_hours = 6;
	config.pipeline.max_raw_memories_for_consolidation = 256;
	config.pipeline.max_unused_days = 30;
	config.scan_interval = 300;
	config.sources = &source;
	config.nsources = 1;
	config.memories = &memory;
	config.nmemories = 1;
	(void)paths_init(&paths);
	opt = (struct ctl_options){ .argument = NULL };
	ctl = (struct ctl){ .opt = &opt, .config = &config, .paths = &paths,
	    .store = st, .now = NOW };
	ck_assert_int_eq(ctl_look_roots(&ctl), CTL_OK);
	ck_assert_int_eq(ctl_look(&ctl), CTL_OK);
}

void
ctl_teardown(void)
{
	json_object_put(doc);
	doc = NULL;
	ctl_release(&ctl);
	paths_release(&paths);
	free(names[0]);
	free(everywhere[0]);
	free(secrets[0]);
	store_teardown();
}

enum ctl_exit
ask_why(const char *word)
{
	json_object_put(doc);
	doc = json_object_new_object();
	opt.argument = word;
	ck_assert_int_eq(disabled_load(&ctl.disabled, st), STORE_OK);
	ck_assert_int_eq(waits_look(st, &config, NOW, &ctl.waits), STORE_OK);
	return why_collect(&ctl, doc);
}

const char *
decider(json_object *rules)
{
	json_object	*o;
	size_t		 i;

	for (i = 0; i < json_object_array_length(rules); i++) {
		o = json_object_array_get_idx(rules, i);
		if (json_flag(o, "decides", 0))
			return json_str(o, "rule");
	}
	return "";
}

char *
shown(void (*show)(json_object *, const struct output *), int width)
{
	struct output	 out;
	char		*text = NULL;
	size_t		 size;
	FILE		*fp = open_memstream(&text, &size);

	output_init(&out, fp, NOW);
	out.width = width;
	show(doc, &out);
	fclose(fp);
	return text;
}
