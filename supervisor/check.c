#include "log.h"
#include "supervisor/check.h"
#include "supervisor/lone.h"
#include "supervisor/settings.h"

enum mnemod_exit
check_run(const struct config *config, const char *path,
    json_object **answer)
{
	struct lone_job		 job = { ROLE_WORKSPACE,
				    settings_check(config, path), path,
				    MSG_CHECK, MSG_CHECKED };
	struct lone_answer	 a;
	enum mnemod_exit	 e = lone_run(config, &job, &a);

	*answer = json_object_get(a.body);
	if (e == EXIT_OK && a.body == NULL) {
		if (a.why[0] != '\0')
			log_warnx("%s", a.why);
		e = EXIT_ROOT;
	}
	lone_answer_release(&a);
	return e;
}
