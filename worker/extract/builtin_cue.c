#include <stdlib.h>
#include <string.h>

#include "builtin_cue.h"
#include "worker/text.h"

/*
 * Where a cue must stand to mean a rule.  "Never push" is one, "the test
 * never ends" is none.
 */
enum place { ANYWHERE, CLAUSE };

struct cue {
	const char	*phrase;
	enum place	 place;
};

static const struct cue standing[] = {
	/* en */
	{ "always", CLAUSE }, { "never", CLAUSE },
	{ "from now on", ANYWHERE }, { "in future", CLAUSE },
	{ "in the future", CLAUSE }, { "going forward", CLAUSE },
	{ "remember", CLAUSE }, { "every time", CLAUSE },
	{ "by default", CLAUSE }, { "i prefer", ANYWHERE },
	{ "we prefer", ANYWHERE }, { "i'd prefer", ANYWHERE },
	{ "prefer", CLAUSE }, { "i like", CLAUSE }, { "i use", CLAUSE },
	{ "i write", CLAUSE }, { "don't ever", CLAUSE },
	{ "do not ever", CLAUSE }, { "as a rule", CLAUSE },
	{ "all our", CLAUSE },
	/* de */
	{ "künftig", ANYWHERE }, { "ab jetzt", ANYWHERE },
	{ "in zukunft", ANYWHERE }, { "immer", CLAUSE }, { "nie", CLAUSE },
	{ "niemals", CLAUSE }, { "grundsätzlich", CLAUSE },
	{ "standardmäßig", CLAUSE }, { "merk dir", ANYWHERE },
	{ "denk daran", ANYWHERE }, { "ich bevorzuge", ANYWHERE },
	{ "ich schreibe", CLAUSE }, { "ich verwende", CLAUSE },
	/* fr */
	{ "désormais", ANYWHERE }, { "dorénavant", ANYWHERE },
	{ "à l'avenir", ANYWHERE }, { "toujours", CLAUSE },
	{ "ne jamais", ANYWHERE }, { "jamais", CLAUSE },
	{ "par défaut", CLAUSE }, { "souviens-toi", ANYWHERE },
	{ "rappelle-toi", ANYWHERE }, { "je préfère", ANYWHERE },
	/* es */
	{ "a partir de ahora", ANYWHERE }, { "de ahora en adelante", ANYWHERE },
	{ "en el futuro", ANYWHERE }, { "siempre", CLAUSE },
	{ "nunca", CLAUSE }, { "recuerda", CLAUSE },
	{ "por defecto", CLAUSE }, { "prefiero", ANYWHERE },
	/* pt */
	{ "a partir de agora", ANYWHERE }, { "de agora em diante", ANYWHERE },
	{ "no futuro", CLAUSE }, { "sempre", CLAUSE },
	{ "por padrão", CLAUSE }, { "lembre-se", ANYWHERE },
	{ "prefiro", ANYWHERE },
	/* ja */
	{ "今後", ANYWHERE },
	{ "これからは",
	    ANYWHERE },
	{ "常に", ANYWHERE },
	{ "いつも", ANYWHERE },
	{ "必ず", ANYWHERE },
	{ "決して", ANYWHERE },
	{ "絶対に", ANYWHERE },
	{ "毎回", ANYWHERE },
	{ "覚えて", ANYWHERE },
	/* zh */
	{ "以后", ANYWHERE },
	{ "今后", ANYWHERE },
	{ "总是", ANYWHERE },
	{ "始终", ANYWHERE },
	{ "永远", ANYWHERE },
	{ "记住", ANYWHERE },
	{ "每次", ANYWHERE },
	{ "务必", ANYWHERE },
	/* ru */
	{ "всегда",
	    ANYWHERE },
	{ "никогда",
	    ANYWHERE },
	{ "впредь",
	    ANYWHERE },
	{ "запомни",
	    ANYWHERE },
	/* ko */
	{ "항상", ANYWHERE },
	{ "앞으로", ANYWHERE },
	{ "절대", ANYWHERE },
	{ "기억해", ANYWHERE },
	{ NULL, ANYWHERE }
};

