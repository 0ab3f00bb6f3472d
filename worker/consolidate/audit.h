#ifndef MNEMOD_AUDIT_H
#define MNEMOD_AUDIT_H

#include "agent.h"
#include "conversation.h"
#include "tools.h"

/*
 * The agent's audit records: response items of the rollout format, redacted;
 * the supervisor writes them to agents/<thread_id>.jsonl.
 */

/* The prompt or the violations that began a turn. */
void audit_request(struct agent *, const struct msg *);

/* A file tool was used: "read_file" or "write_file" on `path'. */
void audit_tool(struct agent *, const char *tool, const char *path);

/* A call of the model, and what came of it; long ones are cut. */
void audit_call(struct agent *, const struct call *);
void audit_result(struct agent *, const struct call *, const char *output,
    enum tool_end);

/* The agent's last words of a turn. */
void audit_message(struct agent *, const char *text);

#endif
