/* links: tests/scratch.c worker/gateway/provider.c worker/gateway/endpoint.c worker/gateway/keyfile.c worker/gateway/api.c worker/gateway/api_?*.c worker/gateway/neutral.c worker/gateway/reply.c worker/gateway/glance.c worker/gateway/headers.c worker/gateway/errors.c worker/gateway/sse.c */

/*
 * A typing error in base_url once sent a key over the network in clear, and a
 * key file that everybody could read was taken as it was.  What the gateway
 * is told is checked before anything is sent, and every refusal names the key
 * of the configuration and never the secret.
 */
#include <sys/stat.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/stdlib.h>

#include "check_main.h"
#include "common/json.h"
#include "scratch.h"
#include "worker/gateway/api.h"
#include "worker/gateway/keyfile.h"

static char	why[256];
static char	dir[PATH_MAX / 2];

static void
setup(void)
{
	scratch_make(dir, sizeof(dir));
}

static void
teardown(void)
{
	scratch_remove(dir);
}

START_TEST(urls_that_are_taken)
{
	static const struct {
		const char	*base, *path, *url, *host;
		int		 port, tls, loopback;
	} list[] = {
		{ "https://api.openai.com/v1", "/responses",
		    "https://api.openai.com/v1/responses", "api.openai.com",
		    443, 1, 0 },
		{ "https://API.OpenAI.com/v1/", "/responses", NULL,
		    "api.openai.com", 443, 1, 0 },
		{ "https://h.example:8443", "/v1/messages",
		    "https://h.example:8443/v1/messages", "h.example", 8443,
		    1, 0 },
		{ "https://h.example/v1", "/v1/messages",
		    "https://h.example/v1/messages", "h.example", 443, 1, 0 },
		{ "https://h.example/azure?api-version=2", "/responses",
		    "https://h.example/azure/responses?api-version=2",
		    "h.example", 443, 1, 0 },
		{ "https://h.example/v1#x", "/responses",
		    "https://h.example/v1/responses", "h.example", 443, 1, 0 },
		{ "http://127.0.0.1:11434/v1", "/chat/completions",
		    "http://127.0.0.1:11434/v1/chat/completions", "127.0.0.1",
		    11434, 0, 1 },
		{ "http://127.9.9.9/", "/x", "http://127.9.9.9/x",
		    "127.9.9.9", 80, 0, 1 },
		{ "http://localhost:80/v1", "/x", NULL, "localhost", 80, 0,
		    1 },
		{ "http://a.localhost/v1", "/x", NULL, "a.localhost", 80, 0,
		    1 },
		{ "http://[::1]:8080/v1", "/x", "http://[::1]:8080/v1/x",
		    "::1", 8080, 0, 1 },
	};
	struct endpoint	 e;
	const char	*fault;
	size_t		 i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		fault = endpoint_parse(&e, list[i].base, list[i].path);
		ck_assert_msg(fault == NULL, "%s: %s", list[i].base, fault);
		if (list[i].url != NULL)
			ck_assert_str_eq(e.url, list[i].url);
		ck_assert_str_eq(e.host, list[i].host);
		ck_assert_int_eq(e.port, list[i].port);
		ck_assert_int_eq(e.tls, list[i].tls);
		ck_assert_int_eq(e.loopback, list[i].loopback);
		endpoint_release(&e);
	}
}
END_TEST

START_TEST(urls_that_are_refused)
{
	static const struct {
		const char	*base, *text;
	} list[] = {
		{ "http://api.openai.com/v1", "in clear" },
		{ "http://10.0.0.1/v1", "in clear" },
		{ "http://128.0.0.1/v1", "in clear" },
		{ "http://localhost.example.com/v1", "in clear" },
		{ "http://notlocalhost/v1", "in clear" },
		{ "http://[::2]/v1", "in clear" },
		{ "https://user:pw@h.example/v1", "names a user" },
		{ "https://user@h.example/v1", "names a user" },
		{ "ftp://h.example/v1", "only https://" },
		{ "file:///etc/passwd", "no host" },
		{ "gopher://h.example/", "only https://" },
		{ "", "no URL" },
		{ "https://", "no URL" },
		{ "https://h.example:99999/", "no URL" },
		{ "https://h example/", "no URL" },
	};
	struct endpoint	 e;
	const char	*fault;
	size_t		 i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		fault = endpoint_parse(&e, list[i].base, "/x");
		ck_assert_msg(fault != NULL, "%s", list[i].base);
		ck_assert_msg(strstr(fault, list[i].text) != NULL, "%s: %s",
		    list[i].base, fault);
		ck_assert_ptr_null(strstr(fault, "pw"));
		endpoint_release(&e);
	}
}
END_TEST

