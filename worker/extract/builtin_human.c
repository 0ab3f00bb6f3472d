#include <ctype.h>
#include <string.h>

#include "builtin_human.h"
#include "worker/text.h"

#define LOG_RUN	5	/* so many log-like lines in a row are a paste */

/* What programs put in front of, or in place of, a person's words. */
static const char *const fragments[] = { "environment_context", "turn_aborted",
	"user_instructions", "skill", "INSTRUCTIONS", "user_shell_command",
	"system-reminder", "subagent_notification", "permissions instructions",
	"collaboration_mode", "app-context", "ide_context", NULL };

/* How Codex CLI hands a summary of its own to itself. */
static const char compaction[] =
    "Another language model started to solve this problem";

static const char ide_request[] = "## My request for Codex:";

/* The end of the block "<tag>...</tag>" at `p', or NULL if there is none. */
static const char *
fragment_end(const char *p, const char *end)
{
	const char *const *f;
	const char *close;
	size_t n;

	for (f = fragments; *f != NULL; f++) {
		n = strlen(*f);
		if ((size_t)(end - p) < n + 2 || strncmp(p + 1, *f, n) != 0 ||
		    p[n + 1] != '>')
			continue;
		for (close = p + n + 2; (close = memmem(close,
		    (size_t)(end - close), "</", 2)) != NULL; close += 2)
			if ((size_t)(end - close) >= n + 3 &&
			    strncmp(close + 2, *f, n) == 0 &&
			    close[n + 2] == '>')
				return close + n + 3;
		return end;
	}
	return NULL;
}

static void
strip_fragments(struct buf *out, const char *p, const char *end)
{
	const char *after;

	while (p < end) {
		if (*p == '<' && (after = fragment_end(p, end)) != NULL) {
			p = after;
			continue;
		}
		buf_addch(out, *p == '\0' ? ' ' : *p);
		p++;
	}
}

/* A level, a time stamp, a stack frame, key=value pairs. */
static int
looks_logged(const char *s, size_t len)
{
	static const char *const words[] = { "ERROR", "WARN", "INFO", "DEBUG",
	    "TRACE", "Traceback", "File \"", "Exception", NULL };
	const char *const *w;
	const char *p;
	size_t pairs = 0;

	text_trim(&s, &len);
	if (len == 0)
		return 0;
	if (isdigit((unsigned char)s[0]) && len > 8 && isdigit(
	    (unsigned char)s[1]) && strchr("-:/.0123456789", s[2]) != NULL)
		return 1;
	if ((s[0] == '[' && len > 1 && isdigit((unsigned char)s[1])) ||
	    s[0] == '#' || strncmp(s, "at ", 3) == 0)
		return 1;
	for (w = words; *w != NULL; w++)
		if (memmem(s, len, *w, strlen(*w)) != NULL)
			return 1;
	for (p = s; p < s + len; p++)
		pairs += *p == '=';
	return pairs >= 2;
}

static int
is_fence(const char *s, size_t len)
{
	text_trim(&s, &len);
	return len >= 3 && (strncmp(s, "```", 3) == 0 ||
	    strncmp(s, "~~~", 3) == 0);
}

/* Length of the run of log-like lines that begins at `p', 0 if short. */
static size_t
log_run(const char *p, const char *end)
{
	const char *start = p, *nl;
	size_t lines = 0, len;

	while (p < end) {
		nl = memchr(p, '\n', (size_t)(end - p));
		len = nl == NULL ? (size_t)(end - p) : (size_t)(nl - p);
		if (!looks_logged(p, len) && !(lines > 0 && len > 0 &&
		    (*p == ' ' || *p == '\t')))
			break;
		lines++;
		p += len + (nl != NULL);
	}
	return lines >= LOG_RUN ? (size_t)(p - start) : 0;
}

static void
strip_pastes(struct buf *out, const char *p, const char *end)
{
	const char *nl;
	size_t len, run;
	int fenced = 0;

	while (p < end) {
		nl = memchr(p, '\n', (size_t)(end - p));
		len = nl == NULL ? (size_t)(end - p) : (size_t)(nl - p);
		if (is_fence(p, len)) {
			fenced = !fenced;
		} else if (!fenced && (run = log_run(p, end)) > 0) {
			p += run;
			continue;
		} else if (!fenced && *p != '>') {
			buf_add(out, p, len);
			buf_addch(out, '\n');
		}
		p += len + (nl != NULL);
	}
}

static int
opens_with(const char *text, size_t len, const char *head)
{
	return len >= strlen(head) && strncmp(text, head, strlen(head)) == 0;
}

void
human_text(struct buf *out, const char *text, size_t len)
{
	struct buf b = BUF_INIT;
	const char *at;

	text_trim(&text, &len);
	if (opens_with(text, len, "# AGENTS.md instructions") ||
	    opens_with(text, len, compaction))
		return;
	at = memmem(text, len, ide_request, strlen(ide_request));
	if (at != NULL) {
		at += strlen(ide_request);
		len -= (size_t)(at - text);
		text = at;
	}
	strip_fragments(&b, text, text + len);
	if (b.len > 0)
		strip_pastes(out, b.data, b.data + b.len);
	buf_release(&b);
}

/* "e.g. " and "v. " end no sentence. */
static int
is_abbreviation(const char *start, const char *stop)
{
	size_t n = (size_t)(stop - start);

	if (n >= 3 && (strncmp(stop - 3, "e.g", 3) == 0 ||
	    strncmp(stop - 3, "i.e", 3) == 0 ||
	    strncmp(stop - 3, "etc", 3) == 0))
		return 1;
	return n >= 2 && isalpha((unsigned char)stop[-1]) && stop[-2] == ' ';
}

/* Bytes of the sentence mark at `p', 0 if it is none. */
static size_t
mark(const char *start, const char *p)
{
	static const char *const wide[] = { "。", "！", "？", NULL };
	const char *const *w;

	if (*p == '!' || *p == '?' || *p == '.') {
		if (p[1] != '\0' && !isspace((unsigned char)p[1]))
			return 0;
		return *p == '.' && is_abbreviation(start, p) ? 0 : 1;
	}
	for (w = wide; *w != NULL; w++)
		if (strncmp(p, *w, strlen(*w)) == 0)
			return strlen(*w);
	return 0;
}

int
human_sentence(const char **at, const char **start, size_t *len)
{
	const char *p = *at;
	size_t n;

	while (isspace((unsigned char)*p))
		p++;
	*start = p;
	if (*p == '\0')
		return 0;
	for (; *p != '\0' && *p != '\n'; p++) {
		if ((n = mark(*start, p)) == 0)
			continue;
		p += n;
		break;
	}
	*len = (size_t)(p - *start);
	*at = p;
	text_trim(start, len);
	return 1;
}
