#ifndef MNEMOD_MNEMOCTL_BACKUP_CONTENT_H
#define MNEMOD_MNEMOCTL_BACKUP_CONTENT_H

#include "supervisor/mnemoctl/untar.h"

/*
 * What a backup is: a tar archive of
 *
 *	mnemod-backup	JSON: "format", "version", "made_at", "state",
 *			"memories" (objects with "name" and "root")
 *	state.db	a copy of the database
 *	agents/		audits
 *	memories/	histories
 *	installation_id	if there is one
 */
#define BACKUP_FORMAT		1
#define BACKUP_MANIFEST		"mnemod-backup"
#define BACKUP_MANIFEST_MAX	(1024 * 1024)

/* What of an archive belongs into a state directory. */
enum untar_verdict backup_judge(const char *name, int is_dir);

/* The configuration of a restored history; the archive's own is not used. */
#define BACKUP_GIT_CONFIG						\
	"[core]\n\tbare = true\n\trepositoryformatversion = 0\n"	\
	"\tfilemode = false\n\tsymlinks = false\n"

#endif
