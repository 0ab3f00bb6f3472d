#include <string.h>

#include "common/json.h"
#include "supervisor/guard.h"
#include "supervisor/retry.h"

#define LIMIT	"codex"		/* else the first that is named */

/* The limit whose windows count; NULL: there is none. */
static const char *
limit_that_counts(json_object *windows)
{
	const char	*first = NULL, *id;
	size_t		 i;

	for (i = 0; i < json_object_array_length(windows); i++) {
		id = json_str(json_object_array_get_idx(windows, i),
		    "limit_id");
		if (id == NULL)
			continue;
		if (strcmp(id, LIMIT) == 0)
			return id;
		if (first == NULL)
			first = id;
	}
	return first;
}

static double
used_percent(json_object *window)
{
	json_object	*v = NULL;

	json_object_object_get_ex(window, "used_percent", &v);
	return json_object_is_type(v, json_type_int) ||
	    json_object_is_type(v, json_type_double) ?
	    json_object_get_double(v) : 0;
}

static void
refuse(struct guard_verdict *v, json_object *window)
{
	int64_t	at = json_int(window, "resets_at", 0);

	v->allowed = 0;
	v->used = used_percent(window);
	if (at > v->resets_at)
		v->resets_at = at;
}

void
guard_check(json_object *state, int64_t remaining, struct guard_verdict *v)
{
	json_object	*windows = json_arr(state, "windows"), *w;
	const char	*limit, *id;
	int		 reached = json_str(state, "reached") != NULL;
	double		 most;
	size_t		 i;

	*v = (struct guard_verdict){ 1, 0, 0 };
	if (windows == NULL)
		return;
	if (remaining < 0)
		remaining = 0;
	most = (double)(remaining > 100 ? 0 : 100 - remaining);
	limit = limit_that_counts(windows);
	if (reached)
		v->allowed = 0;
	for (i = 0; limit != NULL && i < json_object_array_length(windows);
	    i++) {
		w = json_object_array_get_idx(windows, i);
		id = json_str(w, "limit_id");
		if (id != NULL && strcmp(id, limit) == 0 &&
		    (reached || used_percent(w) > most))
			refuse(v, w);
	}
}

int64_t
guard_hold_ms(const struct guard_verdict *v, int64_t now_s)
{
	const int64_t	most = RETRY_MAX_MS / 1000;

	return v->resets_at <= now_s || v->resets_at > now_s + most ?
	    RETRY_MAX_MS : (v->resets_at - now_s) * 1000;
}
