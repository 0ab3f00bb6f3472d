#include <string.h>

#include "supervisor/metrics.h"
#include "supervisor/metrics_otlp.h"
#include "supervisor/model.h"
#include "supervisor/secret.h"
#include "supervisor/telemetry_context.h"

#define CODEX_KEY	"CODEX_API_KEY"

const char *
telemetry_auth_mode(const struct config *c)
{
	const struct config_provider	*p = config_provider_used(c);

	if (p != NULL && p->auth == AUTH_CODEX)
		return "Chatgpt";
	return p != NULL && (*p->key_env != '\0' || *p->key_file != '\0') ?
	    "ApiKey" : NULL;
}

/* Six facts of the environment, as the observed system tells them. */
static void
add_environment(json_object *list, const struct config_provider *p)
{
	const char	*key = p == NULL || *p->key_env == '\0' ? NULL :
			    p->key_env;

	metrics_otlp_bool(list, "auth.env_openai_api_key_present",
	    secret_present("OPENAI_API_KEY"));
	metrics_otlp_bool(list, "auth.env_codex_api_key_present",
	    secret_present(CODEX_KEY));
	metrics_otlp_bool(list, "auth.env_codex_api_key_enabled",
	    key != NULL && strcmp(key, CODEX_KEY) == 0);
	if (key != NULL)
		metrics_otlp_text(list, "auth.env_provider_key_name",
		    "configured");
	metrics_otlp_bool(list, "auth.env_provider_key_present",
	    key != NULL && secret_present(key));
	metrics_otlp_bool(list,
	    "auth.env_refresh_token_url_override_present",
	    secret_present("CODEX_REFRESH_TOKEN_URL_OVERRIDE"));
}

json_object *
telemetry_context(const struct supervisor *sv)
{
	const struct config_provider	*p = config_provider_used(sv->config);
	const char			*mode = telemetry_auth_mode(
					    sv->config);
	json_object			*list = json_object_new_array();

	metrics_otlp_text(list, "service.name", METRICS_ORIGINATOR);
	metrics_otlp_text(list, "service.version", MNEMOD_VERSION);
	if (mode != NULL)
		metrics_otlp_text(list, "auth_mode", mode);
	metrics_otlp_text(list, "session_source", METRICS_SESSION_SOURCE);
	metrics_otlp_text(list, "originator", METRICS_ORIGINATOR);
	metrics_otlp_text(list, "model", p == NULL ? METRICS_NO_MODEL :
	    model_name(p, 0));
	add_environment(list, p);
	return list;
}
