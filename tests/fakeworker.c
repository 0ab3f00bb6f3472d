/*
 * A worker that misbehaves on request.  Its script comes on the descriptor of
 * the peer's lock, or behind `start' in its settings, or, as an agent of the
 * running program, from the file `script' beside the state's parent: words,
 * done one after the other, and then `serve'.
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
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/frame.h"
#include "common/hook.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/msg.h"
#include "common/title.h"

static struct frame_reader	reader;
static int64_t			asked;		/* the request of `request' */
static char			staging[4096];	/* of an agent */
static json_object		*taken;		/* body of the last message */
static size_t			payload_len;	/* of its payload */
static enum role		own_role = ROLE_EXTRACT;
static volatile sig_atomic_t	told;
extern char			**environ;

static void
give_with(enum msg_id id, int64_t serial, json_object *body,
    const struct buf *payload)
{
	struct frame_writer	w;
	struct msg_head		head = { .id = id, .serial = serial,
				    .payload = payload };

	frame_writer_init(&w);
	msg_send(&w, &head, body);
	while (frame_writer_flush(&w, FD_FROM_WORKER) == FRAME_MORE)
		continue;
	frame_writer_release(&w);
}

static void
give(enum msg_id id, int64_t serial, json_object *body)
{
	give_with(id, serial, body, NULL);
}

static void
give_raw(const char *text, size_t len)
{
	unsigned char	head[4] = { (unsigned char)(len >> 24),
	    (unsigned char)(len >> 16), (unsigned char)(len >> 8),
	    (unsigned char)len };

	fd_write_all(FD_FROM_WORKER, head, sizeof(head));
	fd_write_all(FD_FROM_WORKER, text, len);
}

static void
say(const char *text)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "level", "info");
	json_set_str(o, "text", text);
	give(MSG_LOG, 0, o);
}

static void
alive(int64_t progress)
{
	json_object	*o = json_object_new_object();

	json_set_int(o, "progress", progress);
	give(MSG_ALIVE, 0, o);
}

static void
bye(void)
{
	give(MSG_BYE, 0, NULL);
	exit(0);
}

/* The next frame; 0 at the end of the stream. */
static int
take_frame(const char **text, size_t *len)
{
	while (frame_reader_next(&reader, text, len) != FRAME_OK) {
		if (told)
			bye();
		if (frame_reader_fill(&reader, FD_TO_WORKER) == FRAME_EOF)
			return 0;
	}
	return 1;
}

/* Wait for a message; MSG__MAX at the end of the stream. */
static enum msg_id
take(int64_t *serial)
{
	const char	*text;
	size_t		 len;
	json_object	*o;
	enum msg_id	 id;
	int		 whole = 1;

	if (!take_frame(&text, &len))
		return MSG__MAX;
	o = json_parse(text, len, JSON_DEPTH, NULL);
	id = msg_by_name(json_str(o, "type"));
	*serial = json_int(o, "id", -1);
	json_object_put(taken);
	taken = json_object_get(json_obj(o, "body"));
	payload_len = 0;
	if (json_flag(o, "payload", 0))
		whole = take_frame(&text, &payload_len);
	json_object_put(o);
	return whole ? id : MSG__MAX;
}

static void
hello(const char *version, int64_t protocol)
{
	json_object	*o = json_object_new_object();

	json_set_int(o, "protocol", protocol);
	json_set_str(o, "version", version);
	json_set_str(o, "role", role_name(own_role));
	json_set_int(o, "pid", getpid());
	give(MSG_HELLO, 0, o);
}

static void
ready(void)
{
	json_object	*o = json_object_new_object();

	json_set(o, "sandbox", json_object_new_object());
	give(MSG_READY, 0, o);
}

static void
configure(void)
{
	int64_t	serial;

	if (take(&serial) != MSG_CONFIGURE)
		exit(99);
}

static struct {
	size_t		 reply;		/* bytes of an answer */
	const char	*refuse;	/* class of its error, or NULL */
	int		 slow;		/* ms before it */
	int		 hold;		/* so many are not answered */
} gateway = { .reply = 64 };

