/* mnemoctl extract --outdated: how much there is to do. */

#include "common/json.h"
#include "supervisor/mnemoctl/ctl.h"

void
extract_show(json_object *doc, const struct output *out)
{
	const char	*generator = json_str(doc, "generator");
	int64_t		 n = json_int(doc, "outdated", 0);

	if (n == 0)
		output_line(out, STYLE_GOOD, "all outputs were made by %s",
		    generator);
	else
		output_line(out, STYLE_PLAIN, "%lld outputs will be made "
		    "again by %s, as they are due", (long long)n, generator);
}
