#ifndef MNEMOD_LOG_H
#define MNEMOD_LOG_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One line per record on standard error, "mnemod: " first, made printable.
 * Levels: fatal ends the process, warn needs an eye, info tells the story,
 * debug is for -v.  errno is kept by every function.
 */

enum log_level {
	LOG_LEVEL_FATAL,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/* A sink gets one printable line without its newline. */
typedef void log_sink(enum log_level, const char *line, void *arg);

/* `tag' goes in front of each line ("mnemod"); kept, not copied. */
void log_init(const char *tag);

/* Show debug records (1) or not (0, the default). */
void log_verbose(int on);
int log_is_verbose(void);

/* Send records to `sink' instead of standard error; NULL: back to it. */
void log_set_sink(log_sink *sink, void *arg);

/* Hand every record to `tap' too, whatever becomes of it; NULL: none. */
void log_set_tap(log_sink *tap, void *arg);

/* log_warn() and log_fatal() append ": " and strerror(errno). */
void log_fatal(const char *fmt, ...)
    __attribute__((noreturn, format(printf, 1, 2)));
void log_fatalx(const char *fmt, ...)
    __attribute__((noreturn, format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warnx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* One record of the given level: for text that came from a worker. */
void log_at(enum log_level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* "fatal", "warn", "info", "debug"; and back (LOG_LEVEL_INFO if unknown). */
const char *log_level_name(enum log_level);
enum log_level log_level_by_name(const char *name);

/*
 * Copy `src' to `dst' of `size' bytes so that it may go to a terminal, a
 * title or a log: control characters (C0, DEL, C1), bidi and zero-width
 * marks, line and paragraph separators and invalid UTF-8 become "\xNN" or
 * "\u{NNNN}"; cut on a character boundary.  Always terminated.  Returns
 * the length written.
 */
size_t log_printable(char *dst, size_t size, const char *src, size_t srclen);

/*
 * 1 if log_printable() would not leave the character at `p', of at most `n'
 * bytes, as it is.  Its bytes (at least 1) in *len; its code point in *cp,
 * the byte's value where it is no UTF-8.
 */
int log_hides(const char *p, size_t n, size_t *len, uint32_t *cp);

/* Our own data is inconsistent: say where and abort(3). */
#define BUG(...) log_bug(__FILE__, __LINE__, __VA_ARGS__)
void log_bug(const char *file, int line, const char *fmt, ...)
    __attribute__((noreturn, format(printf, 3, 4)));

#endif
