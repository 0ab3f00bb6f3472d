#ifndef MNEMOD_KEYFILE_H
#define MNEMOD_KEYFILE_H

#include <stddef.h>

/*
 * Where a key comes from if not by `configure': a file with the key alone,
 * or the login of Codex CLI.  Neither is ever written.
 */
#define KEY_MAX		(8u * 1024)
#define KEYFILE_MAX	(64u * 1024)

/*
 * Read the key from `path': the file without white space at its ends, on one
 * line.  A file that others may read, or that others or the group may write,
 * is refused.  The caller wipes and frees (freezero).  NULL: the reason is in
 * `why', and names the file.
 */
char *keyfile_read(const char *path, char *why, size_t whysize);

/*
 * Read Codex's auth.json: *account becomes the ChatGPT account, or NULL where
 * the login is an API key.  Refresh and id token are not kept.
 */
char *keyfile_codex(const char *path, char **account, char *why,
    size_t whysize);

/*
 * The e-mail address in the id token of Codex's auth.json, which is not
 * verified; the caller frees it.  NULL: there is none, or it is no plain
 * ASCII.
 */
char *keyfile_codex_email(const char *path);

/* 1 if the key can be a header: printable ASCII without space. */
int key_ok(const char *key);

#endif
