#ifndef MNEMOD_BUILTIN_RAW_PREF_H
#define MNEMOD_BUILTIN_RAW_PREF_H

#include <json-c/json.h>

/*
 * A preference in the words of bullet_pref(), read back into the fact that
 * it was made of (worker/extract/builtin.h): a folder that builtin itself
 * wrote, and that was adopted after its state was lost, keeps its rules.
 * NULL if the line is none of its forms.  The caller owns the object.
 */
json_object *raw_pref(const char *line);

#endif
