#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/stdlib.h>

#include "common/buf.h"
#include "common/fd.h"
#include "common/json.h"
#include "common/mem.h"
#include "keyfile.h"
#include "worker/text.h"

#define EMAIL_MAX	254	/* RFC 5321, 4.5.3.1.3 */

int
key_ok(const char *key)
{
	size_t	i;

	for (i = 0; key[i] != '\0'; i++)
		if ((unsigned char)key[i] <= 0x20 ||
		    (unsigned char)key[i] >= 0x7f)
			return 0;
	return i > 0 && i <= KEY_MAX;
}

/* What is wrong with the open file, or NULL. */
static const char *
file_fault(int fd)
{
	struct stat	st;

	if (fstat(fd, &st) == -1)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "not a regular file";
	if ((st.st_mode & (S_IROTH | S_IWOTH | S_IWGRP)) != 0)
		return "others may read or write it; chmod 600 it";
	if (st.st_size > (off_t)KEYFILE_MAX)
		return "larger than 64 KiB";
	return NULL;
}

/* Read to the end; what grows meanwhile is cut. */
static const char *
file_read(int fd, struct buf *b)
{
	ssize_t	n;

	buf_grow(b, KEYFILE_MAX);
	while (b->len < KEYFILE_MAX) {
		n = fd_read(fd, b->data + b->len, KEYFILE_MAX - b->len);
		if (n == -1)
			return strerror(errno);
		if (n == 0)
			break;
		b->len += (size_t)n;
	}
	b->data[b->len] = '\0';
	return NULL;
}

static int
slurp(const char *path, struct buf *b, char *why, size_t whysize)
{
	int		 fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char	*fault = fd == -1 ? strerror(errno) : file_fault(fd);

	if (fault == NULL)
		fault = file_read(fd, b);
	if (fd != -1)
		close(fd);
	if (fault == NULL)
		return 0;
	snprintf(why, whysize, "key file %s: %s", path, fault);
	return -1;
}

char *
keyfile_read(const char *path, char *why, size_t whysize)
{
	struct buf	 b = BUF_INIT;
	const char	*s;
	char		*key = NULL;
	size_t		 len;

	if (slurp(path, &b, why, whysize) == 0) {
		s = buf_str(&b);
		len = b.len;
		text_trim(&s, &len);
		if (memchr(s, '\0', len) == NULL)
			key = xstrndup(s, len);
		if (key == NULL || !key_ok(key)) {
			snprintf(why, whysize, "key file %s: not one line "
			    "with a key", path);
			if (key != NULL)
				freezero(key, len);
			key = NULL;
		}
	}
	buf_wipe(&b);
	return key;
}

/* ChatGPT's access token, or the API key of an older login. */
static const char *
login_key(json_object *o, const char **account)
{
	json_object	*tokens = json_obj(o, "tokens");
	const char	*key = json_str(tokens, "access_token");

	*account = NULL;
	if (key == NULL)
		return json_str(o, "OPENAI_API_KEY");
	*account = json_str(tokens, "account_id");
	return key;
}

char *
keyfile_codex(const char *path, char **account, char *why, size_t whysize)
{
	struct buf	 b = BUF_INIT;
	const char	*key, *id;
	char		*copy = NULL;
	json_object	*o;

	*account = NULL;
	if (slurp(path, &b, why, whysize) == -1) {
		buf_wipe(&b);
		return NULL;
	}
	o = json_parse(buf_str(&b), b.len, JSON_DEPTH, NULL);
	key = login_key(o, &id);
	if (key == NULL || !key_ok(key))
		snprintf(why, whysize, "%s: no login that can be used; run "
		    "`codex login'", path);
	else {
		copy = xstrdup(key);
		if (id != NULL && key_ok(id))
			*account = xstrdup(id);
	}
	json_wipe(o);
	json_object_put(o);
	buf_wipe(&b);
	return copy;
}

/*
 * Append what `n' bytes of base64 for URLs stand for (RFC 4648, section 5,
 * without padding).  0, or -1 if it is none.
 */
static int
base64url(const char *s, size_t n, struct buf *out)
{
	static const char	 alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-_";
	const char		*at;
	uint32_t		 bits = 0;
	unsigned		 held = 0;

	for (; n > 0; n--, s++) {
		at = *s == '\0' ? NULL : strchr(alphabet, *s);
		if (at == NULL)
			return -1;
		bits = bits << 6 | (uint32_t)(at - alphabet);
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		buf_addch(out, (char)(bits >> held & 0xff));
	}
	return 0;
}

/* The claims of a token, its second part (RFC 7519). */
static json_object *
token_claims(const char *token)
{
	const char	*from = strchr(token, '.');
	struct buf	 text = BUF_INIT;
	json_object	*o = NULL;

	if (from != NULL && base64url(from + 1, strcspn(from + 1, "."),
	    &text) == 0)
		o = json_parse(buf_str(&text), text.len, JSON_DEPTH, NULL);
	buf_wipe(&text);
	return o;
}

char *
keyfile_codex_email(const char *path)
{
	struct buf	 b = BUF_INIT;
	const char	*token, *email = NULL;
	json_object	*o = NULL, *claims = NULL;
	char		 why[256], *copy = NULL;

	if (slurp(path, &b, why, sizeof(why)) == 0)
		o = json_parse(buf_str(&b), b.len, JSON_DEPTH, NULL);
	token = json_str(json_obj(o, "tokens"), "id_token");
	if (token != NULL)
		claims = token_claims(token);
	email = json_str(claims, "email");
	if (email == NULL)
		email = json_str(json_obj(claims,
		    "https://api.openai.com/profile"), "email");
	if (email != NULL && key_ok(email) && strlen(email) <= EMAIL_MAX)
		copy = xstrdup(email);
	json_wipe(claims);
	json_object_put(claims);
	json_wipe(o);
	json_object_put(o);
	buf_wipe(&b);
	return copy;
}
