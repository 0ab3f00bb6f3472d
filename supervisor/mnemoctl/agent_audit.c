/* What an agent did, as its audit file has it. */

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/audit.h"
#include "supervisor/mnemoctl/agents.h"

#define CALLS_MAX	1000

struct audit_look {
	json_object	*o;		/* what is filled */
	json_object	*calls;
	json_object	*violations;
	int64_t		 records;
	int64_t		 unreadable;
	int64_t		 more;		/* calls beyond CALLS_MAX */
	int64_t		 rounds;	/* times that the validator refused */
};

/* The newest call of this id that has no result yet. */
static json_object *
find_call(const struct audit_look *l, const char *id)
{
	json_object	*o;
	const char	*other;
	size_t		 i = json_object_array_length(l->calls);

	while (id != NULL && i-- > 0) {
		o = json_object_array_get_idx(l->calls, i);
		other = json_str(o, "call_id");
		if (other != NULL && strcmp(other, id) == 0 &&
		    json_str(o, "output") == NULL)
			return o;
	}
	return NULL;
}

static void
take_call(struct audit_look *l, json_object *item)
{
	json_object	*o;

	if (json_object_array_length(l->calls) == CALLS_MAX) {
		l->more++;
		return;
	}
	o = ctl_push(l->calls);
	json_set_str(o, "call_id", json_str(item, "call_id"));
	json_set_str(o, "name", json_str(item, "name"));
	json_set_str(o, "arguments", json_str(item, "arguments"));
	json_set(o, "success", NULL);
	json_set(o, "output", NULL);
}

static void
take_result(const struct audit_look *l, json_object *item)
{
	json_object	*o = find_call(l, json_str(item, "call_id"));

	if (o == NULL)
		return;
	json_set_bool(o, "success", json_flag(item, "success", 0));
	json_set_str(o, "output", json_str(item, "output"));
}

/* Its own words only: the prompt is known. */
static void
take_message(const struct audit_look *l, json_object *item)
{
	const char	*role = json_str(item, "role");
	json_object	*content = json_arr(item, "content");

	if (role != NULL && strcmp(role, "assistant") == 0 &&
	    content != NULL)
		json_set_str(l->o, "message", json_str(
		    json_object_array_get_idx(content, 0), "text"));
}

static void
take_item(struct audit_look *l, json_object *item)
{
	const char	*type = json_str(item, "type");

	if (type == NULL)
		return;
	if (strcmp(type, "function_call") == 0)
		take_call(l, item);
	else if (strcmp(type, "function_call_output") == 0)
		take_result(l, item);
	else if (strcmp(type, "message") == 0)
		take_message(l, item);
}

static void
take_violations(struct audit_look *l, json_object *payload)
{
	json_object	*list = json_arr(payload, "violations"), *v, *o;
	size_t		 i, n;

	n = list == NULL ? 0 : json_object_array_length(list);
	l->rounds++;
	for (i = 0; i < n; i++) {
		v = json_object_array_get_idx(list, i);
		o = ctl_push(l->violations);
		json_set_int(o, "round", l->rounds);
		json_set_str(o, "file", json_str(v, "file"));
		json_set_int(o, "line", json_int(v, "line", 0));
		json_set_str(o, "rule", json_str(v, "rule"));
		json_set_str(o, "message", json_str(v, "message"));
	}
}

static void
take_record(struct audit_look *l, const char *line, size_t len)
{
	json_object	*record = json_parse(line, len, JSON_DEPTH, NULL);
	const char	*type = json_str(record, "type");

	l->records++;
	if (type == NULL)
		l->unreadable++;
	else if (strcmp(type, "response_item") == 0)
		take_item(l, json_obj(record, "payload"));
	else if (strcmp(type, "violations") == 0)
		take_violations(l, json_obj(record, "payload"));
	json_object_put(record);
}

/* A last line without its end is being written. */
static void
read_records(struct audit_look *l, FILE *fp, const char *path)
{
	char	*line = NULL;
	size_t	 size = 0;
	ssize_t	 n;

	while ((n = getline(&line, &size, fp)) > 0 && line[n - 1] == '\n')
		take_record(l, line, (size_t)n - 1);
	if (ferror(fp))
		log_warn("%s: not all of it is read", path);
	free(line);
}

/* A file as the supervisor makes them, or NULL. */
static FILE *
audit_open(const char *path)
{
	struct stat	 sb;
	FILE		*fp = NULL;
	int		 fd;

	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1) {
		if (errno != ENOENT)
			log_warn("%s: not read", path);
		return NULL;
	}
	if (fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode) &&
	    sb.st_size <= AUDIT_FILE_MAX)
		fp = fdopen(fd, "r");
	if (fp == NULL) {
		log_warnx("%s: is no audit file of mnemod; not read", path);
		close(fd);
	}
	return fp;
}

void
agent_audit(const struct ctl *ctl, const char *thread_id, json_object *o)
{
	struct audit_look	 l = { .o = o };
	char			*path;
	FILE			*fp;

	path = xasprintf("%s/agents/%s.jsonl", ctl->config->state, thread_id);
	fp = audit_open(path);
	json_set_str(o, "audit", fp == NULL ? NULL : path);
	json_set_str(o, "message", NULL);
	l.violations = ctl_set_array(o, "violations");
	l.calls = ctl_set_array(o, "calls");
	if (fp != NULL) {
		read_records(&l, fp, path);
		fclose(fp);
	}
	json_set_int(o, "more_calls", l.more);
	json_set_int(o, "records", l.records);
	json_set_int(o, "unreadable", l.unreadable);
	free(path);
}
