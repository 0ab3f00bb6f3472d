#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "builtin_cue.h"
#include "builtin_state.h"
#include "mem.h"
#include "worker/text.h"

#define FOLLOW_UP	12	/* fewer words may continue the task */

/* A name that the task does not know yet. */
static int
new_object(const struct task *t, const char *text)
{
	struct strs names = { { NULL }, 0 };
	size_t i;
	int fresh = 0;

	title_names(&names, text);
	for (i = 0; i < names.n; i++)
		fresh |= !strs_has(&t->words, names.v[i]);
	strs_clear(&names);
	return fresh;
}

/* Where Chinese, Japanese and Korean are written a word is a character. */
static size_t
count_words(const char *s)
{
	size_t len = strlen(s), at = 0, wide = 0;
	uint32_t cp;

	while (at < len) {
		at += text_decode(s + at, len - at, &cp);
		wide += cp >= 0x3040 && cp < 0xd7b0;
	}
	return wide > 0 ? wide : text_words(s);
}

/* A word of prose that neither the request nor the answer holds. */
static int
new_word(const struct task *t, const char *low)
{
	struct buf known = BUF_INIT;
	const char *p;
	char *word;
	size_t n;
	int fresh = 0;

	text_lower(&known, t->request);
	buf_addch(&known, ' ');
	if (t->final != NULL)
		text_lower(&known, t->final);
	for (p = low; *p != '\0' && !fresh; p += n) {
		p += strspn(p, " ,;:.!?()\"'`");
		n = strcspn(p, " ,;:.!?()\"'`");
		word = xstrndup(p, n);
		fresh = n > 3 && !cue_work(word) &&
		    strstr(buf_str(&known), word) == NULL;
		free(word);
	}
	buf_release(&known);
	return fresh;
}

/* A few words that name nothing new go on with the task. */
int
follows_up(const struct task *t, const char *rest)
{
	struct buf low = BUF_INIT;
	int fresh;

	if (count_words(rest) >= FOLLOW_UP || new_object(t, rest))
		return 0;
	text_lower(&low, rest);
	fresh = cue_work(buf_str(&low)) && !cue_back(buf_str(&low)) &&
	    new_word(t, buf_str(&low));
	buf_release(&low);
	return !fresh;
}
