#include "supervisor/memory.h"

/*
 * What the state has of a root, as root.c takes it: also for those who only
 * look and have no memories of their own.
 */

void
memory_record(const struct store_memory *row, struct root_record *rec)
{
	rec->real = row->root;
	rec->dev = (dev_t)row->dev;
	rec->ino = (ino_t)row->ino;
	rec->published = row->live_commit != NULL && row->live_files > 0;
	rec->released = row->released_at > 0;
}
