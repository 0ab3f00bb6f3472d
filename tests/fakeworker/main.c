/*
 * A worker that misbehaves on request.  Its script comes on the descriptor of
 * the peer's lock, or behind `start' in its settings, or, as an agent of the
 * running program, from the file `script' beside the state's parent, as an
 * extract worker from one beside its first source: words, done one after the
 * other, and then `serve'.
 *
 *	start			hello, wait for configure, ready
 *	hello configure ready	one of these; hello=VERSION, protocol=N
 *	serve			answer requests until told to end
 *	take			read one message and do nothing
 *	exit=N signal=N		end
 *	sleep=MS stall stop	wait; for ever; stop itself
 *	ignore alarm obey	what SIGTERM does: nothing, a late end, bye
 *	fork setsid leak	a grandchild: in the group; in a session of
 *				its own; that one, with our pipes
 *	kin			a child in the group that obeys SIGTERM
 *	bomb			processes without end, each as bad as it is
 *	half body zero huge over	bytes that are no frame
 *	raw=TEXT deep nul	a frame with such text
 *	alive=N log=N big=N	N messages
 *	beat			alive for ever, without progress
 *	flood errflood err=TEXT	messages, lines on standard error
 *	deaf			never read, and live
 *	shut hush		close the pipe to us; from us
 *	title=TEXT show		a title; log descriptors and environment
 *	ask=BYTES asks=N	a model request of such a size; N small ones
 *	await			read an answer; log "answer OUTCOME BYTES"
 *	torn bare=BYTES		half a payload; an envelope with such a length
 *	reply=BYTES refuse=CLASS slow=MS hold=N	as a gateway, from now on:
 *				how large answers are; their error; the pause
 *				before each; N requests are never answered
 *	unready			first of all: be not ready by itself
 *	request			wait for a request that is to be answered
 *	say=TYPE:BODY		a message of its own accord
 *	tell=TYPE:BODY		the same as an answer to that request
 *	many=N:TYPE:BODY	N of its own accord
 *	pose=BODY		a model request with such a body, and a
 *				payload that wants what it may not have
 *	record=BYTES		an audit record that is no good for a terminal
 *	plant=FILE:NAME		copy a file from beside the script to staging
 *	link=TARGET:NAME	a symbolic link there
 *	fill=N			N files of a MiB there
 *	dig=N			N folders there, each in the last, and the
 *				first is closed to everybody
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/title.h"
#include "tests/fakeworker/fakeworker.h"

static void
answer(enum msg_id id, int64_t serial)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "reason", "unreadable");
	json_set_str(o, "message", "a fake worker");
	switch ((unsigned)id) {
	case MSG_EXTRACT:
		json_set_str(o, "outcome", "no_output");
		json_set_str(o, "generator", "fake/1");
		give(MSG_EXTRACTED, serial, o);
		return;
	case MSG_MODEL_REQUEST:
		model_answer(serial);
		break;
	case MSG_PROBE:
		alive(0);
		break;
	case MSG_SHUTDOWN:
		bye();
		break;
	case MSG_INPUT:
	case MSG_CANCEL:
		break;
	default:
		give(MSG_FAILED, serial, o);
		return;
	}
	json_object_put(o);
}

static void
serve(void)
{
	enum msg_id	id;
	int64_t		serial;

	while ((id = take(&serial)) != MSG__MAX)
		answer(id, serial);
	exit(67);
}

static void
start(void)
{
	hello(MNEMOD_VERSION, MSG_PROTOCOL);
	configure();
	ready();
}

static void
take_one(void)
{
	int64_t	serial;

	take(&serial);
}

static void
one_alive(void)
{
	alive(1);
}

static void
one_line(void)
{
	say("a line");
}

static void
one_ask(void)
{
	ask(64);
}

/* fn N times. */
static void
times(const char *n, void (*fn)(void))
{
	int	i;

	for (i = atoi(n); i > 0; i--)
		fn();
}