/* Words that let a rule follow: "you should never", "please always". */
static const char *const leads[] = { "i", "we", "you", "please", "and", "but",
	"so", "then", "should", "must", "will", "to", "also", "thanks", "good",
	"ok", "okay", "here", "bitte", "du", "wir", "ich", "und", "soll",
	"sollst", "nutze", "verwende", "schreibe", "benutze", "mach", "utilise",
	"utilisez", "il faut", "et", "on", "usa", "usar", "use", "y", "e",
	"por favor", "ne", "merci", "n'utilise", "hay que", NULL };

/* What looks like a rule and is none. */
static const char *const no_rule[] = { "never mind", "nevermind", "as always",
	"not always", "i like it", "i like that", "i like this", "i like to see",
	"remember when", "immer noch", "noch immer", "wie immer", "noch nie",
	"toujours pas", "comme toujours", "como siempre", "como sempre", NULL };

static const char *const corrections[] = { "no,", "no:", "no.", "no!", "no;",
	"no -", "no —", "no that", "no, ", "nope", "no i", "no not",
	"no, not", "stop,", "stop.", "stop!", "stop:", "stop it", "stop that",
	"stop doing", "stop -", "not what", "that's not", "that is not",
	"this is not what", "this isn't what", "that isn't what", "i meant",
	"instead,", "instead of", "instead use", "wrong", "that's wrong",
	"that is wrong", "i said", "undo", "revert that", "revert this",
	"not like that", "i asked for", "i did not ask", "i didn't ask",
	/* de fr es pt */
	"nein", "halt,", "stopp", "falsch", "ich meinte", "stattdessen",
	"so nicht", "das ist nicht", "non,", "non:", "non.", "arrête",
	"je voulais dire", "ce n'est pas ce", "plutôt", "quise decir",
	"no es lo que", "en vez de", "eso no", "não,", "não era",
	"não é", "eu quis dizer", "errado",
	/* ja zh ru ko */
	"いいえ",
	"いや",
	"違います",
	"違う",
	"そうじゃ",
	"不对",
	"不是",
	"错了",
	"我的意思",
	"нет",
	"не то",			/* не то */
	"стоп",
	"아니*",
	NULL };

static const char *const no_correction[] = { "no problem", "no worries",
	"no tests", "no need", "no thanks", "no, thanks", "no, that's all",
	"no, that is all", "no, nothing", "no more", "no idea", "wrong number of",
	NULL };

static const char *const acceptances[] = { "good", "great", "perfect",
	"thanks", "thank you", "thx", "nice", "lgtm", "looks good", "excellent",
	"that works", "works", "well done", "awesome", "wonderful", "danke",
	"super", "perfekt", "sehr gut", "prima", "merci", "parfait",
	"très bien", "gracias", "perfecto", "muy bien", "obrigad*",
	"perfeito", "ありがと*",
	"完璧", "谢谢",
	"很好",
	"спасибо",
	"отлично",
	"감사*", "좋아*", NULL };

static const char *const acceptance_buts[] = { "but", "however", "except",
	"good morning", "good evening", "aber", "mais", "pero", "mas", NULL };

static const char *const constraints[] = { "smallest change",
	"smallest possible", "minimal change", "minimal diff", "before you answer",
	"before answering", "before you commit", "ask me before", "ask before",
	"ask me first", "run the tests", "run all tests", "without changing",
	"without touching", "without asking", "don't change", "do not change",
	"don't touch", "do not touch", "don't add", "do not add", "don't commit",
	"do not commit", "don't push", "do not push", "no new dependencies",
	"kleinste änderung", "ohne zu fragen", "sin cambiar",
	"sans changer", NULL };

static const char *const everywhere[] = { "all our", "all my", "everywhere",
	"all projects", "every project", "every repo", "every repository",
	"in any project", "all repos", "all repositories", "in allen projekten",
	"überall", "alle unsere", "partout", "tous nos", "tous les projets",
	"en todos los proyectos", "todos nuestros", "em todos os projetos",
	"すべてのプロジェクト",
	"所有项目", NULL };

static const char *const here[] = { "here", "this repo", "this repository",
	"this project", "this folder", "this codebase", "hier",
	"in diesem repo", "in diesem projekt", "ici", "ce projet", "ce dépôt", "aquí", "este proyecto", "este repositorio", "aqui",
	"este projeto", "ここで",
	"このリポジトリ", "这里", NULL };

