#ifndef MNEMOD_FILTER_H
#define MNEMOD_FILTER_H

#include <json-c/json.h>

#include "citation.h"
#include "plan.h"
#include "rollout.h"

/*
 * Which records of a rollout feed memory, and what is taken out of those
 * that do: instructions that were put before the user's words, private
 * passages, memory itself, images (mnemod-memory(5)).  Text goes in and text
 * comes out; redaction comes after.
 */

struct filter;

/* For one pass over one rollout; `roots' as for memread_new(). */
struct filter *filter_new(const char *const *roots, size_t n);
void filter_free(struct filter *);

/* What a record is good for, judged by its head. */
enum filter_use {
	FILTER_NOTHING,
	FILTER_ITEM,		/* filter_item() decides */
	FILTER_EVENT,		/* filter_event() */
	FILTER_CITATION		/* filter_citation() */
};
enum filter_use filter_use(const struct record *);

/* Change an item so that it may feed memory.  0: leave it out. */
int filter_item(struct filter *, json_object *item);

/* Change the payload of an event in the same way; it is always kept. */
void filter_event(struct filter *, json_object *payload);

/* Count what an answer's event cites. */
void filter_citation(struct filter *, json_object *payload);

/* All citations so far. */
const struct citations *filter_citations(const struct filter *);

/* The class of a kept item for plan_fit(). */
enum plan_class filter_class(json_object *item);

#endif