/* A JSON string of so many bytes. */
static void
payload_fill(struct buf *b, size_t len)
{
	buf_grow(b, len + 1);
	memset(b->data, 'x', len);
	b->len = len;
	if (len >= 2)
		b->data[0] = b->data[len - 1] = '"';
	b->data[len] = '\0';
}

static json_object *
usage(size_t input, size_t output)
{
	json_object	*o = json_object_new_object();

	json_set_int(o, "input", (int64_t)input / 4);
	json_set_int(o, "cached_input", 0);
	json_set_int(o, "output", (int64_t)output / 4);
	json_set_int(o, "reasoning_output", 0);
	json_set_int(o, "total", (int64_t)(input / 4 + output / 4));
	return o;
}

static void
model_answer(int64_t serial)
{
	json_object	*o = json_object_new_object();
	struct buf	 payload = BUF_INIT;

	if (gateway.hold > 0) {
		gateway.hold--;
		json_object_put(o);
		return;
	}
	poll(NULL, 0, gateway.slow);
	json_set_str(o, "outcome", gateway.refuse == NULL ? "ok" : "error");
	json_set_str(o, "error", gateway.refuse);
	json_set_int(o, "sent_bytes", (int64_t)payload_len);
	if (gateway.refuse == NULL) {
		json_set(o, "usage", usage(payload_len, gateway.reply));
		payload_fill(&payload, gateway.reply);
	}
	give_with(MSG_MODEL_RESPONSE, serial, o,
	    gateway.refuse == NULL ? &payload : NULL);
	buf_release(&payload);
}

static json_object *
question(void)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "purpose", own_role == ROLE_EXTRACT ? "stage_one" :
	    "agent");
	json_set_int(o, "attempt", 0);
	return o;
}

static void
ask(size_t len)
{
	static int64_t	last;
	struct buf	payload = BUF_INIT;

	payload_fill(&payload, len);
	give_with(MSG_MODEL_REQUEST, ++last, question(), &payload);
	buf_release(&payload);
}

/* Progress may come first. */
static void
await(void)
{
	enum msg_id	id;
	int64_t		serial;
	char		line[128];

	while ((id = take(&serial)) != MSG_MODEL_RESPONSE)
		if (id == MSG__MAX)
			exit(67);
		else if (id == MSG_SHUTDOWN)
			bye();
	snprintf(line, sizeof(line), "answer %lld %s %s %zu",
	    (long long)serial, json_str(taken, "outcome"),
	    json_str(taken, "error") == NULL ? "-" : json_str(taken, "error"),
	    payload_len);
	say(line);
}

/* An envelope alone, as if a payload of `len' bytes followed. */
static void
bare(size_t len)
{
	static const char	text[] = "{\"type\":\"model_request\",\"id\":1,"
				    "\"payload\":true,\"body\":"
				    "{\"purpose\":\"agent\"}}";
	unsigned char		head[4] = { (unsigned char)(len >> 24),
				    (unsigned char)(len >> 16),
				    (unsigned char)(len >> 8),
				    (unsigned char)len };

	give_raw(text, sizeof(text) - 1);
	if (len > 0)
		fd_write_all(FD_FROM_WORKER, head, sizeof(head));
}

/* Anything but a row, a probe or an answer. */
static void
request(void)
{
	enum msg_id	id;

	while ((id = take(&asked)) != MSG_SUBMIT && id != MSG_REVISE)
		if (id == MSG__MAX)
			exit(67);
		else if (id == MSG_SHUTDOWN)
			bye();
		else if (id == MSG_PROBE)
			alive(1);
}

/* "TYPE:BODY" as a message with that number. */
static void
utter(const char *text, int64_t serial)
{
	const char	*body = strchr(text, ':');
	char		*frame;

	frame = xasprintf("{\"type\":\"%.*s\",\"id\":%lld,\"thread_id\":"
	    "\"0198a000-0000-7000-8000-000000000001\",\"body\":%s}",
	    (int)(body - text), text, (long long)serial, body + 1);
	give_raw(frame, strlen(frame));
	free(frame);
}

