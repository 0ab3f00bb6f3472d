#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/config_scene.h"

struct paths	paths;

void
config_setup(void)
{
	setenv("HOME", "/nonexistent/home", 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("CODEX_HOME");
	(void)paths_init(&paths);
}

void
config_teardown(void)
{
	paths_release(&paths);
}

struct config *
load(const char *file, const char *const *o, size_t n, struct buf *why)
{
	struct config_request	req = { .paths = &paths, .file = file,
	    .overrides = o, .noverrides = n };

	buf_reset(why);
	return config_load(&req, why);
}

struct config *
load_with(const char *option, struct buf *why)
{
	const char	*o[1] = { option };

	return load(NULL, o, 1, why);
}

char *
printed(const struct config *cfg)
{
	char	*text;
	size_t	 len;
	FILE	*fp;

	fp = open_memstream(&text, &len);
	ck_assert_ptr_nonnull(fp);
	config_print(cfg, fp);
	fclose(fp);
	return text;
}
