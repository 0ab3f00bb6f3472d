#ifndef MNEMOD_STORE_H
#define MNEMOD_STORE_H

/*
 * The state database: what was seen, what is to be done, what was made.
 * This header hides the engine (SQLite now) so that another can take its
 * place.  All times are Unix seconds unless the name ends in _ms or _ns;
 * "now" is always handed in.  Text is UTF-8.
 *
 * Ownership: text in a struct handed in is the caller's and is copied.
 * Text in a row handed to a callback is borrowed until the callback
 * returns; a callback may call the store, and returns non-zero to stop the
 * list.  What store_*_get() returns is the caller's (store_*_free()).
 *
 * Every failure but STORE_NONE is logged here with the object's name.
 *
 * A header for each family of functions; this one is all of them.
 */
#include "supervisor/store_adopt.h"
#include "supervisor/store_agents.h"
#include "supervisor/store_base.h"
#include "supervisor/store_files.h"
#include "supervisor/store_ledger.h"
#include "supervisor/store_look.h"
#include "supervisor/store_memories.h"
#include "supervisor/store_outputs.h"
#include "supervisor/store_purge.h"
#include "supervisor/store_stage_one.h"
#include "supervisor/store_stage_two.h"
#include "supervisor/store_threads.h"

#endif