static void
many(const char *text)
{
	int	i;

	for (i = atoi(text); i > 0; i--)
		utter(strchr(text, ':') + 1, 0);
}

static void
pose(const char *body)
{
	static const char	 payload[] = "{\"instructions\":\"x\","
				    "\"model\":\"dear\",\"tools\":"
				    "[\"read_file\",\"web_search\",\"shell\"],"
				    "\"max_output_tokens\":99999999,"
				    "\"messages\":[{\"role\":\"user\","
				    "\"text\":\"hello\"}]}";
	static int64_t		 last = 1000;
	struct buf		 b = BUF_INIT;

	buf_addstr(&b, payload);
	give_with(MSG_MODEL_REQUEST, ++last, json_parse(body, strlen(body),
	    JSON_DEPTH, NULL), &b);
	buf_release(&b);
}

static void
record(size_t len)
{
	json_object	*o = json_object_new_object();
	json_object	*body = json_object_new_object();
	char		*text = xcalloc(1, len + 1);

	memset(text, 'x', len);
	json_set_str(o, "type", "function_call");
	json_set_str(o, "name", "\033]0;title\007\302\233" "2J\342\200\256");
	json_set_str(o, "arguments", text);
	json_set(body, "record", o);
	give(MSG_TOOL, 0, body);
	free(text);
}

/* "FILE:NAME": the path beside the script and that in staging. */
static void
two_paths(const char *text, char **from, char **to)
{
	const char	*name = strchr(text, ':');

	*from = xasprintf("%s/../../../../%.*s", staging, (int)(name - text),
	    text);
	*to = xasprintf("%s/%s", staging, name + 1);
}

static void
plant(const char *text)
{
	char	*from, *to, data[65536];
	ssize_t	 n;
	int	 in, out;

	two_paths(text, &from, &to);
	in = open(from, O_RDONLY | O_CLOEXEC);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	n = read(in, data, sizeof(data));
	if (n <= 0 || fd_write_all(out, data, (size_t)n) == -1)
		dprintf(2, "plant %s: %s\n", text, strerror(errno));
	close(in);
	close(out);
	free(from);
	free(to);
}

static void
link_to(const char *text)
{
	char	*from, *to, *target = xstrdup(text);

	two_paths(text, &from, &to);
	*strchr(target, ':') = '\0';
	unlink(to);
	if (symlink(target, to) == -1)
		dprintf(2, "link %s: %s\n", text, strerror(errno));
	free(target);
	free(from);
	free(to);
}

static void
fill(int n)
{
	static const char	 data[1048576];
	char			*path;
	int			 i, fd;

	for (i = 0; i < n; i++) {
		path = xasprintf("%s/fill.%d", staging, i);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd == -1 || fd_write_all(fd, data, sizeof(data)) == -1)
			exit(97);
		close(fd);
		free(path);
	}
}

