#ifndef MNEMOD_SANDBOX_TABLE_H
#define MNEMOD_SANDBOX_TABLE_H

#include "role.h"
#include "sandbox.h"

/* What each role may ask for. */
extern const struct sandbox_rights sandbox_table[ROLE__MAX];

#endif