/* A word and what it does; its value, or NULL, is `v'. */
#define WORDS(W)							\
	W(start, start())						\
	W(hello, hello(v == NULL ? MNEMOD_VERSION : v, MSG_PROTOCOL))	\
	W(protocol, hello(MNEMOD_VERSION, atoi(v)))			\
	W(configure, configure())					\
	W(ready, ready())						\
	W(serve, serve())						\
	W(take, take_one())						\
	W(exit, exit(atoi(v)))						\
	W(signal, raise_now(atoi(v)))					\
	W(sleep, poll(NULL, 0, atoi(v)))				\
	W(stall, stall())						\
	W(deaf, stall())						\
	W(stop, raise(SIGSTOP))						\
	W(ignore, term_does(SIG_IGN))					\
	W(alarm, term_does(on_term_alarm))				\
	W(obey, term_does(on_term))					\
	W(kin, kin())							\
	W(fork, grandchild(0, 0))					\
	W(setsid, grandchild(1, 0))					\
	W(leak, grandchild(1, 1))					\
	W(bomb, bomb())							\
	W(half, fd_write_all(FD_FROM_WORKER, "\0\0", 2))		\
	W(body, fd_write_all(FD_FROM_WORKER, "\0\0\0\144{\"type", 10))	\
	W(zero, fd_write_all(FD_FROM_WORKER, "\0\0\0\0", 4))		\
	W(huge, fd_write_all(FD_FROM_WORKER, "\377\377\377\377", 4))	\
	W(over, fd_write_all(FD_FROM_WORKER, "\0\200\0\1", 4))		\
	W(raw, give_raw(v, strlen(v)))					\
	W(deep, deep())							\
	W(nul, give_raw("{\"type\":\"bye\0\",\"id\":0,\"body\":{}}", 33))\
	W(alive, times(v, one_alive))					\
	W(log, times(v, one_line))					\
	W(big, times(v, big))						\
	W(beat, beat())							\
	W(flood, flood())						\
	W(errflood, errflood())						\
	W(err, dprintf(2, "%s\n", v))					\
	W(shut, close(FD_FROM_WORKER))					\
	W(hush, close(FD_TO_WORKER))					\
	W(title, title_set("%s", v))					\
	W(show, show())							\
	W(ask, ask((size_t)atoi(v)))					\
	W(asks, times(v, one_ask))					\
	W(await, await())						\
	W(torn, torn())							\
	W(bare, bare((size_t)atoi(v)))					\
	W(reply, gateway.reply = (size_t)atoi(v))			\
	W(refuse, gateway.refuse = v)					\
	W(slow, gateway.slow = atoi(v))					\
	W(hold, gateway.hold = atoi(v))					\
	W(request, request())						\
	W(unready, (void)0)						\
	W(say, utter(v, 0))						\
	W(tell, utter(v, asked))					\
	W(many, many(v))						\
	W(pose, pose(v))						\
	W(record, record((size_t)atoi(v)))				\
	W(plant, plant(v))						\
	W(link, link_to(v))						\
	W(fill, fill(atoi(v)))						\
	W(dig, dig(atoi(v)))

#define FUNCTION(word, act)						\
	static void do_##word(const char *v) { (void)v; act; }
#define ENTRY(word, act)	{ #word, do_##word },

WORDS(FUNCTION)
static const struct {
	const char	*name;
	void		(*fn)(const char *);
} words[] = { WORDS(ENTRY) };
#define NWORDS (sizeof(words) / sizeof(words[0]))

static void
run_word(char *word)
{
	char	*value = strchr(word, '=');
	size_t	 i;

	if (value != NULL)
		*value++ = '\0';
	for (i = 0; i < NWORDS; i++)
		if (strcmp(words[i].name, word) == 0) {
			words[i].fn(value);
			return;
		}
	dprintf(2, "fakeworker: no word %s\n", word);
	exit(98);
}

static void
run_script(char *p)
{
	char	*word;

	while ((word = strsep(&p, " ")) != NULL)
		if (*word != '\0')
			run_word(word);
}

/*
 * Where the running program's workers find their script, or NULL: an agent by
 * its staging, an extract worker beside its first source.
 */
static char *
script_path(json_object *settings)
{
	const char	*text = json_str(settings, "staging");
	json_object	*sources = json_arr(settings, "sources");

	if (own_role == ROLE_CONSOLIDATE && text != NULL) {
		snprintf(staging, sizeof(staging), "%s", text);
		return xasprintf("%s/../../../../script", staging);
	}
	text = own_role != ROLE_EXTRACT ? NULL : json_str(
	    json_object_array_get_idx(sources, 0), "path");
	return text == NULL ? NULL : xasprintf("%s/../script", text);
}

static void
read_script(char *script, size_t size)
{
	json_object	*settings = json_obj(taken, "settings");
	const char	*text = json_str(settings, "script");
	char		*path = script_path(settings);
	ssize_t		 n = 0;
	int		 fd;

	snprintf(script, size, "%s", text == NULL ? "" : text);
	if (path == NULL)
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd != -1)
		n = read(fd, script, size - 1);
	script[n > 0 ? n : 0] = '\0';
	close(fd);
	free(path);
}

int
main(int argc, char **argv, char **envp)
{
	char		 script[8192];
	ssize_t		 n;
	unsigned	 r;

	title_init(argc, argv, envp, "fakeworker");
	for (r = 0; r < ROLE__MAX; r++)
		if (strcmp(argv[0], role_comm((enum role)r)) == 0)
			own_role = (enum role)r;
	wire_init();
	n = pread(FD_PEER_LOCK, script, sizeof(script) - 1, 0);
	script[n > 0 ? n : 0] = '\0';
	run_script(script);
	if (n <= 0) {
		hello(MNEMOD_VERSION, MSG_PROTOCOL);
		configure();
		read_script(script, sizeof(script));
		if (strncmp(script, "unready ", 8) != 0)
			ready();
		run_script(script);
	}
	serve();
}
