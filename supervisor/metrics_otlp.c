#include <stdio.h>

#include "common/json.h"
#include "supervisor/metrics_otlp.h"

#define CUMULATIVE	2	/* AGGREGATION_TEMPORALITY_CUMULATIVE */

struct otlp {
	const struct metrics	*metrics;
	json_object		*list;		/* of metrics */
	json_object		*points;	/* of the last one */
	int			 last;		/* metric, or -1 */
	int64_t			 start_ms;
	int64_t			 now_ms;
};

/* 64-bit numbers are texts in the JSON form of protocol buffers. */
static void
set_int64(json_object *o, const char *key, int64_t n)
{
	char	text[24];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	json_set_str(o, key, text);
}

static void
set_time(json_object *o, const char *key, int64_t ms)
{
	char	text[32];

	snprintf(text, sizeof(text), "%lld000000", (long long)ms);
	json_set_str(o, key, text);
}

static void
add_attribute(json_object *list, const char *key, json_object *value)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "key", key);
	json_set(o, "value", value);
	json_push(list, o);
}

void
metrics_otlp_text(json_object *list, const char *key, const char *value)
{
	json_object	*v = json_object_new_object();

	json_set_str(v, "stringValue", value);
	add_attribute(list, key, v);
}

void
metrics_otlp_bool(json_object *list, const char *key, int value)
{
	json_object	*v = json_object_new_object();

	json_set_bool(v, "boolValue", value);
	add_attribute(list, key, v);
}

static void
add_tag(const char *name, const char *value, void *arg)
{
	metrics_otlp_text(arg, name, value);
}

static void
set_histogram(json_object *point, const struct metric_series *s)
{
	json_object	*counts = json_object_new_array();
	json_object	*bounds = json_object_new_array();
	char		 text[24];
	unsigned	 i;

	for (i = 0; i <= METRIC_BOUNDS; i++) {
		snprintf(text, sizeof(text), "%lld", (long long)s->bucket[i]);
		json_push_str(counts, text);
		if (i < METRIC_BOUNDS)
			json_push(bounds, json_object_new_int64(
			    metric_info(s->id)->bounds[i]));
	}
	set_int64(point, "count", s->count);
	json_set_int(point, "sum", s->value);
	json_set(point, "bucketCounts", counts);
	json_set(point, "explicitBounds", bounds);
}

/* A new metric: its points follow. */
static void
begin_metric(struct otlp *t, const struct metric_info *info)
{
	json_object	*o = json_object_new_object();
	json_object	*data = json_object_new_object();

	t->points = json_object_new_array();
	json_set_str(o, "name", info->name);
	json_set_str(o, "description", info->help);
	json_set_str(o, "unit", info->unit);
	json_set(data, "dataPoints", t->points);
	if (info->kind != METRIC_GAUGE)
		json_set_int(data, "aggregationTemporality", CUMULATIVE);
	if (info->kind == METRIC_COUNTER || info->kind == METRIC_TOTAL)
		json_set_bool(data, "isMonotonic", 1);
	json_set(o, info->kind == METRIC_HISTOGRAM ? "histogram" :
	    info->kind == METRIC_GAUGE ? "gauge" : "sum", data);
	json_push(t->list, o);
}

static void
add_point(const struct metric_series *s, void *arg)
{
	struct otlp			*t = arg;
	const struct metric_info	*info = metric_info(s->id);
	json_object			*point = json_object_new_object();
	json_object			*tags = json_object_new_array();

	if (t->last != (int)s->id)
		begin_metric(t, info);
	t->last = (int)s->id;
	metrics_tags(t->metrics, s, add_tag, tags);
	json_set(point, "attributes", tags);
	set_time(point, "startTimeUnixNano", t->start_ms);
	set_time(point, "timeUnixNano", t->now_ms);
	if (info->kind == METRIC_HISTOGRAM)
		set_histogram(point, s);
	else
		set_int64(point, "asInt", s->value);
	json_push(t->points, point);
}

/* An array that holds this alone. */
static json_object *
array_of(json_object *o)
{
	json_object	*list = json_object_new_array();

	json_push(list, o);
	return list;
}

json_object *
metrics_otlp(const struct metrics *m, json_object *attributes,
    int64_t start_ms, int64_t now_ms)
{
	struct otlp	 t = { m, json_object_new_array(), NULL, -1, start_ms,
			    now_ms };
	json_object	*body = json_object_new_object();
	json_object	*resource = json_object_new_object();
	json_object	*scope = json_object_new_object();
	json_object	*in_scope = json_object_new_object();
	json_object	*in_resource = json_object_new_object();

	metrics_each(m, add_point, &t);
	json_set_str(scope, "name", "mnemod");
	json_set_str(scope, "version", MNEMOD_VERSION);
	json_set(in_scope, "scope", scope);
	json_set(in_scope, "metrics", t.list);
	json_set(resource, "attributes", attributes);
	json_set(in_resource, "resource", resource);
	json_set(in_resource, "scopeMetrics", array_of(in_scope));
	json_set(body, "resourceMetrics", array_of(in_resource));
	return body;
}
