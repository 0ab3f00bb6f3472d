#include <stdlib.h>

#include "json.h"
#include "mem.h"
#include "monotime.h"
#include "supervisor/agent_prompt.h"

static void
add(json_object *items, char *text)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "type", "text");
	json_set_str(o, "text", text);
	json_push(items, o);
	free(text);
}

json_object *
agent_prompt(const struct memory *m)
{
	json_object	*items = json_object_new_array();
	char		 now[RFC3339_SIZE];

	rfc3339_format(now, wall_ms());
	add(items, xstrdup("Consolidate the memory folder: read "
	    "phase2_workspace_diff.md first, then bring MEMORY.md and "
	    "memory_summary.md up to date."));
	add(items, xasprintf("It is %s. The memory is called \"%s\" and is "
	    "made from %lld sessions.", now, m->config->name,
	    (long long)m->rows));
	if (m->kept_out > 0)
		add(items, xasprintf("In %lld files what the last run wrote "
		    "was kept out, because a person had changed the same "
		    "lines meanwhile: the diff begins with them. Fit what "
		    "still holds to what the person wrote; never write over "
		    "it.", (long long)m->kept_out));
	if (m->again > 0)
		add(items, xasprintf("The last run was stopped before it came "
		    "to %lld sessions: the diff shows their summaries as "
		    "added once more. Fold them in a few at a time, so that "
		    "what is done is kept if this run is stopped too.",
		    (long long)m->again));
	return items;
}
