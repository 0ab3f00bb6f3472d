#include <stdlib.h>
#include <string.h>

#include "builtin_notes.h"
#include "json.h"
#include "mem.h"
#include "worker/injection.h"
#include "worker/text.h"

#define NOTES_DIR	"extensions/ad_hoc/notes/"
#define EXTENSIONS_DIR	"extensions/"
#define NOTE_BYTES	600	/* of one bullet */
#define RESOURCE_BYTES	200
#define RESOURCES	8	/* per extension */
#define FENCE		"```"

/* A note file while its lines go by. */
struct reader {
	struct notes	*notes;
	const char	*file;
	struct buf	 piece;		/* a paragraph or list item */
	struct buf	 headings;	/* told if there is nothing else */
	size_t		 from;		/* the file's first bullet */
	int		 fence;		/* within ``` */
};

static size_t
length(json_object *arr)
{
	return arr == NULL ? 0 : json_object_array_length(arr);
}

static const char *
line_at(json_object *lines, size_t i)
{
	const char *s = json_object_get_string(json_object_array_get_idx(
	    lines, i));

	return s == NULL ? "" : s;
}

static struct note *
add_note(struct notes *ns, const char *text, size_t max, const char *file)
{
	struct note *n;
	char *p;

	ns->v = xreallocarray(ns->v, ns->n + 1, sizeof(*ns->v));
	n = &ns->v[ns->n++];
	memset(n, 0, sizeof(*n));
	n->file = file;
	n->text = text_brief(text, max);
	for (p = n->text; (p = strchr(p, '"')) != NULL; p++)
		*p = '\'';
	return n;
}

/* 1 if the words are no data but orders to who reads them. */
static int
is_injected(const char *text, int (*speaks)(const char *))
{
	struct buf low = BUF_INIT;
	int is;

	text_lower(&low, text);
	is = speaks(buf_str(&low));
	buf_release(&low);
	return is;
}

static void
flush(struct reader *r, struct buf *piece)
{
	const char *text = buf_str(piece);

	if (piece->len == 0)
		return;
	if (is_injected(text, injection_overrides))
		r->notes->dropped++;
	else
		add_note(r->notes, text, NOTE_BYTES, r->file)->tag =
		    xstrdup("[ad-hoc note]");
	buf_reset(piece);
}

/* The words behind "- ", "* " or "12. ", else NULL. */
static const char *
item_text(const char *line)
{
	size_t n = strspn(line, "0123456789");

	if (n == 0 && strchr("-*+", line[0]) != NULL && line[0] != '\0')
		n = 1;
	else if (n > 0 && (line[n] == '.' || line[n] == ')'))
		n++;
	else
		return NULL;
	return line[n] == ' ' ? line + n + 1 : NULL;
}

static void
add_words(struct buf *b, const char *words)
{
	if (b->len > 0)
		buf_addch(b, ' ');
	buf_addstr(b, words);
}

static void
read_line(struct reader *r, const char *line)
{
	const char *item;

	if (strncmp(line, FENCE, strlen(FENCE)) == 0) {
		r->fence = !r->fence;
	} else if (line[0] == '\0') {
		flush(r, &r->piece);
	} else if (r->fence) {
		add_words(&r->piece, line);
	} else if (line[0] == '#') {
		flush(r, &r->piece);
		add_words(&r->headings, line + strspn(line, "# "));
	} else if ((item = item_text(line)) != NULL) {
		flush(r, &r->piece);
		add_words(&r->piece, item);
	} else {
		add_words(&r->piece, line);
	}
}

/* Where the text begins: behind the lines between two "---". */
static size_t
skip_front_matter(json_object *lines)
{
	size_t i;

	if (length(lines) == 0 || strcmp(line_at(lines, 0), "---") != 0)
		return 0;
	for (i = 1; i < length(lines); i++)
		if (strcmp(line_at(lines, i), "---") == 0)
			return i + 1;
	return 0;
}

static void
read_note(struct notes *ns, const char *file, json_object *lines)
{
	struct reader r = { .notes = ns, .file = file, .from = ns->n };
	size_t i, dropped = ns->dropped;

	for (i = skip_front_matter(lines); i < length(lines); i++)
		read_line(&r, line_at(lines, i));
	flush(&r, &r.piece);
	if (ns->n == r.from && ns->dropped == dropped)
		flush(&r, &r.headings);
	buf_release(&r.piece);
	buf_release(&r.headings);
}

static int
speaks_to_agent(const char *low)
{
	return injection_addresses(low) || injection_commands(low);
}

/* Text of another program: one line of it shows what can be read there. */
static void
read_resource(struct notes *ns, const char *path, json_object *lines)
{
	const char *name = path + strlen(EXTENSIONS_DIR), *line;
	struct note *n;
	size_t i;

	for (i = skip_front_matter(lines); i < length(lines); i++) {
		line = line_at(lines, i);
		line += strspn(line, "#-*> ");
		if (line[0] == '\0' || line[0] == '`')
			continue;
		if (is_injected(line, speaks_to_agent)) {
			ns->dropped++;
			continue;
		}
		n = add_note(ns, line, RESOURCE_BYTES, strrchr(path, '/') + 1);
		n->extension = xstrndup(name, strcspn(name, "/"));
		n->tag = xasprintf("[extension %s]", n->extension);
		return;
	}
}

