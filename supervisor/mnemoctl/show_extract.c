/* mnemoctl extract: how much there is to do, or what came of one thread. */

#include <string.h>

#include "common/json.h"
#include "supervisor/mnemoctl/ctl.h"

static void
show_one(json_object *doc, const char *id, const struct output *out)
{
	const char	*outcome = json_text(doc, "outcome");

	if (strcmp(outcome, "asked") == 0)
		output_line(out, STYLE_PLAIN, "thread %s: is extracted next",
		    id);
	else
		output_line(out, STYLE_GOOD, "thread %s: extracted, %s", id,
		    strcmp(outcome, "output") == 0 ? "with an output" :
		    "nothing worth keeping");
}

void
extract_show(json_object *doc, const struct output *out)
{
	const char	*generator = json_text(doc, "generator");
	int64_t		 n = json_int(doc, "outdated", 0);

	if (json_str(doc, "thread_id") != NULL) {
		show_one(doc, json_str(doc, "thread_id"), out);
		return;
	}
	if (n == 0)
		output_line(out, STYLE_GOOD, "all outputs were made by %s",
		    generator);
	else
		output_line(out, STYLE_PLAIN, "%lld outputs will be made "
		    "again by %s, as they are due", (long long)n, generator);
}