START_TEST(proxies)
{
	static const struct {
		const char	*url;
		int		 port;		/* 0: refused */
		const char	*text;
	} list[] = {
		{ "http://proxy.example:3128", 3128, NULL },
		{ "socks5h://127.0.0.1:1080", 1080, NULL },
		{ "https://proxy.example:443", 443, NULL },
		{ "http://proxy.example", 0, "no port" },
		{ "http://u:pw@proxy.example:3128", 0, "names a user" },
		{ "ftp://proxy.example:21", 0, "only http://" },
		{ "proxy.example:3128", 0, "no URL" },
	};
	struct endpoint	 e;
	const char	*fault;
	size_t		 i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		fault = endpoint_parse_proxy(&e, list[i].url);
		ck_assert_msg((fault != NULL) == (list[i].port == 0), "%s: %s",
		    list[i].url, fault);
		if (fault == NULL)
			ck_assert_int_eq(e.port, list[i].port);
		else
			ck_assert_msg(strstr(fault, list[i].text) != NULL,
			    "%s: %s", list[i].url, fault);
		endpoint_release(&e);
	}
}
END_TEST

/* A file of this text and mode in the scratch folder. */
static const char *
file(const char *text, mode_t mode)
{
	static char	path[4096];
	int		fd;

	snprintf(path, sizeof(path), "%s/key", dir);
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ck_assert_int_ne(fd, -1);
	ck_assert_uint_eq((size_t)write(fd, text, strlen(text)),
	    strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
	return path;
}

START_TEST(key_files)
{
	static const struct {
		const char	*text;
		mode_t		 mode;
		const char	*key, *fault;
	} list[] = {
		{ "sk-1\n", 0600, "sk-1", NULL },
		{ "  sk-1 \r\n\n", 0400, "sk-1", NULL },
		{ "sk-1", 0640, "sk-1", NULL },
		{ "sk-1", 0604, NULL, "others may read" },
		{ "sk-1", 0644, NULL, "others may read" },
		{ "sk-1", 0620, NULL, "others may read or write" },
		{ "", 0600, NULL, "not one line" },
		{ "\n\n", 0600, NULL, "not one line" },
		{ "sk-1\nsk-2\n", 0600, NULL, "not one line" },
		{ "sk 1", 0600, NULL, "not one line" },
		{ "sk-\xc3\xbc", 0600, NULL, "not one line" },
	};
	char	*key;
	size_t	 i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		key = keyfile_read(file(list[i].text, list[i].mode), why,
		    sizeof(why));
		if (list[i].key == NULL) {
			ck_assert_ptr_null(key);
			ck_assert_msg(strstr(why, list[i].fault) != NULL,
			    "row %zu: %s", i, why);
			ck_assert_ptr_null(strstr(why, "sk-"));
		} else
			ck_assert_str_eq(key, list[i].key);
		free(key);
	}
}
END_TEST

START_TEST(key_files_that_are_none)
{
	char	path[4200];
	char	*big = calloc(1, 70000);

	ck_assert_ptr_null(keyfile_read("/nowhere/key", why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "/nowhere/key: No such file"));
	ck_assert_ptr_null(keyfile_read(dir, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "not a regular file"));
	snprintf(path, sizeof(path), "%s/fifo", dir);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_ptr_null(keyfile_read(path, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "not a regular file"));
	memset(big, 'k', 69999);
	ck_assert_ptr_null(keyfile_read(file(big, 0600), why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "larger than 64 KiB"));
	big[9000] = '\0';
	ck_assert_ptr_null(keyfile_read(file(big, 0600), why, sizeof(why)));
	free(big);
}
END_TEST

