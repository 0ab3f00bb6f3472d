/* links: supervisor/?*.c */
/*
 * libFuzzer entry: any bytes as a request on the control socket.  It is
 * refused with one printable line, or its arguments are those of its row.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "supervisor/operation.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_why(const char *why)
{
	char	safe[512];

	log_printable(safe, sizeof(safe), why, strlen(why));
	if (why[0] == '\0' || strcmp(safe, why) != 0)
		abort();
}

static void
check_args(const struct operation *op, json_object *args)
{
	const struct op_argument	*a;
	json_object			*v;
	int				 n = 0;

	for (a = op->args; a->name != NULL; a++) {
		v = NULL;
		if (!json_object_object_get_ex(args, a->name, &v)) {
			if (a->required)
				abort();
			continue;
		}
		n++;
		if (a->kind == OP_TEXT ? json_str(args, a->name) == NULL ||
		    strlen(json_str(args, a->name)) > a->max :
		    !json_object_is_type(v, json_type_boolean))
			abort();
	}
	if (n != json_object_object_length(args))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct operation	*op;
	struct buf		 text = BUF_INIT;
	json_object		*o, *args;
	struct buf		 why = BUF_INIT;

	buf_add(&text, data, size);
	o = json_parse(buf_str(&text), size, JSON_DEPTH, NULL);
	op = operation_check(o, &args, &why);
	if (op == NULL)
		check_why(buf_str(&why));
	else
		check_args(op, args);
	if (op == NULL && args != NULL)
		abort();
	json_object_put(args);
	json_object_put(o);
	buf_release(&text);
	buf_release(&why);
	return 0;
}
