#ifndef MNEMOD_BUILTIN_LANGUAGE_H
#define MNEMOD_BUILTIN_LANGUAGE_H

/* ISO 639-1 code of the text's language, "en" where nothing tells. */
const char *language_of(const char *s);

#endif
