#ifndef MNEMOD_METRICS_TEXT_H
#define MNEMOD_METRICS_TEXT_H

#include "common/buf.h"
#include "supervisor/metrics.h"

/*
 * Append the registry in the text format that Prometheus reads (exposition
 * format 0.0.4): dots of names become underscores.
 */
void metrics_text(const struct metrics *, struct buf *);

#endif
