#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/folder.h"
#include "common/mem.h"
#include "supervisor/power.h"

#define WORD_SIZE 32

/* An attribute's line, "" where there is none. */
static void
read_word(const char *supply, const char *name, char word[WORD_SIZE])
{
	char	*path = xasprintf("%s/%s", supply, name);
	int	 fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t	 n = -1;

	if (fd != -1) {
		n = fd_read_start(fd, word, WORD_SIZE - 1);
		close(fd);
	}
	word[n > 0 ? n : 0] = '\0';
	word[strcspn(word, "\n")] = '\0';
	free(path);
}

static int
says(const char *supply, const char *name, const char *what)
{
	char	 word[WORD_SIZE];

	read_word(supply, name, word);
	return strcmp(word, what) == 0;
}

/* A mouse has a battery, too: its scope is Device. */
static void
look_at(const char *supply, int *discharging, int *online)
{
	if (says(supply, "scope", "Device"))
		return;
	if (says(supply, "type", "Battery"))
		*discharging |= says(supply, "status", "Discharging");
	else
		*online |= says(supply, "online", "1");
}

int
power_on_battery(const char *dir)
{
	struct dirent	*e;
	DIR		*d = opendir(dir);
	char		*supply;
	int		 discharging = 0, online = 0;

	if (d == NULL)
		return 0;
	while ((e = folder_next(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		supply = xasprintf("%s/%s", dir, e->d_name);
		look_at(supply, &discharging, &online);
		free(supply);
	}
	closedir(d);
	return discharging && !online;
}
