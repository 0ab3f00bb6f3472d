/* mnemoctl release: what was given back, and how to take it again. */

#include "common/json.h"
#include "supervisor/mnemoctl/ctl.h"

void
release_show(json_object *doc, const struct output *out)
{
	const char	*name = json_text(doc, "memory");

	output_line(out, STYLE_PLAIN, "%s: %s is given back, as it is", name,
	    json_text(doc, "root"));
	output_line(out, STYLE_DIM, "mnemod --adopt=%s takes it again", name);
}
