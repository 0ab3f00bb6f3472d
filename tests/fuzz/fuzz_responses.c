/* links: tests/api_fuzz.c worker/gateway/api.c worker/gateway/api_?*.c worker/gateway/neutral.c worker/gateway/reply.c worker/gateway/glance.c worker/gateway/headers.c worker/gateway/errors.c worker/gateway/sse.c */
/* libFuzzer entry: any bytes as a reply of the Responses API; see api_fuzz.h. */
#include "tests/api_fuzz.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return api_fuzz(&api_responses, data, size);
}
