#include "common/json.h"
#include "supervisor/measure.h"
#include "supervisor/op_table.h"

/* mnemoctl metrics: the registry of a supervisor that runs. */

const struct op_argument op_metrics_arguments[] = {
	{ NULL, OP_TEXT, 0, 0 }
};

struct listing {
	const struct metrics	*metrics;
	json_object		*list;
};

static const char *
kind_name(enum metric_kind kind)
{
	return kind == METRIC_HISTOGRAM ? "histogram" :
	    kind == METRIC_GAUGE ? "gauge" : "counter";
}

static void
add_tag(const char *name, const char *value, void *arg)
{
	json_set_str(arg, name, value);
}

/* Upper bounds and what lies below each; the last has no bound. */
static json_object *
buckets(const struct metric_series *s)
{
	json_object	*list = json_object_new_array(), *o;
	int64_t		 n = 0;
	unsigned	 i;

	for (i = 0; i <= METRIC_BOUNDS; i++) {
		n += s->bucket[i];
		o = json_object_new_object();
		if (i == METRIC_BOUNDS)
			json_set_str(o, "le", NULL);
		else
			json_set_int(o, "le", metric_info(s->id)->bounds[i]);
		json_set_int(o, "count", n);
		json_push(list, o);
	}
	return list;
}

static void
add_series(const struct metric_series *s, void *arg)
{
	struct listing			*l = arg;
	const struct metric_info	*info = metric_info(s->id);
	json_object			*o = json_object_new_object();
	json_object			*tags = json_object_new_object();

	json_set_str(o, "name", info->name);
	json_set_str(o, "kind", kind_name(info->kind));
	json_set_str(o, "unit", info->unit);
	metrics_tags(l->metrics, s, add_tag, tags);
	json_set(o, "tags", tags);
	if (info->kind == METRIC_HISTOGRAM) {
		json_set_int(o, "count", s->count);
		json_set_int(o, "sum", s->value);
		json_set(o, "buckets", buckets(s));
	} else
		json_set_int(o, "value", s->value);
	json_push(l->list, o);
}

static void
refuse(struct op_run *run)
{
	const char	*file = run->sv->config->metrics_file;

	op_failed(run, EXIT_JOB_FAILED, "no_supervisor", "metrics are those of "
	    "a supervisor that runs, and none does%s%s", *file == '\0' ? "" :
	    "; what the last one wrote is in ", file);
}

void
op_metrics_begin(struct op_run *run)
{
	struct listing	 l = { run->sv->metrics, NULL };
	json_object	*result;

	if (l.metrics == NULL) {
		refuse(run);
		return;
	}
	measure_workers(run->sv);
	result = json_object_new_object();
	l.list = json_object_new_array();
	metrics_each(l.metrics, add_series, &l);
	json_set(result, "metrics", l.list);
	json_set_int(result, "dropped", metrics_dropped(l.metrics));
	op_done(run, result);
}
