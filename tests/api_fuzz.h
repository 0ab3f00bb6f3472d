#ifndef MNEMOD_API_FUZZ_H
#define MNEMOD_API_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include "worker/gateway/api.h"

/*
 * For the fuzz targets of the APIs: read the bytes as a stream of events, in
 * one piece, then cut where the first byte says, then with each event changed
 * so that it means the same but only json-c can read it.  All must come to the
 * same outcome, which must be fit to be sent; else abort(3).
 */
int api_fuzz(const struct api *, const uint8_t *data, size_t size);

#endif
