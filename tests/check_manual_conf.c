/* links: supervisor/config.c supervisor/config_?*.c supervisor/paths.c supervisor/quote.c tests/scratch.c */

/*
 * A key that the page does not name, or names with another default, is found
 * by nobody: mnemod.conf(5) is held against the table of keys, and its
 * examples are read.
 */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "check_main.h"
#include "common/buf.h"
#include "common/mem.h"
#include "supervisor/config.h"
#include "supervisor/config_table.h"
#include "supervisor/paths.h"
#include "tests/scratch.h"

/* The page as one string, to be freed. */
static char *
page(void)
{
	char	*text = xcalloc(1, 65536);
	FILE	*fp;

	fp = fopen("man/mnemod.conf.5", "r");
	ck_assert_ptr_nonnull(fp);
	ck_assert_uint_gt(fread(text, 1, 65535, fp), 0);
	fclose(fp);
	return text;
}

/* A key's paragraph in the page, to be freed; NULL if it has none. */
static char *
page_entry(const char *text, const struct config_key *key)
{
	char		*head, *item;
	const char	*sec, *end, *it;

	head = xasprintf(".Ss %s", key->section == SEC_TOP ? "Top level" :
	    config_section_name(key->section));
	item = xasprintf("\n.It Ic %s\n", key->name);
	sec = strstr(text, head);
	ck_assert_msg(sec != NULL, "%s", head);
	end = strstr(sec, "\n.El");
	it = strstr(sec, item);
	free(head);
	free(item);
	if (it == NULL || it > end)
		return NULL;
	sec = strstr(it + 1, "\n.It ");
	return xstrndup(it, (size_t)((sec != NULL && sec < end ? sec : end) -
	    it));
}

static void
check_entry(const struct config_key *key, const char *entry)
{
	char	*from;
	size_t	 i;

	ck_assert_msg(strstr(entry, "\nDefault:") != NULL, "%s", key->name);
	for (i = 0; key->words != NULL && key->words[i] != NULL; i++)
		ck_assert_msg(strstr(entry, key->words[i]) != NULL, "%s: %s",
		    key->name, key->words[i]);
	if (key->def != NULL && *key->def != '\0')
		ck_assert_msg(strstr(strstr(entry, "Default:"), key->def) !=
		    NULL, "%s: default", key->name);
	if (key->type != TYPE_INT && key->type != TYPE_MONEY)
		return;
	from = xasprintf("From %lld", (long long)key->min);
	ck_assert_msg(strstr(entry, from) != NULL, "%s: %s", key->name, from);
	free(from);
	from = xasprintf("to %lld", (long long)key->max);
	ck_assert_msg(strstr(entry, from) != NULL, "%s: %s", key->name, from);
	free(from);
}

/* mnemod.conf(5) names each key with its default and range, and no other. */
START_TEST(test_manual_keys)
{
	char		*text = page(), *entry;
	const char	*p;
	size_t		 i, n;

	for (i = 0; i < config_nkeys; i++) {
		entry = page_entry(text, &config_keys[i]);
		ck_assert_msg(entry != NULL, "%s", config_keys[i].name);
		check_entry(&config_keys[i], entry);
		free(entry);
	}
	n = 0;
	for (p = text; (p = strstr(p, "\n.It Ic ")) != NULL; p++)
		n++;
	ck_assert_uint_eq(n, config_nkeys);
	free(text);
}
END_TEST

/* A display of the page as a file: "\e" is a backslash in mdoc. */
static char *
example(const char *from, const char *end)
{
	char	*out = xcalloc(1, (size_t)(end - from) + 1), *o = out;

	for (; from < end; from++) {
		*o++ = *from;
		if (from[0] == '\\' && from[1] == 'e')
			from++;
	}
	return out;
}

START_TEST(test_manual_examples)
{
	struct paths		 paths;
	struct config_request	 req = { .paths = &paths };
	struct buf		 why = BUF_INIT;
	struct config		*cfg;
	const char		*p, *end;
	char			*text = page(), *conf, *name;
	int			 n;

	(void)paths_init(&paths);
	p = strstr(text, ".Sh EXAMPLES");
	ck_assert_ptr_nonnull(p);
	for (n = 0; (p = strstr(p, ".Bd -literal")) != NULL; n++) {
		p = strchr(p, '\n') + 1;
		end = strstr(p, ".Ed");
		conf = example(p, end);
		name = scratch_file(conf);
		req.file = name;
		cfg = config_load(&req, &why);
		ck_assert_msg(cfg != NULL, "%s: %s", conf, buf_str(&why));
		config_free(cfg);
		remove(name);
		free(name);
		free(conf);
	}
	ck_assert_int_ge(n, 3);
	free(text);
	paths_release(&paths);
	buf_release(&why);
}
END_TEST

static Suite *
manual_suite(void)
{
	Suite	*s = suite_create("manual");
	TCase	*tc = tcase_create("manual");

	tcase_add_test(tc, test_manual_keys);
	tcase_add_test(tc, test_manual_examples);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(manual_suite)
