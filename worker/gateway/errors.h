#ifndef MNEMOD_GATEWAY_ERRORS_H
#define MNEMOD_GATEWAY_ERRORS_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include "common/buf.h"
#include "common/model_error.h"

/*
 * From what a provider or the network said to a class of model_error.h.
 * HTTP status, error codes and the sentences of servers that have no codes
 * are in tables here and nowhere else.
 */

/* What of a provider's sentence is kept until it is scrubbed (scrub.h). */
#define FAILURE_RAW_MAX	(16u * 1024)

struct failure {
	enum model_error	class;		/* MODEL_NONE: none yet */
	int			status;		/* of HTTP; 0: none came */
	int64_t			delay_ms;	/* the server's wish; -1 */
	struct buf		text;		/* raw: not for any log */
	int			cut;		/* the text was longer */
};

void failure_init(struct failure *);
void failure_release(struct failure *);

/* Our own sentence. */
void failure_set(struct failure *, enum model_error, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * An error as an API writes it into JSON: an object with "message", "code"
 * and "type", an object that has such an object as "error", or a string.
 * `def' is the class if nothing in it is known.  A delay that it names is
 * kept: "resets_in_seconds", for rate limits also "try again in 1.5s".
 */
void failure_from_json(struct failure *, json_object *error,
    enum model_error def);

/* A reply with this status and body that is no stream of events. */
void failure_from_http(struct failure *, int status, const char *body,
    size_t len);

/* A transfer ended with CURLcode `code'; `detail' is libcurl's sentence. */
void failure_from_curl(struct failure *, int code, const char *detail);

/* The class of an HTTP status other than 200. */
enum model_error error_by_status(int status);

/*
 * The class of a code or type of any of the APIs, MODEL_NONE if unknown.
 * *weak is set if the word says less than an HTTP status does.
 */
enum model_error error_by_code(const char *code, int *weak);

/*
 * Milliseconds that "retry-after-ms" or else "retry-after" (seconds or a
 * date, RFC 9110 section 10.2.3) ask to wait, each NULL if it did not come;
 * -1 if neither says.  At most DELAY_MAX_MS.
 */
#define DELAY_MAX_MS	((int64_t)24 * 3600 * 1000)
int64_t delay_from_headers(const char *after_ms, const char *after,
    int64_t now_s);

/* The same from a sentence: "Please try again in 1m2.5s"; -1. */
int64_t delay_from_text(const char *text);

#endif
