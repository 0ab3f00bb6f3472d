/* mnemoctl revert, remember, accept, discard: what was done. */

#include "common/json.h"
#include "supervisor/mnemoctl/ctl.h"

void
published_show(json_object *doc, const struct output *out)
{
	json_object	*list = json_arr(doc, "conflicts");
	size_t		 i;

	output_line(out, STYLE_PLAIN, "published %.12s, %lld files changed",
	    json_text(doc, "commit"), (long long)json_int(doc, "changed", 0));
	for (i = 0; i < json_count(list); i++)
		output_line(out, STYLE_PLAIN, "your edit stays: %s",
		    json_text_at(list, i));
}

void
noted_show(json_object *doc, const struct output *out)
{
	output_line(out, STYLE_PLAIN, "%s: folded in by the next "
	    "consolidation", json_text(doc, "path"));
}

void
discarded_show(json_object *doc, const struct output *out)
{
	output_line(out, STYLE_PLAIN, "discarded: what agent %s made; the "
	    "next consolidation begins anew", json_text(doc, "thread_id"));
}
