#ifndef MNEMOD_API_RESPONSES_H
#define MNEMOD_API_RESPONSES_H

#include "api.h"

/*
 * OpenAI's Responses API, also as ChatGPT's back end, vLLM, llama.cpp and
 * Ollama speak it: POST {base_url}/responses, events by their "type".
 */

/* The body of a request; the caller's (json_object_put()). */
json_object *responses_body(const struct api_call *);

/*
 * What is added to the headers.  Stage one sends no beta features, inference
 * call id or traceparent.
 */
void responses_headers(const struct api_call *, struct headers *);

#endif
