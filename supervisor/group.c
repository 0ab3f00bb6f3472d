/* The group of a thread: its repository, whatever way the URL is written. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "common/mem.h"
#include "supervisor/group.h"

/* Without slashes, `.git' and `/.git' at its end. */
static void
trim_end(char *s)
{
	size_t	n;

	n = strlen(s);
	while (n > 1 && s[n - 1] == '/')
		n--;
	if (n > 4 && memcmp(s + n - 4, ".git", 4) == 0)
		n -= 4;
	while (n > 1 && s[n - 1] == '/')
		n--;
	s[n] = '\0';
}

/* The port that the scheme has anyway: "22" for ssh. */
static const char *
default_port(const char *scheme, size_t n)
{
	static const char	*const ports[][2] = { { "ssh", "22" },
	    { "git+ssh", "22" }, { "https", "443" }, { "http", "80" },
	    { "git", "9418" } };
	size_t			 i;

	for (i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		if (strlen(ports[i][0]) == n &&
		    strncasecmp(ports[i][0], scheme, n) == 0)
			return ports[i][1];
	}
	return "";
}

/* Cut `host:port' at the colon if the port says nothing. */
static void
trim_port(char *host, const char *port)
{
	char	*colon;

	colon = strrchr(host, ':');
	if (colon == NULL || strchr(colon, ']') != NULL)
		return;
	if (colon[1] == '\0' || strcmp(colon + 1, port) == 0)
		*colon = '\0';
}

/* "host/path" from its two parts; frees `host'; NULL if there is no host. */
static char *
join(char *host, const char *path)
{
	char	*s, *full;

	for (s = host; *s != '\0'; s++)
		*s = (char)tolower((unsigned char)*s);
	path += strspn(path, "/");
	full = NULL;
	if (*host != '\0')
		full = xasprintf("%s%s%s", host, *path == '\0' ? "" : "/",
		    path);
	free(host);
	if (full != NULL)
		trim_end(full);
	return full;
}

/* Past `user:password@'; a password may hold an @ itself. */
static const char *
skip_user(const char *s, size_t n)
{
	const char	*at;

	at = memrchr(s, '@', n);
	return at == NULL ? s : at + 1;
}

/* A path on this machine, which begins with a slash or a dot. */
static char *
local_path(const char *path)
{
	char	*copy;

	copy = xstrdup(path);
	trim_end(copy);
	return copy;
}

/* scheme://user@host:port/path?query#fragment */
static char *
from_url(const char *url, const char *rest)
{
	const char	*host, *end, *stop;
	char		*h, *path, *full;

	if (strncasecmp(url, "file:", 5) == 0)
		return local_path(rest);
	end = rest + strcspn(rest, "/?#");
	host = skip_user(rest, (size_t)(end - rest));
	h = xstrndup(host, (size_t)(end - host));
	trim_port(h, default_port(url, (size_t)(rest - 3 - url)));
	stop = end + strcspn(end, "?#");
	path = xstrndup(end, (size_t)(stop - end));
	full = join(h, path);
	free(path);
	return full;
}

char *
group_normalize_url(const char *url)
{
	const char	*rest, *colon, *host;

	url += strspn(url, " \t");
	if (*url == '\0')
		return NULL;
	rest = strstr(url, "://");
	if (rest != NULL)
		return from_url(url, rest + 3);
	if (*url == '/' || *url == '.' || *url == '~')
		return local_path(url);
	/* user@host:path, as ssh takes it */
	colon = strchr(url, ':');
	if (colon == NULL || memchr(url, '/', (size_t)(colon - url)) != NULL)
		return local_path(url);
	host = skip_user(url, (size_t)(colon - url));
	return join(xstrndup(host, (size_t)(colon - host)), colon + 1);
}

char *
group_of(const char *repository_url, const char *cwd)
{
	char	*group;

	group = NULL;
	if (repository_url != NULL)
		group = group_normalize_url(repository_url);
	if (group == NULL)
		group = xstrdup(cwd != NULL ? cwd : "");
	return group;
}
