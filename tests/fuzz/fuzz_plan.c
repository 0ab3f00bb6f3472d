/* links: worker/extract/plan.c */
/*
 * libFuzzer entry: any bytes as a budget, items and a text to cut.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "worker/extract/plan.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plan_item	items[32] = { 0 };
	struct buf		out = BUF_INIT;
	size_t			word[2], budget, n, sum = 0, i;

	if (size < sizeof(budget))
		return 0;
	memcpy(&budget, data, sizeof(budget));
	for (n = 0; n < 32 && size / sizeof(word) > n + 1; n++) {
		memcpy(word, data + n * sizeof(word), sizeof(word));
		items[n].class = (enum plan_class)(word[0] % 5);
		items[n].size = word[0];
		items[n].fixed = word[1];
	}
	if (plan_fit(items, n, budget) > budget)
		abort();
	for (i = 0; i < n; i++)
		if (items[i].keep)
			sum += items[i].allow + items[i].fixed;
	if (sum > budget)
		abort();
	plan_cut((const char *)data, size, budget % 256, &out);
	if (out.len > budget % 256 && out.len != size)
		abort();
	buf_release(&out);
	return 0;
}