/* The newest RESOURCES of each extension, which stand side by side. */
static int
is_one_too_many(const struct notes *ns, const char *path)
{
	const char *name = path + strlen(EXTENSIONS_DIR);
	size_t i, n = 0, len = strcspn(name, "/");

	for (i = ns->told; i < ns->n; i++)
		n += strlen(ns->v[i].extension) == len &&
		    strncmp(ns->v[i].extension, name, len) == 0;
	return n >= RESOURCES;
}

/* A name that can stand in a tag. */
static int
is_plain(const char *name)
{
	return strspn(name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
	    strcspn(name, "/");
}

static void
read_file(struct notes *ns, json_object *o, const struct blocks *bs,
    int is_note)
{
	const char *path = json_str(o, "path"), *file;
	json_object *lines = json_arr(o, "lines");

	if (path == NULL || lines == NULL || (file = strrchr(path, '/')) ==
	    NULL || strncmp(path, EXTENSIONS_DIR, strlen(EXTENSIONS_DIR)) != 0 ||
	    is_note != (strncmp(path, NOTES_DIR, strlen(NOTES_DIR)) == 0) ||
	    blocks_cite(bs, file + 1))
		return;
	if (is_note)
		read_note(ns, file + 1, lines);
	else if (is_plain(path + strlen(EXTENSIONS_DIR)) &&
	    !is_one_too_many(ns, path))
		read_resource(ns, path, lines);
}

void
notes_make(struct notes *ns, const struct inputs *in, const struct blocks *bs)
{
	json_object *arr = json_arr(in->root, "extensions");
	size_t i;

	memset(ns, 0, sizeof(*ns));
	for (i = length(arr); i > 0; i--)
		read_file(ns, json_object_array_get_idx(arr, i - 1), bs, 1);
	ns->told = ns->n;
	for (i = length(arr); i > 0; i--)
		read_file(ns, json_object_array_get_idx(arr, i - 1), bs, 0);
}

void
notes_clear(struct notes *ns)
{
	while (ns->n > 0) {
		ns->n--;
		free(ns->v[ns->n].text);
		free(ns->v[ns->n].extension);
		free(ns->v[ns->n].tag);
	}
	free(ns->v);
	memset(ns, 0, sizeof(*ns));
}

static void
write_note(const struct note *n, struct buf *b)
{
	buf_addf(b, "- \"%s\" (%s) %s\n", n->text, n->file, n->tag);
}

/* The user's notes until the block is full; the files hold the rest. */
static void
write_told(const struct notes *ns, struct buf *b)
{
	size_t i;

	if (ns->told > 0)
		buf_addstr(b, "\n## User preferences\n");
	for (i = 0; i < ns->told && b->len < NOTES_MAX; i++)
		write_note(&ns->v[i], b);
	if (i < ns->told)
		buf_addf(b, "- %zu more stand in " NOTES_DIR " only, the "
		    "newest of them %s [ad-hoc note]\n", ns->told - i,
		    ns->v[i].file);
}

static void
write_scope(const struct notes *ns, struct buf *b)
{
	const char *before = NULL;
	size_t i;

	buf_addf(b, "scope: %s", ns->told > 0 ? "what the user asked to "
	    "remember, " NOTES_DIR : "what other programs tell");
	for (i = ns->told; i < ns->n; i++) {
		if (before == NULL ||
		    strcmp(before, ns->v[i].extension) != 0)
			buf_addf(b, "; " EXTENSIONS_DIR "%s/resources/",
			    ns->v[i].extension);
		before = ns->v[i].extension;
	}
	if (ns->dropped > 0)
		buf_addf(b, "; %zu line%s that addressed an agent left out",
		    ns->dropped, ns->dropped == 1 ? "" : "s");
	buf_addch(b, '\n');
}

void
notes_block(const struct notes *ns, struct buf *out)
{
	struct buf b = BUF_INIT;
	size_t i;

	if (ns->n == 0)
		return;
	buf_addstr(&b, "# Task Group: notes\n");
	write_scope(ns, &b);
	buf_addstr(&b, "applies_to: cwd=" NOTES_CWD "; reuse_rule=every "
	    "project unless a note names one" BLOCK_MARKER "\n");
	write_told(ns, &b);
	if (ns->n > ns->told)
		buf_addstr(&b, "\n## Reusable knowledge\n");
	for (i = ns->told; i < ns->n && b.len < 2 * NOTES_MAX; i++)
		write_note(&ns->v[i], &b);
	block_seal(&b);
	buf_add(out, b.data, b.len);
	buf_release(&b);
}

void
notes_rules(const struct notes *ns, struct buf *b, size_t max)
{
	size_t i;

	for (i = 0; i < ns->told && i < max; i++)
		buf_addf(b, "- \"%s\" %s\n", ns->v[i].text, ns->v[i].tag);
}

void
notes_contents(const struct notes *ns, struct buf *b)
{
	if (ns->n == 0)
		return;
	buf_addstr(b, "### notes\n");
	if (ns->told > 0)
		buf_addf(b, "- %zu of the user, in MEMORY.md and " NOTES_DIR
		    "\n", ns->told);
	if (ns->n > ns->told)
		buf_addf(b, "- %zu of other programs, in MEMORY.md and "
		    EXTENSIONS_DIR "NAME/resources/\n", ns->n - ns->told);
}
