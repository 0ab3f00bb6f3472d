#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "worker/workspace/adopted.h"
#include "worker/workspace/extensions.h"
#include "worker/workspace/lines.h"
#include "worker/workspace/tree.h"

#define RESOURCES	"/resources/"
#define INSTRUCTIONS	"/instructions.md"
#define STAMP_LEN	19		/* of 2026-11-22T18-56-59 */
#define TEXT_MAX	4194304u	/* of all files together */
#define DAY		86400

/* 1 if `path' is a resource of an extension that has instructions. */
static int
is_resource(git_index *tree, const char *path)
{
	const char	*rest, *slash;
	char		*instructions;
	int		 is;

	if (!tree_below(path, TREE_EXTENSIONS))
		return 0;
	rest = path + strlen(TREE_EXTENSIONS);
	slash = strchr(rest, '/');
	if (slash == NULL || !tree_below(slash, RESOURCES) ||
	    strchr(slash + strlen(RESOURCES), '/') != NULL)
		return 0;
	instructions = xasprintf("%.*s" INSTRUCTIONS, (int)(slash - path),
	    path);
	is = tree_get(tree, instructions) != NULL;
	free(instructions);
	return is;
}

static int
is_note(const char *path)
{
	return tree_below(path, EXTENSIONS_NOTES) &&
	    strchr(path + strlen(EXTENSIONS_NOTES), '/') == NULL;
}

/* The time that a file's name begins with; 0 if with none. */
static int64_t
stamp_of(const char *path)
{
	const char	*name = strrchr(path, '/') + 1, *end;
	struct tm	 tm = { .tm_isdst = 0 };
	char		 stamp[STAMP_LEN + 1];

	if (strlen(name) < STAMP_LEN)
		return 0;
	memcpy(stamp, name, STAMP_LEN);
	stamp[STAMP_LEN] = '\0';
	if (strspn(stamp, "0123456789-T") != STAMP_LEN)
		return 0;
	end = strptime(stamp, "%Y-%m-%dT%H-%M-%S", &tm);
	return end == stamp + STAMP_LEN ? (int64_t)timegm(&tm) : 0;
}

int
extensions_age(struct workspace *ws, git_index *tree, int64_t now)
{
	const int64_t	 oldest = now - (int64_t)EXTENSIONS_DAYS * DAY;
	git_index	*adopted;
	const char	*path;
	size_t		 i = 0;
	int64_t		 t;
	int		 n = 0;

	if (adopted_load(ws, &adopted) < 0)
		return -1;
	while (n >= 0 && i < git_index_entrycount(tree)) {
		path = git_index_get_byindex(tree, i)->path;
		if (!is_resource(tree, path) ||
		    (t = stamp_of(path)) == 0 || t > oldest ||
		    (adopted != NULL && tree_get(adopted, path) != NULL)) {
			i++;
			continue;
		}
		log_info("%s is older than %d days and goes", path,
		    EXTENSIONS_DAYS);
		n = tree_drop(tree, path) < 0 ? -1 : n + 1;
	}
	git_index_free(adopted);
	return n < 0 ? workspace_fail_history(ws, TREE_EXTENSIONS) : n;
}

/* What the file says, as nobody must see it: the history's bytes. */
static int
read_redacted(struct workspace *ws, git_index *tree, const char *path,
    struct buf *out)
{
	struct buf	b = BUF_INIT;
	int		r;

	r = tree_text(tree, &ws->history, path, &b);
	if (r > 0 && ws->redact != NULL)
		redact_text(ws->redact, buf_str(&b), b.len, out);
	else if (r > 0)
		buf_add(out, b.data, b.len);
	buf_wipe(&b);
	return r;
}

static json_object *
describe(const char *path, const struct buf *text)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "path", path);
	json_set(o, "lines", lines_of(buf_str(text), text->len));
	return o;
}

/* From the last path on: a name that begins with its time is newer there. */
static json_object *
describe_newest(struct workspace *ws, git_index *tree)
{
	json_object	*list = json_object_new_array();
	struct buf	 text = BUF_INIT;
	const char	*path;
	size_t		 i, total = 0;
	int		 r = 1;

	for (i = git_index_entrycount(tree); r > 0 && i > 0; i--) {
		path = git_index_get_byindex(tree, i - 1)->path;
		if (!is_note(path) && !is_resource(tree, path))
			continue;
		buf_reset(&text);
		r = read_redacted(ws, tree, path, &text);
		if ((total += text.len) > TEXT_MAX) {
			log_warnx("%s and what is older below %s: too much "
			    "to be read, left out", path, TREE_EXTENSIONS);
			break;
		}
		if (r > 0)
			json_push(list, describe(path, &text));
	}
	buf_wipe(&text);
	if (r > 0)
		return list;
	json_object_put(list);
	return NULL;
}

json_object *
extensions_describe(struct workspace *ws, git_index *tree)
{
	json_object	*newest = describe_newest(ws, tree), *list;
	size_t		 i;

	if (newest == NULL) {
		workspace_fail_history(ws, TREE_EXTENSIONS);
		return NULL;
	}
	list = json_object_new_array();
	for (i = json_object_array_length(newest); i > 0; i--)
		json_push(list, json_object_get(
		    json_object_array_get_idx(newest, i - 1)));
	json_object_put(newest);
	return list;
}
