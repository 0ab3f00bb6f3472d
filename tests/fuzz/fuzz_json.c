/* links: */
/*
 * libFuzzer entry: any bytes as JSON.  Long strings are read and written
 * beside json-c; both must say what json-c alone says.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/utf8.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static json_object *
reference(const char *text, size_t len)
{
	json_tokener	*tok = json_tokener_new_ex(JSON_DEPTH + 1);
	json_object	*o = NULL;

	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	if (len > 0 && utf8_run(text, len) == len)
		o = json_tokener_parse_ex(tok, text, (int)len);
	if (o != NULL && strspn(text + json_tokener_get_parse_end(tok),
	    " \t\r\n") != len - json_tokener_get_parse_end(tok)) {
		json_object_put(o);
		o = NULL;
	}
	json_tokener_free(tok);
	return o;
}

static void
check(const char *text, size_t len)
{
	json_object	*o = json_parse(text, len, JSON_DEPTH, NULL);
	json_object	*want = reference(text, len);
	struct buf	 b = BUF_INIT;

	if (!json_object_equal(o, want))
		abort();
	json_write(&b, o);
	if (strcmp(buf_str(&b), json_object_to_json_string_ext(want,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)) != 0)
		abort();
	buf_release(&b);
	json_object_put(o);
	json_object_put(want);
}

/* As it is, and with each `~' a run that makes its string a long one. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf	text = BUF_INIT;
	size_t		i, n;

	buf_add(&text, data, size);
	check(text.data, text.len);
	buf_reset(&text);
	for (i = 0; i < size; i++)
		for (n = data[i] == '~' ? 200 : 1; n > 0; n--)
			buf_addch(&text, (char)data[i]);
	check(text.data, text.len);
	buf_release(&text);
	return 0;
}
