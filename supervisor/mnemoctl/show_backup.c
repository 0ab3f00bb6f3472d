/* mnemoctl backup and restore: what was done, and what is left to do. */

#include "common/json.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/when.h"

void
backup_show(json_object *doc, const struct output *out)
{
	output_line(out, STYLE_PLAIN, "%s: %lld bytes", json_str(doc, "file"),
	    (long long)json_int(doc, "bytes", 0));
	output_line(out, STYLE_DIM, "it holds what sessions said: keep it as "
	    "private as they are");
}

void
restore_show(json_object *doc, const struct output *out)
{
	json_object	*list = json_arr(doc, "memories"), *m;
	char		 text[TIME_TEXT];
	size_t		 i;

	output_line(out, STYLE_PLAIN, "%s: the state is that of %s",
	    json_str(doc, "state"), time_text(text,
	    json_int(doc, "made_at", 0), json_int(doc, "now", 0)));
	if (json_str(doc, "aside") != NULL)
		output_line(out, STYLE_PLAIN, "what was there before: %s",
		    json_str(doc, "aside"));
	for (i = 0; i < json_count(list); i++) {
		m = json_object_array_get_idx(list, i);
		output_line(out, STYLE_PLAIN, "memory %s: %s is as it was; "
		    "where it differs counts as your edit",
		    json_str(m, "name"), json_str(m, "root"));
	}
	output_line(out, STYLE_DIM, "mnemoctl diff shows that; mnemoctl "
	    "revert with the newest commit of mnemoctl history makes a "
	    "folder what the backup has");
}
