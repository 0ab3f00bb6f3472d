#ifndef MNEMOD_AGENT_PROMPT_H
#define MNEMOD_AGENT_PROMPT_H

#include <json-c/json.h>
#include "supervisor/memory.h"

/*
 * What `submit' tells the agent of this one run: prompt items, a new array.
 * What holds for every run is the agent's own (worker/prompts/).
 */
json_object *agent_prompt(const struct memory *);

#endif
