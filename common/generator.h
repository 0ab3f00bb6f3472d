#ifndef MNEMOD_GENERATOR_H
#define MNEMOD_GENERATOR_H

/*
 * Who made an output or was an agent, stage1_outputs.generator and
 * agents.generator: "builtin/1", or provider, model and the version of our
 * prompt, "openai:gpt-5.4-mini/1".  A version goes up when what it makes is
 * worth making again (mnemoctl(1), extract).
 */
#define GENERATOR_BUILTIN	"builtin/1"
#define GENERATOR_ADOPTED	"adopted"
#define GENERATOR_PROMPT	1	/* of worker/prompts/stage_one_system.md */
#define GENERATOR_AGENT_PROMPT	1	/* of consolidate_system.md there */

#endif
