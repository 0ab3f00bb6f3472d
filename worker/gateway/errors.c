#include <curl/curl.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/json.h"
#include "errors.h"

#define WEAK 1

/*
 * The codes and types of the three APIs (OpenAI: response.error.code and
 * error.{code,type}; Anthropic: error.type), of ChatGPT's back end, and of
 * llama.cpp.  What is weak says less than a status.
 */
static const struct {
	const char		*code;
	enum model_error	 class;
	int			 weak;
} codes[] = {
	{ "authentication_error", MODEL_AUTH, 0 },
	{ "invalid_api_key", MODEL_AUTH, 0 },
	{ "permission_error", MODEL_AUTH, 0 },
	{ "token_expired", MODEL_AUTH, 0 },
	{ "billing_error", MODEL_QUOTA, 0 },
	{ "billing_hard_limit_reached", MODEL_QUOTA, 0 },
	{ "billing_not_active", MODEL_QUOTA, 0 },
	{ "insufficient_quota", MODEL_QUOTA, 0 },
	{ "usage_limit_reached", MODEL_QUOTA, 0 },
	{ "usage_not_included", MODEL_QUOTA, 0 },
	{ "rate_limit_error", MODEL_RATE_LIMIT, 0 },
	{ "rate_limit_exceeded", MODEL_RATE_LIMIT, 0 },
	{ "overloaded_error", MODEL_OVERLOADED, 0 },
	{ "server_is_overloaded", MODEL_OVERLOADED, 0 },
	{ "slow_down", MODEL_OVERLOADED, 0 },
	{ "api_error", MODEL_OVERLOADED, WEAK },
	{ "server_error", MODEL_OVERLOADED, WEAK },
	{ "timeout_error", MODEL_OVERLOADED, WEAK },
	{ "context_length_exceeded", MODEL_CONTEXT_WINDOW, 0 },
	{ "exceed_context_size_error", MODEL_CONTEXT_WINDOW, 0 },
	{ "request_too_large", MODEL_CONTEXT_WINDOW, 0 },
	{ "string_above_max_length", MODEL_CONTEXT_WINDOW, 0 },
	{ "content_filter", MODEL_REFUSAL, 0 },
	{ "content_policy_violation", MODEL_REFUSAL, 0 },
	{ "invalid_prompt", MODEL_INVALID_REQUEST, 0 },
	{ "model_not_found", MODEL_INVALID_REQUEST, 0 },
	{ "invalid_request_error", MODEL_INVALID_REQUEST, WEAK },
	{ "not_found_error", MODEL_INVALID_REQUEST, WEAK },
};

/* Sentences of servers that give no code of their own for it. */
static const struct {
	const char		*part;
	enum model_error	 class;
} sentences[] = {
	{ "context length", MODEL_CONTEXT_WINDOW },
	{ "context window", MODEL_CONTEXT_WINDOW },
	{ "context size", MODEL_CONTEXT_WINDOW },
	{ "prompt is too long", MODEL_CONTEXT_WINDOW },
	{ "input is too long", MODEL_CONTEXT_WINDOW },
	{ "credit balance is too low", MODEL_QUOTA },
};

void
failure_init(struct failure *f)
{
	memset(f, 0, sizeof(*f));
	f->delay_ms = -1;
}

void
failure_release(struct failure *f)
{
	buf_wipe(&f->text);
	failure_init(f);
}

static void
failure_text(struct failure *f, const char *text, size_t len)
{
	f->cut = len > FAILURE_RAW_MAX;
	buf_reset(&f->text);
	buf_add(&f->text, text, f->cut ? FAILURE_RAW_MAX : len);
}

void
failure_set(struct failure *f, enum model_error class, const char *fmt, ...)
{
	char	text[512];
	va_list	ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f->class = class;
	failure_text(f, text, strlen(text));
}

