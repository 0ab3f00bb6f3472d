/* The effective configuration in the form of a file (mnemod -n). */

#include <string.h>
#include "supervisor/config.h"
#include "supervisor/config_table.h"
#include "supervisor/config_value.h"

/* Keys for tests are shown only where they say something. */
static int
is_shown(const struct config_key *key, const char *value)
{
	return !(key->flags & KEY_TEST) || (strcmp(value, "\"\"") != 0 &&
	    strcmp(value, "0") != 0);
}

static void
print_keys(struct buf *out, const void *base, enum config_section_id id)
{
	const struct config_key	*key;
	struct buf		 value = BUF_INIT;
	size_t			 i;

	for (i = 0; i < config_nkeys; i++) {
		key = &config_keys[i];
		if (key->section != id)
			continue;
		buf_reset(&value);
		config_value_write(&value, base, key);
		if (is_shown(key, buf_str(&value)))
			buf_addf(out, "%s%s = %s\n",
			    id == SEC_TOP ? "" : "\t", key->name,
			    buf_str(&value));
	}
	buf_release(&value);
}

static void
print_section(struct buf *out, const void *base, enum config_section_id id,
    const char *title)
{
	buf_addf(out, "\n%s ", config_section_name(id));
	if (title != NULL)
		buf_addf(out, "\"%s\" ", title);
	buf_addstr(out, "{\n");
	print_keys(out, base, id);
	buf_addstr(out, "}\n");
}

static void
print_all(struct buf *out, const struct config *cfg)
{
	const char		*title;
	const void		*base;
	enum config_section_id	 id;
	unsigned		 n;
	size_t			 i;

	print_keys(out, cfg, SEC_TOP);
	for (n = SEC_TOP + 1; n < SEC__MAX; n++) {
		id = (enum config_section_id)n;
		if (!config_section_titled(id)) {
			print_section(out, cfg, id, NULL);
			continue;
		}
		for (i = 0; (base = config_section_at(cfg, id, i, &title))
		    != NULL; i++)
			print_section(out, base, id, title);
	}
}

void
config_print(const struct config *cfg, FILE *fp)
{
	struct buf	out = BUF_INIT;

	print_all(&out, cfg);
	fputs(buf_str(&out), fp);
	buf_release(&out);
}
