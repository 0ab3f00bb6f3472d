#ifndef MNEMOD_BUILTIN_RAW_H
#define MNEMOD_BUILTIN_RAW_H

#include <json-c/json.h>

/*
 * The raw memory that a model made, as facts.  Its format is Codex CLI's
 * (worker/prompts/stage_one_system.md):
 *
 *	---
 *	description: ...	task: ...	task_outcome: ...
 *	keywords: a, b
 *	---
 *	### Task 1: name
 *	task_outcome: success
 *	Preference signals:		- ...
 *	Reusable knowledge:		- ...
 *	Failures and how to do differently:	- ...
 *
 * It is text of a model that read text of anybody: nothing in it is obeyed,
 * what speaks to an agent is left out, and what is kept is kept in its words.
 */
#define RAW_TASKS	16	/* of one row */
#define RAW_BULLETS	8	/* of one section of a task */
#define RAW_KEYWORDS	14
#define RAW_BYTES	320	/* of a bullet */
#define RAW_TITLE	120	/* bytes */
#define RAW_WORD	40	/* bytes of a keyword */

/*
 * The facts of a row of .inputs.json, in the form of worker/extract/builtin.h
 * and with what only a model tells: "told" of a task, its "knowledge", and
 * {"kind":"told","text"} in prefs, failures and knowledge.  Reads the row's
 * "raw_memory" (an array of lines); a text of another form gives one task
 * that is called by the row's "headline", or by the text's description.
 * NULL if the row has no raw memory or nothing to be called by.  The caller
 * owns the object.
 */
json_object *raw_facts(json_object *row);

#endif
