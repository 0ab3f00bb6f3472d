#include <stdint.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/nearest.h"
#include "supervisor/operation.h"

/* What is wrong with a request. */

static const struct operation *
find_operation(const char *name)
{
	const struct operation	*op;

	for (op = operation_table; op->name != NULL; op++)
		if (strcmp(op->name, name) == 0)
			return op;
	return NULL;
}

static const struct op_argument *
find_argument(const struct operation *op, const char *name)
{
	const struct op_argument	*a;

	for (a = op->args; a->name != NULL; a++)
		if (strcmp(a->name, name) == 0)
			return a;
	return NULL;
}

static void
say_no_command(struct buf *why, const char *name)
{
	const struct operation	*op;
	const char		*near = "none";
	char			 word[NEAREST_MAX];
	size_t			 d = SIZE_MAX;

	for (op = operation_table; op->name != NULL; op++)
		nearest_try(name, op->name, &near, &d);
	log_printable(word, sizeof(word), name, strlen(name));
	buf_addf(why, "%s: no such command; the nearest is %s", word,
	    near);
}

static void
say_no_argument(struct buf *why, const struct operation *op, const char *name)
{
	const struct op_argument	*a;
	const char			*near = NULL;
	char				 word[NEAREST_MAX];
	size_t				 d = SIZE_MAX;

	for (a = op->args; a->name != NULL; a++)
		nearest_try(name, a->name, &near, &d);
	log_printable(word, sizeof(word), name, strlen(name));
	if (near == NULL)
		buf_addf(why, "%s takes no argument", op->name);
	else
		buf_addf(why, "%s: no argument %s; the nearest is %s",
		    op->name, word, near);
}

/* 0, or -1 with `why'. */
static int
check_value(const struct operation *op, const struct op_argument *a,
    json_object *v, struct buf *why)
{
	enum json_type	want = a->kind == OP_TEXT ? json_type_string :
	    json_type_boolean;
	size_t		len;

	if (!json_object_is_type(v, want)) {
		buf_addf(why, "%s: %s is no %s", op->name, a->name,
		    a->kind == OP_TEXT ? "text" : "truth value");
		return -1;
	}
	if (a->kind == OP_FLAG)
		return 0;
	len = (size_t)json_object_get_string_len(v);
	if (len > 0 && len <= a->max)
		return 0;
	buf_addf(why, len == 0 ? "%s: %s is empty" :
	    "%s: %s is longer than %zu bytes", op->name, a->name, a->max);
	return -1;
}

static int
check_arguments(const struct operation *op, json_object *args,
    struct buf *why)
{
	const struct op_argument	*a;

	json_object_object_foreach(args, key, value) {
		a = find_argument(op, key);
		if (a == NULL) {
			say_no_argument(why, op, key);
			return -1;
		}
		if (check_value(op, a, value, why) == -1)
			return -1;
	}
	for (a = op->args; a->name != NULL; a++)
		if (a->required &&
		    !json_object_object_get_ex(args, a->name, NULL)) {
			buf_addf(why, "%s: the argument %s is missing",
			    op->name, a->name);
			return -1;
		}
	return 0;
}

/* The row that a request names, NULL with `why'. */
static const struct operation *
check_command(json_object *request, struct buf *why)
{
	const struct operation	*op;
	const char		*name = json_str(request, "command");

	if (name == NULL || json_has_nul(request)) {
		buf_addf(why, "the request names no command");
		return NULL;
	}
	op = find_operation(name);
	if (op == NULL)
		say_no_command(why, name);
	return op;
}

const struct operation *
operation_check(json_object *request, json_object **args, struct buf *why)
{
	const struct operation	*op = check_command(request, why);
	json_object		*o;

	*args = NULL;
	if (op == NULL)
		return NULL;
	if (!json_object_object_get_ex(request, "args", &o)) {
		o = *args = json_object_new_object();
	} else if (!json_object_is_type(o, json_type_object)) {
		buf_addf(why, "%s: args is no object", op->name);
		return NULL;
	} else
		*args = json_object_get(o);
	if (check_arguments(op, o, why) == 0)
		return op;
	json_object_put(*args);
	*args = NULL;
	return NULL;
}
