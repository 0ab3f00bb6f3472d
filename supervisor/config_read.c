/* A configuration file, by libconfuse, into struct config. */

#include <confuse.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/fd.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/config_scan.h"
#include "supervisor/config_steps.h"
#include "supervisor/config_table.h"
#include "supervisor/config_value.h"

struct reader {
	struct config		*cfg;
	const struct paths	*paths;
	const char		*file;
	struct config_marks	 marks;
	struct buf		 value;	/* what is wrong with one value */
	struct buf		*why;
};

/*
 * libconfuse's error callback has no argument of ours, and its lexer is one
 * for the process anyway: this is set while it parses.
 */
static struct reader *parsing;

static void __attribute__((format(printf, 2, 0)))
parse_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	char	text[256];

	vsnprintf(text, sizeof(text), fmt, ap);
	/* In nested sections cfg->filename is NULL. */
	buf_addf(parsing->why, "%s%s:%d: %s",
	    parsing->why->len > 0 ? "\n" : "", parsing->file, cfg->line,
	    text);
}

/* The options of one section for libconfuse: all are strings to it. */
static cfg_opt_t *
make_opts(enum config_section_id id, size_t extra)
{
	cfg_opt_t	*opts, end = CFG_END();
	size_t		 i, n;

	opts = xcalloc(config_nkeys + extra + 1, sizeof(opts[0]));
	for (i = n = 0; i < config_nkeys; i++) {
		cfg_opt_t one = CFG_STR(config_keys[i].name, NULL,
		    CFGF_NODEFAULT);

		if (config_keys[i].section != id)
			continue;
		if (config_value_is_list(&config_keys[i]))
			one.flags |= CFGF_LIST;
		opts[n++] = one;
	}
	opts[n] = end;
	return opts;
}

/* The whole grammar; the caller frees it with cfg_free(). */
static cfg_t *
make_grammar(void)
{
	cfg_opt_t	*opts, *sub[SEC__MAX] = { NULL };
	cfg_t		*cfg;
	size_t		 n;
	unsigned	 id;

	opts = make_opts(SEC_TOP, SEC__MAX);
	for (n = 0; opts[n].name != NULL; n++)
		continue;
	for (id = SEC_TOP + 1; id < SEC__MAX; id++) {
		enum config_section_id sec = (enum config_section_id)id;
		cfg_opt_t one = CFG_SEC(config_section_name(sec), NULL,
		    CFGF_NONE), end = CFG_END();

		if (config_section_titled(sec))
			one.flags = CFGF_TITLE | CFGF_MULTI |
			    CFGF_NO_TITLE_DUPES;
		one.subopts = sub[id] = make_opts(sec, 0);
		opts[n++] = one;
		opts[n] = end;
	}
	cfg = cfg_init(opts, CFGF_NONE);
	for (id = 0; id < SEC__MAX; id++)
		free(sub[id]);
	free(opts);
	if (cfg == NULL)
		log_fatalx("out of memory reading the configuration");
	return cfg;
}

static int
set_list(struct reader *r, const struct config_field *f, cfg_t *sec)
{
	struct strlist	list = { NULL, 0 };
	unsigned	i;
	int		rc;

	for (i = 0; i < cfg_size(sec, f->key->name); i++)
		strlist_add(&list, cfg_getnstr(sec, f->key->name, i));
	rc = config_value_set_list(f, &list, r->paths, &r->value);
	strlist_clear(&list);
	return rc;
}

/* Take over the keys that one section of the file holds. */
static int
take_section(struct reader *r, enum config_section_id id, const char *title,
    cfg_t *sec)
{
	const struct config_key	*key;
	struct config_field	 f;
	size_t			 i;
	int			 line, rc, failed;

	f.base = config_section_find(r->cfg, id, title);
	failed = 0;
	for (i = 0; i < config_nkeys; i++) {
		f.key = key = &config_keys[i];
		line = key->section != id ? 0 :
		    config_marks_line(&r->marks, id, title, key->name);
		if (line == 0)
			continue;
		if (config_value_is_list(key))
			rc = set_list(r, &f, sec);
		else
			rc = config_value_set(&f, cfg_getstr(sec, key->name),
			    r->paths, &r->value);
		if (rc == -1) {
			failed = -1;
			buf_addf(r->why, "%s%s:%d: %s",
			    r->why->len > 0 ? "\n" : "", r->file, line,
			    buf_str(&r->value));
		}
		if (id == SEC_TOP && key->type == TYPE_LIST)
			r->cfg->redact_line = line;
		buf_reset(&r->value);
	}
	return failed;
}

