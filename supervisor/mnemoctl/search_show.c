#include <stdlib.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/mnemoctl/ctl.h"

/* Where it stands: a file and line to open, or a row to ask why about. */
static char *
place_of(json_object *hit)
{
	const char	*path = json_str(hit, "path");
	const char	*thread = json_str(hit, "thread_id");
	long long	 line = (long long)json_int(hit, "line", 0);

	if (path == NULL)
		return xasprintf("%s of %s:%lld", json_str(hit, "kind"),
		    thread, line);
	return xasprintf("%s:%lld", path, line);
}

static void
show_hit(json_object *hit, const struct output *out)
{
	const char	*memory = json_str(hit, "memory");
	const char	*group = json_str(hit, "group");
	const char	*thread = json_str(hit, "thread_id");
	char		*place = place_of(hit);

	output_line(out, STYLE_HEAD, "%s%s%s", memory == NULL ? "" : memory,
	    memory == NULL ? "" : ": ", place);
	free(place);
	if (group != NULL || thread != NULL)
		output_line(out, STYLE_DIM, "  %s%s%s", group == NULL ? "" :
		    group, group == NULL || thread == NULL ? "" : ", ",
		    thread == NULL ? "" : thread);
	output_line(out, STYLE_PLAIN, "  %s", json_str(hit, "snippet"));
}

void
search_show(json_object *doc, const struct output *out)
{
	json_object	*hits = json_arr(doc, "hits");
	size_t		 i, n = json_object_array_length(hits);
	long long	 found = (long long)json_int(doc, "found", 0);

	for (i = 0; i < n; i++)
		show_hit(json_object_array_get_idx(hits, i), out);
	if (found == 0)
		log_info("nothing holds all of these words");
	else if ((long long)n < found)
		log_info("%lld more; name more words, or --limit", found -
		    (long long)n);
}