START_TEST(the_login_of_codex)
{
	char	*account, *key;

	key = keyfile_codex(file("{\"OPENAI_API_KEY\":null,\"tokens\":{"
	    "\"id_token\":\"i\",\"access_token\":\"at-1\","
	    "\"refresh_token\":\"r\",\"account_id\":\"acct\"}}", 0600),
	    &account, why, sizeof(why));
	ck_assert_str_eq(key, "at-1");
	ck_assert_str_eq(account, "acct");
	free(key);
	free(account);
	key = keyfile_codex(file("{\"OPENAI_API_KEY\":\"sk-2\"}", 0600),
	    &account, why, sizeof(why));
	ck_assert_str_eq(key, "sk-2");
	ck_assert_ptr_null(account);
	free(key);
	ck_assert_ptr_null(keyfile_codex(file("{\"tokens\":{}}", 0600),
	    &account, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "codex login"));
	ck_assert_ptr_null(keyfile_codex(file("sk-3", 0600), &account, why,
	    sizeof(why)));
	ck_assert_ptr_null(keyfile_codex(file("{\"OPENAI_API_KEY\":"
	    "\"sk-2\"}", 0644), &account, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "others may read"));
}
END_TEST

/* The id token is a stranger's text: one address comes out of it, or none. */
START_TEST(the_address_of_a_login)
{
	static const struct {
		const char	*token, *email;
	} list[] = {
		{ "e30.eyJzdWIiOiIiLCJlbWFpbCI6Ij8_Pz4-Pn5-fkBleGFt"
		    "cGxlLm9yZyJ9.s",
		    "?\?\?>>>~~~@example.org" },
		{ "e30.eyJodHRwczovL2FwaS5vcGVuYWkuY29tL3Byb2ZpbGUi"
		    "OnsiZW1haWwiOiJwQGV4YW1wbGUub3JnIn19",
		    "p@example.org" },
		{ "e30.eyJlbWFpbCI6ImFcdTAwMWJbbUB4In0.s",
		    NULL },
		{ "e30.eyJlbWFpbCI6N30.s",
		    NULL },
		{ "e30.ew.s",
		    NULL },
		{ "e30.%%%%.s",
		    NULL },
		{ "e30..s",
		    NULL },
		{ "e30",
		    NULL },
		{ "",
		    NULL },
		{ "..",
		    NULL },
		{ "e30.eyJzdWIiOiIiLCJlbWFpbCI6Ij8_Pz4-Pn5-fkBleGFt"
		    "cGxlLm9yZ",
		    NULL },
		{ "e30.eyJlbWFpbCI6ImFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
		    "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
		    "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
		    "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
		    "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
		    "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
		    "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
		    "YWFhYWFhYWFhYWFAYi5jZCJ9.s",
		    NULL },
	};
	char	text[800], *email;
	size_t	i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		snprintf(text, sizeof(text), "{\"tokens\":{\"access_token\":"
		    "\"at\",\"id_token\":\"%s\"}}", list[i].token);
		email = keyfile_codex_email(file(text, 0600));
		if (list[i].email == NULL)
			ck_assert_msg(email == NULL, "%s: %s", list[i].token,
			    email);
		else
			ck_assert_str_eq(email, list[i].email);
		free(email);
	}
	ck_assert_ptr_null(keyfile_codex_email(file("{}", 0600)));
	ck_assert_ptr_null(keyfile_codex_email(file("x", 0600)));
	ck_assert_ptr_null(keyfile_codex_email("/nowhere"));
}
END_TEST

static int
configure(struct provider *p, const char *settings)
{
	json_object	*o = json_parse(settings, strlen(settings), 8, NULL);
	int		 r;

	ck_assert_ptr_nonnull(o);
	r = provider_configure(p, o, why, sizeof(why));
	/* The settings go to the free list, the key not with them. */
	ck_assert_ptr_null(strstr(json_object_to_json_string(o), "sk-secret"));
	json_object_put(o);
	return r;
}

