#ifndef MNEMOD_INJECTION_H
#define MNEMOD_INJECTION_H

/*
 * Text that is data but speaks to an agent.  All functions take one line in
 * lower case (text_lower()); what they say yes to is never kept.
 */

/* It takes an agent's instructions away ("ignore previous ..."). */
int injection_overrides(const char *s);

/* The same, or it addresses an agent or its memory: a tool's output. */
int injection_addresses(const char *s);

/*
 * It tells its reader what to do ("you must set X"): of a tool's own error
 * that is the reason, elsewhere it addresses an agent.
 */
int injection_commands(const char *s);

/*
 * Add what stands in every line that one of them says yes to, so that one
 * look tells which lines are to be asked about.
 */
struct needle_set;
void injection_needles(struct needle_set *);

#endif
