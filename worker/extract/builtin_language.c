#include <string.h>

#include "builtin_language.h"
#include "worker/text.h"

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
language_of(const char *s)
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