START_TEST(settings)
{
	struct provider	p;

	ck_assert_int_eq(configure(&p, "{\"provider\":{\"name\":\"o\","
	    "\"api\":\"messages\",\"base_url\":\"https://h.example\","
	    "\"key\":\"sk-secret\",\"compression\":true,"
	    "\"proxy\":\"http://p.example:3128\"},\"user_agent\":\"u\","
	    "\"originator\":\"mnemod\",\"installation_id\":null}"), 0);
	ck_assert_ptr_eq(p.api, &api_messages);
	ck_assert_str_eq(p.models.url, "https://h.example/v1/messages");
	ck_assert_str_eq(p.key, "sk-secret");
	ck_assert_str_eq(p.proxy.url, "http://p.example:3128/");
	ck_assert_int_eq(p.compression, 1);
	ck_assert_int_eq(p.runtime_metrics, 0);
	ck_assert_ptr_null(p.installation_id);
	provider_release(&p);
	ck_assert_int_eq(configure(&p, "{\"provider\":{\"name\":\"l\","
	    "\"api\":\"chat\",\"base_url\":\"http://localhost:1/v1\"}}"), 0);
	ck_assert_ptr_null(p.key);
	provider_release(&p);
	/* None: the gateway is there for telemetry alone. */
	ck_assert_int_eq(configure(&p, "{\"provider\":null,"
	    "\"user_agent\":\"u\"}"), 0);
	ck_assert_ptr_null(p.name);
	ck_assert_ptr_null(p.models.url);
	ck_assert_str_eq(p.user_agent, "u");
	provider_release(&p);
}
END_TEST

START_TEST(settings_that_are_refused)
{
	static const struct {
		const char	*settings, *text;
	} list[] = {
		{ "{\"provider\":{\"name\":\"o\",\"api\":\"soap\"}}",
		    "provider \"o\": api: expected" },
		{ "{\"provider\":{\"name\":\"o\",\"api\":\"chat\"}}",
		    "provider \"o\": base_url: it is missing" },
		{ "{\"provider\":{\"name\":\"o\",\"api\":\"chat\","
		    "\"base_url\":\"http://h.example\","
		    "\"key\":\"sk-secret\"}}", "base_url: http://" },
		{ "{\"provider\":{\"name\":\"o\",\"api\":\"chat\","
		    "\"base_url\":\"https://h.example\","
		    "\"key\":\"sk-secret\\n\"}}", "key_env: the key is no" },
		{ "{\"provider\":{\"name\":\"o\",\"api\":\"chat\","
		    "\"base_url\":\"https://h.example\","
		    "\"key_file\":\"/nowhere\"}}", "key_file: key file" },
		{ "{\"provider\":{\"name\":\"o\",\"api\":\"chat\","
		    "\"base_url\":\"https://h.example\","
		    "\"auth\":\"codex\"}}", "auth: the path" },
		{ "{\"provider\":{\"name\":\"o\",\"api\":\"chat\","
		    "\"base_url\":\"https://h.example\","
		    "\"proxy\":\"http://p\"}}", "proxy: it has no port" },
		{ "{\"provider\":{\"name\":\"o\",\"api\":\"chat\","
		    "\"base_url\":\"https://h.example\","
		    "\"ca_file\":\"/nowhere\"}}", "ca_file: No such" },
	};
	struct provider	p;
	size_t		i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		ck_assert_int_eq(configure(&p, list[i].settings), -1);
		ck_assert_msg(strstr(why, list[i].text) != NULL, "%s", why);
		ck_assert_ptr_null(strstr(why, "sk-secret"));
		provider_release(&p);
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("gateway_settings");
	TCase	*tc = tcase_create("settings");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, urls_that_are_taken);
	tcase_add_test(tc, urls_that_are_refused);
	tcase_add_test(tc, proxies);
	tcase_add_test(tc, key_files);
	tcase_add_test(tc, key_files_that_are_none);
	tcase_add_test(tc, the_login_of_codex);
	tcase_add_test(tc, the_address_of_a_login);
	tcase_add_test(tc, settings);
	tcase_add_test(tc, settings_that_are_refused);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
