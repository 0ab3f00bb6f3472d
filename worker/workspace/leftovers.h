#ifndef MNEMOD_LEFTOVERS_H
#define MNEMOD_LEFTOVERS_H

/*
 * What a worker that was killed, or a power cut, may leave in a history:
 * locks, NAME.lock, which would keep whoever comes next out for ever, and
 * temporary files of objects and packs.  Remove them.  Only for the one worker
 * of a memory that writes.  What cannot be removed is warned of; then -1,
 * else 0.
 */
int leftovers_remove(const char *history);

#endif
