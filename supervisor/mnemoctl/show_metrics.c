/* mnemoctl metrics: one line for each series. */

#include <string.h>

#include "common/buf.h"
#include "common/json.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/table.h"

/* What all series have in common is in the JSON alone. */
static int
is_common(const char *tag)
{
	static const char *const common[] = { "auth_mode", "session_source",
	    "originator", "app.version" };
	size_t	i;

	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strcmp(tag, common[i]) == 0)
			return 1;
	return 0;
}

static void
add_tags(struct table *t, json_object *tags)
{
	struct buf	b = BUF_INIT;

	if (tags != NULL) {
		json_object_object_foreach(tags, key, value) {
			(void)value;
			if (!is_common(key))
				buf_addf(&b, "%s%s=%s", b.len == 0 ? "" : " ",
				    key, json_text(tags, key));
		}
	}
	table_add(t, STYLE_PLAIN, buf_str(&b));
	buf_release(&b);
}

static void
show_series(struct table *t, json_object *o)
{
	int64_t	n = json_int(o, "count", 0), sum = json_int(o, "sum", 0);

	table_add(t, STYLE_PLAIN, json_str(o, "name"));
	add_tags(t, json_obj(o, "tags"));
	if (strcmp(json_text(o, "kind"), "histogram") != 0) {
		table_number(t, json_int(o, "value", 0));
		table_add(t, STYLE_PLAIN, NULL);
		table_add(t, STYLE_PLAIN, NULL);
		return;
	}
	table_number(t, sum);
	table_number(t, n);
	table_number(t, n <= 0 ? 0 : sum / n);
}

void
metrics_show(json_object *doc, const struct output *out)
{
	static const struct table_column columns[] = {
		{ "METRIC", TABLE_WORD }, { "TAGS", TABLE_TEXT },
		{ "VALUE", TABLE_NUMBER }, { "SAMPLES", TABLE_NUMBER },
		{ "MEAN", TABLE_NUMBER }, { NULL, TABLE_WORD }
	};
	struct table	*t = table_new(out, columns);
	int64_t		 dropped = json_int(doc, "dropped", 0);

	table_rows(t, json_arr(doc, "metrics"), show_series);
	table_print(t);
	if (dropped > 0)
		output_line(out, STYLE_BAD, "%lld values were not kept: too "
		    "many series", (long long)dropped);
}