enum model_error
error_by_code(const char *code, int *weak)
{
	size_t	i;

	*weak = 0;
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(codes[i].code, code) == 0) {
			*weak = codes[i].weak;
			return codes[i].class;
		}
	return MODEL_NONE;
}

enum model_error
error_by_status(int status)
{
	switch (status) {
	case 401:
	case 403:
	case 407:
		return MODEL_AUTH;
	case 402:
		return MODEL_QUOTA;
	case 408:
	case 425:
		return MODEL_TRANSPORT;
	case 413:
		return MODEL_CONTEXT_WINDOW;
	case 429:
		return MODEL_RATE_LIMIT;
	default:
		break;
	}
	if (status >= 500)
		return MODEL_OVERLOADED;
	return status >= 400 ? MODEL_INVALID_REQUEST : MODEL_PROTOCOL;
}

static enum model_error
error_by_sentence(const char *text)
{
	size_t	i;

	for (i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
		if (strcasestr(text, sentences[i].part) != NULL)
			return sentences[i].class;
	return MODEL_NONE;
}

/* The class by one word of the error, where it says more than `class'. */
static enum model_error
refine(enum model_error class, int status, const char *word)
{
	enum model_error	by;
	int			weak;

	if (word == NULL)
		return class;
	by = error_by_code(word, &weak);
	return by == MODEL_NONE || (weak && status != 0) ? class : by;
}

/* vLLM and others write the status itself as the code. */
static enum model_error
by_number(json_object *o, enum model_error class)
{
	int64_t	n = json_int(o, "code", 0);

	return n >= 400 && n < 600 ? error_by_status((int)n) : class;
}

/* ChatGPT's back end says when a limit of the account is over. */
static int64_t
delay_from_object(json_object *o)
{
	int64_t	s = json_int(o, "resets_in_seconds", -1);

	if (s < 0)
		return -1;
	return s > DELAY_MAX_MS / 1000 ? DELAY_MAX_MS : s * 1000;
}

static void
failure_from_object(struct failure *f, json_object *o, enum model_error def)
{
	const char		*text = json_str(o, "message");
	enum model_error	 class = f->status != 0 ? def :
				    by_number(o, def);

	class = refine(class, f->status, json_str(o, "type"));
	class = refine(class, f->status, json_str(o, "code"));
	if (text == NULL)
		text = json_str(o, "detail");
	if (text == NULL)
		text = json_str(o, "code");
	if (text == NULL)
		text = "no reason given";
	if (class == MODEL_INVALID_REQUEST || class == MODEL_OVERLOADED)
		if (error_by_sentence(text) != MODEL_NONE)
			class = error_by_sentence(text);
	f->class = class;
	f->delay_ms = delay_from_object(o);
	failure_text(f, text, strlen(text));
}

void
failure_from_json(struct failure *f, json_object *error,
    enum model_error def)
{
	json_object	*inner = NULL;

	if (json_object_is_type(error, json_type_object))
		json_object_object_get_ex(error, "error", &inner);
	if (inner != NULL)
		error = inner;
	if (json_object_is_type(error, json_type_object))
		failure_from_object(f, error, def);
	else if (json_object_is_type(error, json_type_string)) {
		const char	*text = json_object_get_string(error);

		f->class = error_by_sentence(text);
		if (f->class == MODEL_NONE)
			f->class = def;
		failure_text(f, text, strlen(text));
	} else
		failure_set(f, def, "no reason given");
	if (f->delay_ms < 0 && (f->class == MODEL_RATE_LIMIT ||
	    f->class == MODEL_OVERLOADED))
		f->delay_ms = delay_from_text(buf_str(&f->text));
}

void
failure_from_http(struct failure *f, int status, const char *body,
    size_t len)
{
	enum model_error	 class = error_by_status(status);
	json_object		*o;

	f->status = status;
	o = len == 0 ? NULL : json_parse(body, len, JSON_DEPTH, NULL);
	if (status >= 300 && status < 400)
		failure_set(f, MODEL_PROTOCOL,
		    "HTTP status %d: redirects are not followed", status);
	else if (json_object_is_type(o, json_type_object))
		failure_from_json(f, o, class);
	else
		failure_set(f, class, "HTTP status %d", status);
	json_object_put(o);
}

void
failure_from_curl(struct failure *f, int code, const char *detail)
{
	enum model_error	class = MODEL_TRANSPORT;

	switch (code) {
	case CURLE_URL_MALFORMAT:
		class = MODEL_INVALID_REQUEST;
		break;
	case CURLE_UNSUPPORTED_PROTOCOL:	/* HTTP/0.9, or no HTTP */
	case CURLE_WRITE_ERROR:		/* we wanted no more of it */
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		class = MODEL_PROTOCOL;
		break;
	case CURLE_LOGIN_DENIED:
		class = MODEL_AUTH;
		break;
	default:
		break;
	}
	failure_set(f, class, "%s", detail);
}

/* Decimal seconds, as "20" or "1.5", to milliseconds times `unit'; -1. */
static int64_t
scaled(const char *s, char **end, int64_t unit)
{
	double	v;

	if (!isdigit((unsigned char)*s))
		return -1;
	v = strtod(s, end) * (double)unit;
	return v >= (double)DELAY_MAX_MS ? DELAY_MAX_MS : (int64_t)v;
}

static int64_t
date_delay(const char *s, int64_t now_s)
{
	struct tm	 tm;
	const char	*end;
	int64_t		 ms;

	memset(&tm, 0, sizeof(tm));
	end = strptime(s, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	if (end == NULL || *end != '\0')
		return -1;
	ms = ((int64_t)timegm(&tm) - now_s) * 1000;
	if (ms < 0)
		return 0;
	return ms > DELAY_MAX_MS ? DELAY_MAX_MS : ms;
}

int64_t
delay_from_headers(const char *after_ms, const char *after, int64_t now_s)
{
	char	*end = NULL;
	int64_t	 ms = -1;

	if (after_ms != NULL)
		ms = scaled(after_ms, &end, 1);
	if (ms >= 0 && *end == '\0')
		return ms;
	if (after == NULL)
		return -1;
	ms = scaled(after, &end, 1000);
	if (ms >= 0 && *end == '\0')
		return ms;
	return date_delay(after, now_s);
}

/* The unit at `s' in milliseconds, 0 if it is none; *len is its length. */
static int64_t
unit(const char *s, size_t *len)
{
	static const struct {
		const char	*word;
		int64_t		 ms;
	} units[] = {		/* longer ones first */
		{ "milliseconds", 1 }, { "ms", 1 }, { "minutes", 60000 },
		{ "minute", 60000 }, { "min", 60000 }, { "m", 60000 },
		{ "seconds", 1000 }, { "second", 1000 }, { "sec", 1000 },
		{ "s", 1000 }, { "hours", 3600000 }, { "hour", 3600000 },
		{ "h", 3600000 },
	};
	size_t	i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		*len = strlen(units[i].word);
		if (strncasecmp(s, units[i].word, *len) == 0)
			return units[i].ms;
	}
	return 0;
}

int64_t
delay_from_text(const char *text)
{
	const char	*s = strcasestr(text, "try again in ");
	char		*end;
	int64_t		 sum = -1, ms;
	size_t		 len;

	if (s == NULL)
		return -1;
	s += strlen("try again in ");
	for (;;) {
		if (!isdigit((unsigned char)*s))
			return sum;
		strtod(s, &end);
		while (*end == ' ')
			end++;
		ms = unit(end, &len);
		if (ms == 0)
			return sum;
		sum = (sum < 0 ? 0 : sum) + scaled(s, &(char *){ NULL }, ms);
		if (sum > DELAY_MAX_MS)
			return DELAY_MAX_MS;
		for (s = end + len; *s == ' '; s++)
			continue;
	}
}