static void
dig(int n)
{
	int	dir = open(staging, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int	top = -1, next;

	while (n-- > 0 && mkdirat(dir, "d", 0700) == 0) {
		next = openat(dir, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (top == -1)
			top = next;
		else
			close(dir);
		dir = next;
	}
	fchmod(top, 0);
}

static void
torn(void)
{
	static const char	half[5000];

	bare(2 * sizeof(half));
	fd_write_all(FD_FROM_WORKER, half, sizeof(half));
}

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
on_term(int signo)
{
	(void)signo;
	told = 1;
}

static void
on_term_alarm(int signo)
{
	(void)signo;
	alarm((unsigned)((hook_grace_ms() + 999) / 1000));
}

static void
term_does(void (*fn)(int))
{
	struct sigaction	sa = { .sa_handler = fn };

	sigaction(SIGTERM, &sa, NULL);
}

static void
stall(void)
{
	for (;;)
		pause();
}

static void
grandchild(int new_session, int keep_pipes)
{
	if (fork() != 0) {
		poll(NULL, 0, 50);
		return;
	}
	term_does(SIG_IGN);
	if (new_session && (setsid() == -1 || fork() != 0))
		_exit(0);
	if (!keep_pipes)
		close_range(2, ~0U, 0);
	stall();
}

/* A child in the group that does what SIGTERM asks for. */
static void
kin(void)
{
	if (fork() != 0)
		return;
	term_does(SIG_DFL);
	close_range(2, ~0U, 0);
	stall();
}

/* Each forks eight times, as soon as it can: 256 at the very most. */
static void
bomb(void)
{
	int	forks = 0;
	pid_t	pid;

	term_does(SIG_IGN);
	for (;;) {
		alarm(20);
		pid = forks < 8 ? fork() : -1;
		if (pid == 0)
			close_range(2, ~0U, 0);
		forks += pid != -1;
		poll(NULL, 0, 2);
	}
}

static void
show(void)
{
	DIR		*d = opendir("/proc/self/fd");
	struct dirent	*e;
	char		 line[4096] = "fds:";
	size_t		 i, n = strlen(line);

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' && atoi(e->d_name) != dirfd(d))
			n += (size_t)snprintf(line + n, sizeof(line) - n,
			    " %.8s", e->d_name);
	if (d != NULL)
		closedir(d);
	say(line);
	for (i = 0; environ[i] != NULL; i++) {
		snprintf(line, sizeof(line), "env: %.60s", environ[i]);
		say(line);
	}
}

static void
raise_now(int signo)
{
	struct sigaction	sa = { .sa_handler = SIG_DFL };

	if (signo != SIGKILL && signo != SIGSTOP)
		sigaction(signo, &sa, NULL);
	raise(signo);
}

static void
deep(void)
{
	char	text[20001];

	memset(text, '[', sizeof(text) - 1);
	give_raw(text, sizeof(text) - 1);
}

static void
big(void)
{
	json_object	*o = json_object_new_object();
	char		*text = xcalloc(1, 1024 * 1024);

	memset(text, 'x', 1024 * 1024 - 1);
	json_set_str(o, "level", "debug");
	json_set_str(o, "text", text);
	give(MSG_LOG, 0, o);
	free(text);
}

static void do_alive(const char *v) { (void)v; alive(1); }
static void do_log(const char *v) { say(v == NULL ? "line" : "a line"); }
static void do_big(const char *v) { (void)v; big(); }
static void do_one_ask(const char *v) { (void)v; ask(64); }

/* fn N times. */
static void
times(const char *n, void (*fn)(const char *))
{
	int	i;

	for (i = atoi(n); i > 0; i--)
		fn(n);
}

static void
beat(void)
{
	for (;;) {
		alive(1);
		poll(NULL, 0, 20);
	}
}

static void
flood(void)
{
	for (;;)
		say("flood");
}

static void
errflood(void)
{
	for (;;)
		dprintf(2, "a line of a flood\n");
}

static void do_start(const char *v)
{
	(void)v;
	hello(MNEMOD_VERSION, MSG_PROTOCOL);
	configure();
	ready();
}

static void do_hello(const char *v)
{
	hello(v == NULL ? MNEMOD_VERSION : v, MSG_PROTOCOL);
}

static void do_protocol(const char *v)
{
	hello(MNEMOD_VERSION, atoi(v));
}

static void do_take(const char *v)
{
	int64_t	serial;

	(void)v;
	take(&serial);
}

#define DO(name, act) static void do_##name(const char *v) { (void)v; act; }
DO(configure, configure())
DO(ready, ready())
DO(serve, serve())
DO(exit, exit(atoi(v)))
DO(signal, raise_now(atoi(v)))
DO(sleep, poll(NULL, 0, atoi(v)))
DO(stall, stall())
DO(stop, raise(SIGSTOP))
DO(ignore, term_does(SIG_IGN))
DO(alarm, term_does(on_term_alarm))
DO(obey, term_does(on_term))
DO(fork, grandchild(0, 0))
DO(kin, kin())
DO(setsid, grandchild(1, 0))
DO(leak, grandchild(1, 1))
DO(bomb, bomb())
DO(half, fd_write_all(FD_FROM_WORKER, "\0\0", 2))
DO(body, fd_write_all(FD_FROM_WORKER, "\0\0\0\144{\"type", 10))
DO(zero, fd_write_all(FD_FROM_WORKER, "\0\0\0\0", 4))
DO(huge, fd_write_all(FD_FROM_WORKER, "\377\377\377\377", 4))
DO(over, fd_write_all(FD_FROM_WORKER, "\0\200\0\1", 4))
DO(raw, give_raw(v, strlen(v)))
DO(deep, deep())
DO(nul, give_raw("{\"type\":\"bye\0\",\"id\":0,\"body\":{}}", 33))
DO(n_alive, times(v, do_alive))
DO(n_log, times(v, do_log))
DO(n_big, times(v, do_big))
DO(beat, beat())
DO(flood, flood())
DO(errflood, errflood())
DO(err, dprintf(2, "%s\n", v))
DO(shut, close(FD_FROM_WORKER))
DO(hush, close(FD_TO_WORKER))
DO(title, title_set("%s", v))
DO(show, show())
DO(ask, ask((size_t)atoi(v)))
DO(n_asks, times(v, do_one_ask))
DO(await, await())
DO(torn, torn())
DO(bare, bare((size_t)atoi(v)))
DO(request, request())
DO(unready, (void)0)
DO(say, utter(v, 0))
DO(tell, utter(v, asked))
DO(many, many(v))
DO(pose, pose(v))
DO(record, record((size_t)atoi(v)))
DO(plant, plant(v))
DO(link, link_to(v))
DO(fill, fill(atoi(v)))
DO(dig, dig(atoi(v)))
DO(reply, gateway.reply = (size_t)atoi(v))
DO(refuse, gateway.refuse = v)
DO(slow, gateway.slow = atoi(v))
DO(hold, gateway.hold = atoi(v))

static const struct {
	const char	*name;
	void		(*fn)(const char *);
} words[] = {
	{ "start", do_start }, { "hello", do_hello },
	{ "protocol", do_protocol }, { "configure", do_configure },
	{ "ready", do_ready }, { "serve", do_serve }, { "take", do_take },
	{ "exit", do_exit }, { "signal", do_signal }, { "sleep", do_sleep },
	{ "stall", do_stall }, { "deaf", do_stall }, { "stop", do_stop },
	{ "ignore", do_ignore }, { "alarm", do_alarm }, { "obey", do_obey },
	{ "kin", do_kin }, { "fork", do_fork }, { "setsid", do_setsid }, { "leak", do_leak },
	{ "bomb", do_bomb }, { "half", do_half }, { "body", do_body }, { "zero", do_zero },
	{ "huge", do_huge }, { "over", do_over }, { "raw", do_raw },
	{ "deep", do_deep }, { "nul", do_nul }, { "alive", do_n_alive },
	{ "log", do_n_log }, { "big", do_n_big }, { "beat", do_beat },
	{ "flood", do_flood }, { "errflood", do_errflood },
	{ "err", do_err }, { "shut", do_shut }, { "hush", do_hush },
	{ "title", do_title }, { "show", do_show }, { "ask", do_ask },
	{ "asks", do_n_asks }, { "await", do_await }, { "torn", do_torn },
	{ "bare", do_bare }, { "reply", do_reply }, { "refuse", do_refuse },
	{ "slow", do_slow }, { "hold", do_hold },
	{ "request", do_request }, { "unready", do_unready }, { "say", do_say }, { "tell", do_tell },
	{ "many", do_many }, { "pose", do_pose }, { "record", do_record },
	{ "plant", do_plant }, { "link", do_link }, { "fill", do_fill },
	{ "dig", do_dig },
};
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

/* An agent of the running program finds its script by its staging. */
static void
read_script(char *script, size_t size)
{
	json_object	*settings = json_obj(taken, "settings");
	const char	*text = json_str(settings, "script");
	char		*path;
	ssize_t		 n = 0;
	int		 fd;

	snprintf(script, size, "%s", text == NULL ? "" : text);
	text = json_str(settings, "staging");
	if (own_role != ROLE_CONSOLIDATE || text == NULL)
		return;
	snprintf(staging, sizeof(staging), "%s", text);
	path = xasprintf("%s/../../../../script", staging);
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
	frame_reader_init(&reader);
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