static int
take_titled(struct reader *r, enum config_section_id id, cfg_t *cfg)
{
	const char	*name, *title;
	cfg_t		*sec;
	unsigned	 i;
	int		 failed;

	failed = 0;
	name = config_section_name(id);
	for (i = 0; i < cfg_size(cfg, name); i++) {
		sec = cfg_getnsec(cfg, name, i);
		title = cfg_title(sec);
		config_section_add(r->cfg, id, title,
		    config_marks_line(&r->marks, id, title, NULL));
		if (take_section(r, id, title, sec) == -1)
			failed = -1;
	}
	return failed;
}

static int
take_all(struct reader *r, cfg_t *cfg)
{
	enum config_section_id	sec;
	unsigned		id;
	int			failed, rc;

	failed = take_section(r, SEC_TOP, NULL, cfg);
	for (id = SEC_TOP + 1; id < SEC__MAX; id++) {
		sec = (enum config_section_id)id;
		if (config_section_titled(sec))
			rc = take_titled(r, sec, cfg);
		else
			rc = take_section(r, sec, NULL,
			    cfg_getsec(cfg, config_section_name(sec)));
		if (rc == -1)
			failed = -1;
	}
	return failed;
}

static int
parse(struct reader *r, struct buf *text)
{
	cfg_t	*cfg;
	int	 rc;

	rc = config_scan(r->file, text, &r->marks, r->why);
	if (rc == 0) {
		cfg = make_grammar();
		cfg_set_error_function(cfg, parse_error);
		parsing = r;
		if (cfg_parse_buf(cfg, buf_str(text)) == CFG_SUCCESS)
			rc = take_all(r, cfg);
		else
			rc = -1;
		parsing = NULL;
		cfg_free(cfg);
	}
	config_marks_release(&r->marks);
	buf_release(&r->value);
	return rc;
}

/* All of a descriptor up to CONFIG_FILE_MAX; 0 or -1 with errno. */
static int
read_all(int fd, struct buf *out)
{
	char	chunk[8192];
	ssize_t	n;

	for (;;) {
		n = read(fd, chunk, sizeof(chunk));
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		if (out->len + (size_t)n > CONFIG_FILE_MAX) {
			errno = EFBIG;
			return -1;
		}
		buf_add(out, chunk, (size_t)n);
	}
}

/* 1: read; 0: there is no default file; -1. */
static int
slurp(const struct config_request *req, struct buf *text, struct buf *why)
{
	const char	*file;
	int		 fd, rc;

	file = req->file != NULL ? req->file : req->paths->config;
	if (strcmp(file, "-") == 0)
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	else
		fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd == -1 && req->file == NULL &&
	    (errno == ENOENT || errno == ENOTDIR))
		return 0;
	rc = fd == -1 ? -1 : read_all(fd, text);
	if (rc == -1) {
		buf_addf(why, "%s: cannot be read: %s", file,
		    strerror(errno));
		if (fd == -1 && req->file != NULL && errno == ENOENT)
			buf_addstr(why, ": without -f the defaults are used");
	}
	if (rc == 0 && text->len == 0 && strcmp(file, "-") == 0) {
		/* A reload must not take this for a file without keys. */
		buf_addstr(why, "standard input holds nothing: expected a "
		    "configuration (it can be read once only: reload from "
		    "a file)");
		rc = -1;
	}
	fd_close(&fd);
	return rc == -1 ? -1 : 1;
}

int
config_read(struct config *cfg, const struct config_request *req,
    struct buf *why)
{
	struct reader	r = { .cfg = cfg, .paths = req->paths, .why = why };
	struct buf	text = BUF_INIT;
	int		rc;

	rc = slurp(req, &text, why);
	if (rc == 1) {
		cfg->file = xstrdup(req->file != NULL ? req->file :
		    req->paths->config);
		r.file = strcmp(cfg->file, "-") == 0 ? "standard input" :
		    cfg->file;
		rc = parse(&r, &text);
	}
	buf_release(&text);
	return rc;
}
