#include <string.h>

#include "json.h"
#include "tools.h"

enum tool_end
tool_write_file(struct tools *ts, json_object *args, struct buf *out)
{
	const char	*path = json_str(args, "path");
	struct buf	 text = BUF_INIT;
	enum tool_end	 e = tools_writable(path, out);

	if (e == TOOL_DONE) {
		tools_clean(ts, json_str(args, "content"), &text, out);
		e = tools_store(ts, path, &text, out);
	}
	if (e == TOOL_DONE)
		buf_addf(out, "%s written, %zu bytes\n", path, text.len);
	buf_release(&text);
	return e;
}

/* How often `old' stands in the text, and on which lines. */
static unsigned
occurrences(const char *text, const char *old, struct buf *lines)
{
	const char	*p = text, *hit;
	unsigned	 n = 0, no = 1;

	for (; (hit = strstr(p, old)) != NULL; p = hit + 1) {
		for (; p < hit; p++)
			no += *p == '\n';
		if (n++ < 10)
			buf_addf(lines, "%s%u", n > 1 ? ", " : "", no);
		no += *hit == '\n';
	}
	return n;
}

static enum tool_end
replace_once(const struct buf *text, const char *old, const char *new,
    struct buf *result)
{
	const char	*hit = strstr(buf_str(text), old);
	const char	*rest = hit + strlen(old);

	buf_add(result, buf_str(text), (size_t)(hit - buf_str(text)));
	buf_addstr(result, new);
	buf_add(result, rest,
	    text->len - (size_t)(rest - buf_str(text)));
	return TOOL_DONE;
}

/* `old' must tell one place. */
static enum tool_end
edit_text(const char *path, const struct buf *text, const char *old,
    struct buf *out)
{
	struct buf	lines = BUF_INIT;
	unsigned	n = old[0] == '\0' ? 0 :
			    occurrences(buf_str(text), old, &lines);

	if (n == 0)
		buf_addf(out, "%s does not hold the passage `old'; read it "
		    "again and give it as it is\n", path);
	else if (n > 1)
		buf_addf(out, "%s holds the passage `old' %u times (lines "
		    "%s); give more of what is around it\n", path, n,
		    buf_str(&lines));
	buf_release(&lines);
	return n == 1 ? TOOL_DONE : TOOL_REFUSED;
}

enum tool_end
tool_edit_file(struct tools *ts, json_object *args, struct buf *out)
{
	const char	*path = json_str(args, "path");
	const char	*old = json_str(args, "old");
	struct buf	 text = BUF_INIT, new = BUF_INIT, result = BUF_INIT;
	enum tool_end	 e = tools_writable(path, out);

	if (e == TOOL_DONE)
		e = tools_load(ts, path, &text, out);
	if (e == TOOL_DONE)
		e = edit_text(path, &text, old, out);
	if (e == TOOL_DONE) {
		tools_clean(ts, json_str(args, "new"), &new, out);
		replace_once(&text, old, buf_str(&new), &result);
		e = tools_store(ts, path, &result, out);
	}
	if (e == TOOL_DONE)
		buf_addf(out, "%s changed, %zu bytes now\n", path, result.len);
	buf_release(&text);
	buf_release(&new);
	buf_release(&result);
	return e;
}

enum tool_end
tool_delete_file(struct tools *ts, json_object *args, struct buf *out)
{
	const char		*path = json_str(args, "path");
	enum staging_status	 status;

	if (tools_writable(path, out) != TOOL_DONE ||
	    tools_spend(ts, 1, 0, out) != TOOL_DONE)
		return TOOL_REFUSED;
	status = staging_remove(ts->st, path);
	if (status != STAGING_OK)
		return tools_explain(status, path, out);
	buf_addf(out, "%s deleted\n", path);
	return TOOL_DONE;
}

enum tool_end
tool_move_file(struct tools *ts, json_object *args, struct buf *out)
{
	const char		*from = json_str(args, "from");
	const char		*to = json_str(args, "to");
	enum staging_status	 status;

	if (tools_writable(from, out) != TOOL_DONE ||
	    tools_writable(to, out) != TOOL_DONE ||
	    tools_spend(ts, 1, 0, out) != TOOL_DONE)
		return TOOL_REFUSED;
	status = staging_move(ts->st, from, to);
	if (status != STAGING_OK)
		return tools_explain(status, status == STAGING_THERE ? to :
		    from, out);
	buf_addf(out, "%s is %s now\n", from, to);
	return TOOL_DONE;
}