static const char *const acks[] = { "understood", "noted", "done", "got it",
	"will do", "okay", "ok", "sure", "verstanden", "notiert", "compris",
	"noté", "entendido", "anotado", "了解*",
	"承知*", "明白*",
	"好的", "понял",
	"알겠*", NULL };

static const char *const undone[] = { "could not", "couldn't", "not installed",
	"is not available", "isn't available", "skipped", "unable to",
	"was not able", "did not run", "didn't run", "is installed. i stopped",
	"i stopped", "konnte nicht", "n'ai pas pu", "no pude", NULL };

static const char *const injections[] = { "ignore previous", "ignore all previous",
	"ignore the previous", "ignore any previous", "ignore your",
	"disregard previous", "disregard all", "disregard the above",
	"remember that", "remember this", "you must", "you should always",
	"in your memory", "to your memory", "your memory", "your instructions",
	"system prompt", "as an ai", "dear agent", "ai agent", "language model",
	"new instructions", "override your", "record in memory",
	"save to memory", "ignoriere alle", "メモリに記録", NULL };

static const char *const preambles[] = { "please", "pls", "now", "ok", "okay",
	"hi", "hello", "hey", "so", "then", "next", "also", "and",
	"can you", "could you", "would you", "will you", "can we", "let's",
	"i want you to", "i need you to", "i'd like you to", "bitte",
	"kannst du", "könntest du", "peux-tu", "pouvez-vous",
	"s'il te plaît", "por favor", "puedes", "pode", NULL };

static const char *const stopwords[] = { "a", "add", "after", "all", "also",
	"an", "and", "any", "are", "as", "at", "be", "before", "but", "by",
	"can", "change", "could", "do", "does", "done", "every", "file", "files",
	"find", "fix", "for", "from", "full", "get", "give", "good", "has",
	"have", "here", "how", "i", "if", "in", "into", "is", "it", "its",
	"just", "like", "list", "make", "many", "mark", "me", "most", "must", "my",
	"need", "never", "new", "no", "not", "now", "of", "ok", "old", "on",
	"one", "only", "or", "our", "out", "please", "print", "put", "run",
	"set", "should", "show", "so", "some", "stop", "such", "tell", "than",
	"that", "the", "their", "them", "then", "there", "this", "through", "to",
	"too", "update", "use", "walk", "want", "was", "we", "what", "when",
	"where", "which", "while", "why", "will", "with", "without", "would",
	"write", "you", "your", "always", "answer", "other", "called", "meant",
	"auf", "beim", "bitte", "cannot", "correct", "eine", "einen",
	"nicht", "since", "smallest", "twice", "used", "wird",
	"pass", "asking", "check", "fails", "five", "four", "lines", "none",
	"repo", "reports", "test", "tests", "three", "instead", "wrong", "thanks", "great", "everything",
	NULL };

static int
any_phrase(const char *s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (text_phrase(s, *list) != NULL)
			return 1;
	return 0;
}

static int
any_opens(const char *s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (text_opens(s, *list))
			return 1;
	return 0;
}

/* 1 if a clause begins at `at': after a mark, or after a leading word. */
static int
begins_clause(const char *s, const char *at)
{
	const char *const *l;
	size_t n;

	while (at > s && at[-1] == ' ')
		at--;
	if (at == s || strchr(",;:.!-(\"'", at[-1]) != NULL)
		return 1;
	for (l = leads; *l != NULL; l++) {
		n = strlen(*l);
		if ((size_t)(at - s) < n || strncmp(at - n, *l, n) != 0)
			continue;
		if (at - n == s || at[-(ptrdiff_t)n - 1] == ' ')
			return 1;
	}
	return 0;
}

int
cue_standing(const char *s)
{
	const struct cue *c;
	const char *at;
	size_t len = strlen(s);

	if (any_phrase(s, no_rule) || (len > 0 && s[len - 1] == '?'))
		return 0;
	for (c = standing; c->phrase != NULL; c++)
		for (at = s; (at = text_phrase(at, c->phrase)) != NULL; at++)
			if (c->place == ANYWHERE || begins_clause(s, at))
				return 1;
	return 0;
}

int
cue_correction(const char *s)
{
	return any_opens(s, corrections) && !any_opens(s, no_correction);
}

