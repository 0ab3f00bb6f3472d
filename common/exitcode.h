#ifndef MNEMOD_EXITCODE_H
#define MNEMOD_EXITCODE_H

/* Exit statuses: mnemod(8), EXIT STATUS. */
enum mnemod_exit {
	EXIT_OK = 0,		/* done, or stopped on request */
	EXIT_JOB_FAILED = 1,	/* a job failed in this pass */
	EXIT_USAGE = 2,		/* wrong options */
	EXIT_CONFIG = 3,	/* configuration, or sandbox required */
	EXIT_LOCKED = 4,	/* another supervisor holds the state */
	EXIT_UNKILLABLE = 5,	/* a worker could not be killed */
	EXIT_STATE = 6,		/* state unusable */
	EXIT_ROOT = 7,		/* a memory root may not be written */
	EXIT_WAITING = 8	/* --once: work is left waiting */
};

/* Exit statuses of workers; mnemod-worker(8). */
enum worker_exit {
	WEXIT_OK = 0,		/* shut down as asked */
	WEXIT_ERROR = 1,	/* a system call or a library failed */
	WEXIT_PROTOCOL = 64,	/* the supervisor broke the protocol */
	WEXIT_CONFIG = 65,	/* configure cannot be followed: no restart */
	WEXIT_SANDBOX = 66,	/* required sandbox missing: no restart */
	WEXIT_ORPHAN = 67	/* the supervisor vanished */
};

#endif
