/* mnemoctl check: folders judged by the rules of mnemod-memory(5). */

#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/json.h"
#include "common/log.h"
#include "common/nearest.h"
#include "common/utf8.h"
#include "supervisor/check.h"
#include "supervisor/mnemoctl/ctl.h"

/* The real path of a directory, in `out'; 0, or -1 with errno. */
static int
resolve(const char *path, char out[PATH_MAX])
{
	struct stat	st;

	if (realpath(path, out) == NULL || stat(out, &st) == -1)
		return -1;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	return 0;
}

/* Judge one folder; what was found goes to the end of `folders'. */
static enum ctl_exit
judge(struct ctl *ctl, const char *path, const char *memory,
    json_object *folders)
{
	char			 real[PATH_MAX], name[1024];
	json_object		*answer = NULL, *o;
	enum mnemod_exit	 e;

	log_printable(name, sizeof(name), path, strlen(path));
	if (resolve(path, real) == -1) {
		log_warn("%s", name);
		return CTL_ROOT;
	}
	/* The worker is told in JSON. */
	if (!utf8_is(real)) {
		log_warnx("%s: a folder whose path is not UTF-8 cannot be "
		    "checked; give it by another path", name);
		return CTL_ROOT;
	}
	e = check_run(ctl->config, real, &answer);
	if (e == EXIT_OK) {
		o = ctl_push(folders);
		json_set_str(o, "folder", path);
		json_set_str(o, "memory", memory);
		json_set_int(o, "files", json_int(answer, "files", 0));
		json_set_bool(o, "more", json_flag(answer, "more", 0));
		json_set(o, "violations",
		    json_object_get(json_arr(answer, "violations")));
		if (json_object_array_length(json_arr(answer,
		    "violations")) > 0)
			ctl->verdict = CTL_NOT_FOUND;
	}
	json_object_put(answer);
	return (enum ctl_exit)e;
}

/* A word without a slash may be the name of a memory. */
static const struct config_memory *
memory_named(const struct ctl *ctl, const char *name)
{
	size_t	i;

	for (i = 0; i < ctl->config->nmemories; i++)
		if (strcmp(ctl->config->memories[i].name, name) == 0)
			return &ctl->config->memories[i];
	return NULL;
}

/* A word that is neither a memory nor a folder; the exit status. */
static enum ctl_exit
refuse(const struct ctl *ctl, const char *what)
{
	const char	*near = "none";
	char		 word[NEAREST_MAX];
	size_t		 least = SIZE_MAX, i;

	for (i = 0; i < ctl->config->nmemories; i++)
		nearest_try(what, ctl->config->memories[i].name, &near,
		    &least);
	log_printable(word, sizeof(word), what, strlen(what));
	log_warnx("%s: neither a memory nor a folder; the nearest memory is "
	    "%s", word, near);
	return CTL_ROOT;
}

enum ctl_exit
check_collect(struct ctl *ctl, json_object *doc)
{
	json_object			*folders = ctl_set_array(doc,
					    "folders");
	const char			*what = ctl->opt->argument;
	const struct config_memory	*m;
	enum ctl_exit			 e;
	size_t				 i;

	if (what == NULL)
		what = ctl->opt->memory;
	m = what == NULL ? NULL : memory_named(ctl, what);
	if (m != NULL)
		return judge(ctl, m->root, m->name, folders);
	if (what != NULL && strchr(what, '/') == NULL &&
	    access(what, F_OK) == -1)
		return refuse(ctl, what);
	if (what != NULL)
		return judge(ctl, what, NULL, folders);
	for (i = 0; i < ctl->config->nmemories; i++) {
		m = &ctl->config->memories[i];
		e = judge(ctl, m->root, m->name, folders);
		if (e != CTL_OK)
			ctl->verdict = e;	/* the others are told */
	}
	return CTL_OK;
}

static void
show_folder(json_object *folder, const struct output *out)
{
	json_object	*list = json_arr(folder, "violations"), *v;
	const char	*dir = json_str(folder, "folder");
	size_t		 i, len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	for (i = 0; i < json_object_array_length(list); i++) {
		v = json_object_array_get_idx(list, i);
		output_line(out, STYLE_PLAIN, "%.*s/%s:%lld: %s: %s",
		    (int)len, dir, json_str(v, "file"),
		    (long long)json_int(v, "line", 0), json_str(v, "rule"),
		    json_str(v, "message"));
	}
	if (json_flag(folder, "more", 0))
		output_line(out, STYLE_DIM, "%s: there are more", dir);
}

void
check_show(json_object *doc, const struct output *out)
{
	struct output	 whole = output_whole(out);	/* an editor reads */

	output_each(&whole, json_arr(doc, "folders"), show_folder);
}