int
cue_acceptance(const char *s)
{
	return any_opens(s, acceptances) && !any_phrase(s, acceptance_buts);
}

int
cue_constraint(const char *s)
{
	return any_phrase(s, constraints);
}

int
cue_everywhere(const char *s)
{
	return any_phrase(s, everywhere);
}

int
cue_here(const char *s)
{
	return any_phrase(s, here);
}

/* The bytes up to and with the first mark that ends a clause. */
static size_t
acknowledged_to(const char *s)
{
	static const char *const marks[] = { "。", "、", "，", ", ", ". ", NULL };
	const char *const *m;
	const char *at;
	size_t n = strlen(s);

	for (m = marks; *m != NULL; m++)
		if ((at = strstr(s, *m)) != NULL &&
		    (size_t)(at - s) + strlen(*m) < n)
			n = (size_t)(at - s) + strlen(*m);
	return n;
}

size_t
cue_acknowledged(const char *s)
{
	const char *const *a;
	size_t n, seps;

	for (a = acks; *a != NULL; a++) {
		if (!text_opens(s, *a))
			continue;
		n = strlen(*a);
		if ((*a)[n - 1] == '*')	/* an ending follows, then a mark */
			return acknowledged_to(s);
		seps = strspn(s + n, " :,.!-");
		return n + seps;
	}
	return 0;
}

const char *
cue_undone(const char *s)
{
	const char *const *u;
	const char *at;

	for (u = undone; *u != NULL; u++)
		if ((at = text_phrase(s, *u)) != NULL)
			return at;
	return NULL;
}

int
cue_injection(const char *s)
{
	return any_phrase(s, injections);
}

int
cue_stopword(const char *word)
{
	const char *const *w;

	for (w = stopwords; *w != NULL; w++)
		if (strcmp(word, *w) == 0)
			return 1;
	return 0;
}

size_t
cue_preamble(const char *s)
{
	const char *const *p;
	size_t n;

	for (p = preambles; *p != NULL; p++) {
		if (!text_opens(s, *p))
			continue;
		n = strlen(*p);
		n += strspn(s + n, " ,:");
		if (s[n] != '\0' && n > strlen(*p))
			return n;
	}
	return 0;
}

struct language {
	const char	*code;
	const char	*words[14];
};

static const struct language latin[] = {
	{ "de", { "der", "die", "das", "und", "nicht", "ist", "bitte", "mit",
	    "ein", "eine", "auf", "ich", NULL } },
	{ "fr", { "le", "les", "des", "une", "est", "pas", "dans", "pour",
	    "avec", "et", "du", "merci", NULL } },
	{ "es", { "el", "los", "las", "una", "por", "para", "con", "que",
	    "del", "en", "y", "gracias", NULL } },
	{ "pt", { "os", "uma", "não", "para", "com", "que", "pelo",
	    "em", "por", "você", "obrigado", NULL } },
	{ "en", { "the", "and", "is", "in", "to", "of", "with", "it", "for",
	    "not", "this", "please", NULL } },
};

static const char *
latin_language(const char *s)
{
	const char *const *w, *best = "en";
	size_t i, hits, most = 0;

	for (i = 0; i < sizeof(latin) / sizeof(latin[0]); i++) {
		hits = 0;
		for (w = latin[i].words; *w != NULL; w++)
			hits += text_phrase(s, *w) != NULL;
		if (hits > most || (hits == most &&
		    strcmp(latin[i].code, "en") == 0)) {
			most = hits;
			best = latin[i].code;
		}
	}
	return best;
}

const char *
cue_language(const char *s)
{
	size_t len = strlen(s), at = 0, han = 0, cyrillic = 0, hangul = 0;
	size_t letters = 0;
	uint32_t cp;

	while (at < len) {
		at += text_decode(s + at, len - at, &cp);
		letters += text_wordchar(cp) != 0;
		if (cp >= 0x3040 && cp < 0x3100)
			return "ja";
		han += cp >= 0x4e00 && cp < 0xa000;
		hangul += cp >= 0xac00 && cp < 0xd7b0;
		cyrillic += cp >= 0x400 && cp < 0x530;
	}
	if (han * 4 > letters)
		return "zh";
	if (hangul * 4 > letters)
		return "ko";
	if (cyrillic * 3 > letters)
		return "ru";
	return latin_language(s);
}
