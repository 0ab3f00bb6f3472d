#ifndef MNEMOD_BUILTIN_WORDS_H
#define MNEMOD_BUILTIN_WORDS_H

/*
 * The small tables behind builtin_cue.h, in lower case; a final '*' lets any
 * ending follow.  Lists of strings end in NULL.
 */

/*
 * Where a cue must stand to mean a rule.  "Never push" is one, "the test
 * never ends" is none.
 */
enum place {
	ANYWHERE,
	CLAUSE,		/* where a clause begins */
	SCOPED		/* there, and the sentence says in which project */
};

struct cue {
	const char	*phrase;
	enum place	 place;
};

/* what makes a sentence a rule; ends with phrase NULL */
extern const struct cue words_standing[];
/* words that let a rule follow */
extern const char *const words_leads[];
/* leads that are none behind one of words_things */
extern const char *const words_modals[];
extern const char *const words_things[];
/* imperatives that may precede "always" or "never" by some words */
extern const char *const words_habits[];
/* words behind which that is no longer so */
extern const char *const words_relatives[];
/* what looks like a rule and is none */
extern const char *const words_no_rule[];
/* openings that take back */
extern const char *const words_corrections[];
/* openings that refuse and say no more */
extern const char *const words_refusals[];
/* openings that only look so */
extern const char *const words_no_correction[];
/* openings that thank or praise */
extern const char *const words_acceptances[];
/* what spoils that */
extern const char *const words_acceptance_buts[];
/* how one request is to be done */
extern const char *const words_constraints[];
/* the rule holds in all projects */
extern const char *const words_everywhere[];
/* the rule holds in this one */
extern const char *const words_here[];
/* openings of an acknowledgement */
extern const char *const words_acks[];
/* an agent admits a part undone */
extern const char *const words_undone[];
/* verbs that open a request for work */
extern const char *const words_work[];
/* words that point back at what was spoken of */
extern const char *const words_back[];
/* politeness in front of a request */
extern const char *const words_preambles[];
/* say nothing about a subject */
extern const char *const words_stopwords[];

#endif
