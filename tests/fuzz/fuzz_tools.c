/* links: tests/tools_fuzz.c worker/consolidate/patch.c worker/consolidate/patch_apply.c worker/consolidate/staging.c worker/consolidate/staging_?*.c worker/consolidate/tools.c worker/consolidate/tools_?*.c */
/*
 * libFuzzer entry: any bytes as the arguments of a tool; the first says of
 * which.  See tests/tools_fuzz.h for what must hold.
 */
#include <stdint.h>

#include "buf.h"
#include "tests/tools_fuzz.h"
#include "worker/model_tools.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf	args = BUF_INIT;

	if (size == 0)
		return 0;
	buf_add(&args, data + 1, size - 1);
	tools_fuzz_call(model_tools[data[0] % TOOL__MAX].name,
	    buf_str(&args));
	buf_release(&args);
	return 0;
}
