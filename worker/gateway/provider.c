#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/stdlib.h>

#include "api.h"
#include "common/fd.h"
#include "common/json.h"
#include "common/mem.h"
#include "keyfile.h"
#include "provider.h"

#define CA_MAX	((size_t)8 * 1024 * 1024)

/* What is being configured, and where its faults are told. */
struct setup {
	struct provider	*p;
	json_object	*o;		/* `provider' of the settings */
	char		*why;
	size_t		 whysize;
};

static int
fault(struct setup *s, const char *key, const char *text)
{
	snprintf(s->why, s->whysize, "provider \"%s\": %s: %s",
	    s->p->name == NULL ? "?" : s->p->name, key, text);
	return -1;
}

static char *
copy(json_object *o, const char *key)
{
	const char	*s = json_str(o, key);

	return s == NULL || *s == '\0' ? NULL : xstrdup(s);
}

static int
take_api(struct setup *s)
{
	const char	*name = json_str(s->o, "api");

	s->p->api = name == NULL ? NULL : api_by_name(name);
	return s->p->api == NULL ?
	    fault(s, "api", "expected responses, chat or messages") : 0;
}

static int
take_endpoints(struct setup *s)
{
	const char	*base = json_str(s->o, "base_url");
	const char	*proxy = json_str(s->o, "proxy");
	const char	*text;

	if (base == NULL)
		return fault(s, "base_url", "it is missing");
	text = endpoint_parse(&s->p->models, base, s->p->api->path);
	if (text != NULL)
		return fault(s, "base_url", text);
	if (proxy == NULL || *proxy == '\0')
		return 0;
	text = endpoint_parse_proxy(&s->p->proxy, proxy);
	return text != NULL ? fault(s, "proxy", text) : 0;
}

static int
take_key(struct setup *s)
{
	const char	*auth = json_str(s->o, "auth");
	const char	*file = json_str(s->o, "key_file");
	const char	*key = json_str(s->o, "key");
	char		 text[192];

	s->p->codex = auth != NULL && strcmp(auth, "codex") == 0;
	if (s->p->codex && file == NULL)
		return fault(s, "auth", "the path of auth.json is missing");
	if (file != NULL && *file != '\0') {
		s->p->key = s->p->codex ?
		    keyfile_codex(file, &s->p->account, text, sizeof(text)) :
		    keyfile_read(file, text, sizeof(text));
		return s->p->key == NULL ?
		    fault(s, s->p->codex ? "auth" : "key_file", text) : 0;
	}
	if (key == NULL || *key == '\0')
		return 0;
	if (!key_ok(key))
		return fault(s, "key_env",
		    "the key is no line of printable ASCII");
	s->p->key = xstrdup(key);
	return 0;
}

static const char *
read_ca(const char *path, struct buf *b)
{
	int	fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t	n = 0;

	if (fd == -1)
		return strerror(errno);
	do {
		b->len += (size_t)n;
		buf_grow(b, 64 * 1024);
		n = fd_read(fd, b->data + b->len, 64 * 1024);
	} while (n > 0 && b->len < CA_MAX);
	close(fd);
	if (n == -1)
		return strerror(errno);
	if (b->len >= CA_MAX)
		return "larger than 8 MiB";
	return b->len == 0 ? "it is empty" : NULL;
}

static int
take_ca(struct setup *s)
{
	const char	*path = json_str(s->o, "ca_file");
	const char	*text;

	if (path == NULL || *path == '\0')
		return 0;
	text = read_ca(path, &s->p->ca);
	return text == NULL ? 0 : fault(s, "ca_file", text);
}

static int
take_all(struct setup *s)
{
	return take_api(s) == -1 || take_endpoints(s) == -1 ||
	    take_key(s) == -1 || take_ca(s) == -1 ? -1 : 0;
}

int
provider_configure(struct provider *p, json_object *settings, char *why,
    size_t whysize)
{
	struct setup	s = { p, json_obj(settings, "provider"), why,
			    whysize };
	json_object	*key = NULL;
	int		 r;

	memset(p, 0, sizeof(*p));
	p->user_agent = copy(settings, "user_agent");
	p->originator = copy(settings, "originator");
	p->installation_id = copy(settings, "installation_id");
	if (s.o == NULL)
		return 0;
	p->name = copy(s.o, "name");
	p->compression = json_flag(s.o, "compression", 0);
	p->runtime_metrics = json_flag(s.o, "runtime_metrics", 0);
	r = take_all(&s);
	json_object_object_get_ex(s.o, "key", &key);
	json_wipe(key);
	return r;
}

static void
wipe(char *s)
{
	if (s != NULL)
		freezero(s, strlen(s));
}

void
provider_release(struct provider *p)
{
	endpoint_release(&p->models);
	endpoint_release(&p->proxy);
	wipe(p->key);
	wipe(p->account);
	free(p->name);
	free(p->user_agent);
	free(p->originator);
	free(p->installation_id);
	buf_release(&p->ca);
	memset(p, 0, sizeof(*p));
}
