#include <stdio.h>
#include <string.h>

#include "builtin_result.h"
#include "json.h"
#include "worker/text.h"

/* Text of an output: a string, parts with texts, or an object with one. */
static void
collect(struct buf *out, json_object *o, int depth)
{
	size_t i, n;
	const char *s;

	if (depth > 4)
		return;
	switch (json_object_get_type(o)) {
	case json_type_string:
		buf_add(out, json_object_get_string(o),
		    (size_t)json_object_get_string_len(o));
		break;
	case json_type_array:
		n = json_object_array_length(o);
		for (i = 0; i < n; i++)
			collect(out, json_object_array_get_idx(o, i),
			    depth + 1);
		break;
	case json_type_object:
		if ((s = json_str(o, "text")) == NULL &&
		    (s = json_str(o, "output")) == NULL)
			s = json_str(o, "content");
		if (s != NULL)
			buf_addstr(out, s);
		break;
	case json_type_null:
	case json_type_boolean:
	case json_type_double:
	case json_type_int:
		break;
	}
}

/*
 * {"output":"...","metadata":{"exit_code":0}}, the older shell tool's, or
 * {"output":"...","exit_code":0}, printed by a program of the exec tool.
 */
static int
parse_metadata(struct result *r, const char *text, size_t len)
{
	json_object *o, *meta;
	const char *s;
	int found = 0;

	if (len < 2 || text[0] != '{')
		return 0;
	if ((o = json_parse(text, len, JSON_DEPTH, NULL)) == NULL)
		return 0;
	s = json_str(o, "output");
	meta = json_obj(o, "metadata");
	if (meta == NULL && json_object_object_get_ex(o, "exit_code", NULL))
		meta = o;
	if (s != NULL && meta != NULL) {
		buf_addstr(&r->body, s);
		r->exit = (int)json_int(meta, "exit_code", RESULT_UNKNOWN);
		found = 1;
	}
	json_object_put(o);
	return found;
}

static void
header_line(struct result *r, const char *line)
{
	int code;

	if (text_number(line, "Process exited with code ", &code) ||
	    text_number(line, "Exit code: ", &code))
		r->exit = code;
	else if (strncmp(line, "Script failed", 13) == 0)
		r->refused = 1;
}

/* The lines down to "Output:" are the tool's; 0 if there is no such line. */
static size_t
parse_header(struct result *r, const char *text, size_t len)
{
	const char *p = text, *nl;
	char line[64];
	size_t n, lines = 0;

	while (lines++ < 8 && p < text + len) {
		nl = memchr(p, '\n', len - (size_t)(p - text));
		if (nl == NULL)
			return 0;
		n = (size_t)(nl - p);
		n = n < sizeof(line) ? n : sizeof(line) - 1;
		memcpy(line, p, n);
		line[n] = '\0';
		header_line(r, line);
		p = nl + 1;
		if (strcmp(line, "Output:") == 0)
			return (size_t)(p - text);
	}
	return 0;
}

void
result_parse(struct result *r, json_object *output)
{
	struct buf text = BUF_INIT;
	size_t body;

	memset(r, 0, sizeof(*r));
	r->exit = RESULT_UNKNOWN;
	collect(&text, output, 0);
	if (!parse_metadata(r, buf_str(&text), text.len)) {
		body = parse_header(r, buf_str(&text), text.len);
		if (body == 0)
			r->exit = RESULT_UNKNOWN;
		if (!parse_metadata(r, buf_str(&text) + body, text.len - body))
			buf_add(&r->body, buf_str(&text) + body,
			    text.len - body);
	}
	if (strstr(buf_str(&r->body), "verification failed") != NULL ||
	    strncmp(buf_str(&r->body), "unsupported ", 12) == 0 ||
	    strncmp(buf_str(&r->body), "Script error", 12) == 0)
		r->refused = 1;
	buf_release(&text);
}

void
result_release(struct result *r)
{
	buf_release(&r->body);
}
