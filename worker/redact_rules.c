#include "worker/redact_rules.h"

/*
 * The shapes of keys and tokens are those that their issuers document for
 * secret scanners (GitHub, GitLab, AWS, Slack, Stripe and others).
 *
 * All patterns are for text that may itself be JSON, escaped once or twice:
 * a quote can have backslashes before it, and \n, \t can be two characters.
 * A group that is repeated is copied by PCRE2 as often as its bound says, so
 * bounds on groups are small, and bounds on classes do the rest.
 */

/* Left edge: no word before, but an escape, a percent code, a colour. */
#define EDGE	"(?:(?<![A-Za-z0-9_])|(?<=\\\\[nrtbf])|(?<=%[0-9A-Fa-f]{2})" \
		"|(?<=\\[m|[\\[;]\\dm|[\\[;]\\d\\dm))"
#define END	"(?![A-Za-z0-9_-])"
/* White space of one line, and of several, escaped or not. */
#define SP	"[ \\t]{0,16}"
#define WS	"(?>[\\s]{0,40}(?:\\\\{1,7}[nrt]\\s{0,40}){0,4})"
#define WS1	"(?:\\s|\\\\{1,7}[nrt])" WS
#define QUOTE	"\\\\{0,7}[\"'`]"

/*
 * Between a key and its value: `:', `=', `=>', `password: str =',
 * `name: PASSWORD\nvalue:', `name="password" value='.
 */
#define SEP	"(?:" QUOTE "\\]?)?" SP "(?:" \
		":" SP "[A-Za-z][\\w.\\[\\]|<>]{0,40}" SP "=(?!=)" \
		"|=>|:=|[!=]?={1,2}|:|=" \
		"|(?:,|" WS1 ")" WS "(?:" QUOTE ")?value(?:" QUOTE ")?" SP "[:=]" \
		")"

/*
 * A value in quotes, up to the same quote at the same depth of escaping, the
 * end of the line or of the text.  A quote one level deeper belongs to it;
 * one that ends a JSON string does not.
 */
#define PLAIN	"[^\\\\\"'`\\r\\n]{0,8000}+"
#define QUOTED	"[bfruBFRU@$]{0,2}(\\\\{0,7})([\"'`])\\K(?!\\1\\2)" \
		"(?>" PLAIN "(?:(?:\\\\*+(?!\\2|\"\\s*[],:}])[\"'`]" \
		"|\\1\\1\\\\\\2" \
		"|\\\\++(?![\"'`])" \
		")" PLAIN "){0,10})(?=\\\\*[\"'`]|[\\r\\n]|\\z)"

/*
 * A value without quotes.  Punctuation belongs to it if it goes on after,
 * but not where the next key, argument or statement begins.
 */
#define BASE	"[^\\s\"'`\\\\,;&<>|)}\\]]{0,2000}+"
#define BARE	"\\K[^\\s\"'`\\\\,;&<>|)}\\](\\[{=:]" \
		"(?>" BASE "(?:(?:" \
		"[,;&<>|)}\\]](?=[^\\s\"'`\\\\,;&<>|)}\\]])(?![\\w.-]{0,40}[=:(])" \
		"|\\\\(?![\\\\nrtbfux\"'`/])" \
		")" BASE "){0,6})(?<![.:?])"

/* What may follow the word in a key: SECRET_KEY_BASE, password2. */
#define TAIL	"(?:[_-]?(?:key|base|hash|value|text|string|token|access|live" \
		"|test|prod|dev|staging|old|new|b64|base64|plain|[0-9]{1,3})" \
		"|(?-i:_[A-Z0-9]{1,20})){0,4}"

#define K_PASS	"(?:pass(?:w(?:or[dt]|d)|phrase|code)|pwd" \
		"|(?:(?<=[a-z0-9][_-])|(?-i:(?<=[a-z])(?=P)))pass" \
		"|(?-i:(?<=[\"'])pass(?=\\\\{0,7}[\"']))" \
		"|(?<!redacted_)secret|credential|(?<=mot de |mot_de_)passe" \
		"|(?<![a-z])psk|kennwort|contrase(?:\xc3\xb1|n)a" \
		"|\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89" \
		"|\xe5\xaf\x86\xe7\xa0\x81|\xe5\xaf\x86\xe7\xa2\xbc" \
		"|\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8)" TAIL
static const char	n_pass[] = "pass pwd secret credential kennwort "
		"contrase psk "
		"\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89 "
		"\xe5\xaf\x86\xe7\xa0\x81 \xe5\xaf\x86\xe7\xa2\xbc "
		"\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8";

/* A key of what: `api_key', `apikey', `api-key', `api key'. */
#define OF(w)	w "|" w "[ _.-]"
#define K_KEY	"(?<=" OF("api") "|" OF("access") "|" OF("private") "|" \
		OF("encryption") "|" OF("signing") "|" OF("master") "|" \
		OF("account") "|" OF("auth") "|" OF("shared") "|" \
		OF("service") "|" OF("consumer") "|" OF("client") "|" \
		OF("app") "|" OF("storage") "|" OF("session") "|" OF("jwt") \
		"|" OF("hmac") "|" OF("license") "|" OF("deploy") "|" \
		OF("subscription") "|" OF("admin") "|" OF("webhook") ")key"
#define K_TOKEN	"(?:token|" K_KEY "|(?<=[_\"'])auth)" TAIL
static const char	n_token[] = "token key auth";

/* Before the key of an option. */
#define O_PASS	"(?<=-)"
#define O_TOKEN	"(?<=-|-api)"

/* `password for X is', `Password: '; the words between stay. */
#define IS	"(?: (?:key|token|value))?" \
		"(?:" SP "(?:for|of|to|on|at)\\s[^\\n:=\\\\\"]{1,60}?)?(?:" \
		"(?:\\s{1,3}(?:is|was|ist|est|es|should be|set to)" \
		"(?: now| still)?:?|" SP ":| -)\\s{1,3}" \
		"|\\s{0,2}(?:\xe3\x81\xaf|\xe6\x98\xaf|\xef\xbc\x9a)\\s{0,3})"

const struct redact_rule redact_rules[] = {
	/* Blocks and lines. */
	{ "private key block", "-----BEGIN", REDACT_SHAPE,
	  "-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
	  "(?=[^-]{0,300}[A-Za-z0-9+/=]{16})(?:"
	  "(?:[^-\"]++|-(?!----)|\"(?!\\s*[],:}]))++"
	  "-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
	  "|(?:[A-Za-z0-9+/=]{16,}+|\\s|\\\\{1,7}[nrt]"
	  "|[A-Z][A-Za-z-]{2,20}: [^\\r\\n\\\\\"]{1,80})*+)" },
	{ "PuTTY private key", "Private-Lines:", REDACT_SHAPE,
	  "Private-Lines:\\s*\\d+" WS "\\K(?:[A-Za-z0-9+/=]{4,}+" WS
	  ")++" },
	{ "netrc", "login", REDACT_VALUE,
	  "(?i)login" WS1 "(?!(?:and|or|with|your|name|anonymous)\\s)"
	  "[^\\s\\\\]{1,80}" WS1 "password" WS1
	  "\\K[^\\s\"'\\\\]{3,200}+(?<!:)" },
	{ "netrc token", "machine", REDACT_VALUE,
	  "(?i)machine" WS1 "[\\w.-]{1,80}" WS1 "password" WS1
	  "\\K[^\\s\"'\\\\]{3,200}+(?<!:)" },
	{ "pgpass", ":5432: :543[3456789]: :6432: :*:", REDACT_VALUE,
	  ":(?:\\d{4,5}|\\*):[^:\\s\"']{1,64}:[^:\\s\"']{1,64}:"
	  "\\K[^\\s:\"'\\\\]{3,200}(?=\\s|\\z|\\\\|[\"'])" },
	{ "password hash", "$[1256y]$ $2[aby]$ $argon2 $7$", REDACT_SHAPE,
	  "\\$(?:[1567y]|2[aby]|argon2id?)\\$[./A-Za-z0-9$=,+]{20,200}" },

	/* Keys and tokens by shape. */
	{ "OpenAI, Anthropic and alike", "sk-", REDACT_RANDOM,
	  EDGE "sk-[A-Za-z0-9_-]{20,300}" },
	{ "OpenAI, letters only", "sk-", REDACT_SHAPE,
	  EDGE "sk-[A-Za-z0-9]{20,300}" END },
	{ "OpenAI, amid a word", "sk-", REDACT_SHAPE,
	  "sk-(?=\\w{0,300}[A-Z])(?=\\w{0,300}[a-z])(?=\\w{0,300}\\d)"
	  "[A-Za-z0-9]{20,300}" },
	{ "AWS access key id", "A[KS]IA ABIA ACCA", REDACT_SHAPE,
	  EDGE "(?:A[KS]IA|ABIA|ACCA)[0-9A-Z]{16}" "(?![A-Za-z0-9])" },
	{ "AWS Bedrock", "ABSK", REDACT_RANDOM,
	  EDGE "ABSK[A-Za-z0-9+/]{60,300}={0,2}" },
	{ "GitHub token", "gh[pousr]_", REDACT_SHAPE,
	  EDGE "gh[pousr]_[A-Za-z0-9_-]{20,400}(?:\\.[A-Za-z0-9_-]{8,}){0,2}" },
	{ "GitHub token, amid a word", "gh[pousr]_", REDACT_SHAPE,
	  "gh[pousr]_(?=\\w{0,300}[A-Z])(?=\\w{0,300}[a-z])(?=\\w{0,300}\\d)"
	  "[A-Za-z0-9]{36,255}" },
	{ "GitHub fine-grained token", "github_pat_", REDACT_SHAPE,
	  "github_pat_[A-Za-z0-9_]{20,300}" },
	{ "GitLab token", "glpat- gldt- glrt glcbt- glptt- glft- glimt- "
	  "glagent- gloas- glsoat- glffct- GR1348941", REDACT_SHAPE,
	  EDGE "(?:gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|oas|soat|ffct)-"
	  "|GR1348941)[A-Za-z0-9_.-]{20,300}" },
	{ "npm token", "npm_", REDACT_RANDOM, EDGE "npm_[A-Za-z0-9]{30,}" },
	{ "Google API key", "AIza", REDACT_SHAPE,
	  EDGE "AIza[0-9A-Za-z_-]{35,}" },
	{ "Google OAuth", "ya29. GOCSPX- 1//0 AQ.A", REDACT_SHAPE,
	  EDGE "(?:ya29\\.|GOCSPX-|1//0|AQ\\.A)[A-Za-z0-9_-]{20,1000}" },
	{ "Slack token", "xox[abcdeoprs] xapp-", REDACT_SHAPE,
	  EDGE "(?:xox[abcdeoprs](?:\\.xox[bp])?|xapp)-[A-Za-z0-9-]{10,300}" },
	{ "Slack webhook", "hooks.slack.com", REDACT_SHAPE,
	  "hooks\\.slack\\.com/(?:services|workflows|triggers)/"
	  "\\K[A-Za-z0-9_/-]{20,200}" },
	{ "Discord webhook", "/api/webhooks/", REDACT_SHAPE,
	  "/api/webhooks/\\d{10,25}/\\K[A-Za-z0-9_-]{30,120}" },
	{ "Discord token", "[MNO][DTjz][AEIMQUYcgk]", REDACT_SHAPE,
	  EDGE "[MNO][A-Za-z0-9]{22,28}\\.[A-Za-z0-9_-]{6}\\."
	  "[A-Za-z0-9_-]{27,45}" END },
	{ "JSON web token", "eyJ", REDACT_SHAPE,
	  EDGE "eyJ[A-Za-z0-9_-]{8,4000}\\.[A-Za-z0-9_-]{8,6000}"
	  "(?:\\.[A-Za-z0-9_-]{0,4000}){0,3}" },
	{ "Stripe key", "[srp]k_live_ [sr]k_test_ whsec_", REDACT_SHAPE,
	  EDGE "(?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9+/=]{16,300}" },
	{ "SendGrid key", "SG.", REDACT_SHAPE,
	  EDGE "SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{16,80}" },
	{ "Twilio key", "SK[0123456789abcdef]", REDACT_SHAPE,
	  EDGE "SK[0-9a-f]{32}" END },
	{ "PyPI token", "pypi-A", REDACT_SHAPE,
	  EDGE "pypi-A[A-Za-z0-9_-]{50,500}" },
	{ "Telegram bot", ":AA", REDACT_SHAPE,
	  "(?<=\\d{8}):\\KAA[A-Za-z0-9_-]{32,36}" END },
	{ "age key", "AGE-SECRET-KEY-", REDACT_SHAPE,
	  "(?i)AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{40,}" },
	{ "Azure key", "JQQJ99", REDACT_BEHIND,
	  "(?|(?<=([A-Za-z0-9]{52}))|(?<=([A-Za-z0-9]{40})))"
	  "JQQJ99[A-Za-z0-9]{20,}" },
	{ "Azure client secret", "[78]Q~", REDACT_BEHIND,
	  "(?<=([\\w~.-]{3}))[78]Q~[\\w~.-]{30,40}" },
	{ "Azure shared access signature", "sig= sig%3D", REDACT_SHAPE,
	  "(?i)(?<=[?&;\"]|amp;)sig(?:=|%3D)\\K[A-Za-z0-9%+/_-]{30,120}" },
	{ "Hugging Face", "hf_ api_org_", REDACT_RANDOM,
	  EDGE "(?:hf|api_org)_[A-Za-z0-9]{30,}" },
	{ "DigitalOcean", "do[opr]_v1_", REDACT_SHAPE,
	  EDGE "do[opr]_v1_[a-f0-9]{60,}" },
	{ "Shopify", "shp[acstu]", REDACT_SHAPE,
	  EDGE "shp(?:at|ca|pa|ss|ua|tka)_[a-fA-F0-9]{32}" },
	{ "Databricks", "dapi", REDACT_SHAPE,
	  EDGE "dapi[0-9a-f]{32}(?:-\\d)?" END },
	{ "Mailgun", "key-[0123456789abcdef]", REDACT_SHAPE,
	  EDGE "key-[0-9a-f]{32}" END },
	{ "Notion", "ntn_ secret_", REDACT_RANDOM,
	  EDGE "(?:ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43})" END },
	{ "Vault, Doppler, Pulumi", "hv[sbr]. dp.[ps] pul-", REDACT_RANDOM,
	  EDGE "(?:hv[sbr]\\.[A-Za-z0-9_-]{24,300}|pul-[a-f0-9]{40}"
	  "|dp\\.(?:pt|st|sa|ct|scim|audit)\\.[A-Za-z0-9_.-]{40,})" },
	{ "Terraform Cloud", ".atlasv1.", REDACT_BEHIND,
	  "(?<=([A-Za-z0-9]{14}))\\.atlasv1\\.[A-Za-z0-9_=-]{60,}" },
	{ "Atlassian", "ATATT3 ATCTT3 ATBB", REDACT_SHAPE,
	  EDGE "(?:AT[AC]TT3[A-Za-z0-9_=-]{60,}|ATBB[A-Za-z0-9]{28,})" },
	{ "Grafana", "glsa_ glc_", REDACT_RANDOM,
	  EDGE "gl(?:sa|c)_[A-Za-z0-9+/_]{30,400}={0,2}" },
	{ "New Relic, Postman, LaunchDarkly", "NRAK- PMAK- sdk- api-",
	  REDACT_RANDOM,
	  EDGE "(?:NRAK-[A-Z0-9]{27}|PMAK-[a-f0-9]{24}-[a-f0-9]{34}"
	  "|(?:sdk|api)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})" END },
	{ "Sentry", "sntry[su]_", REDACT_SHAPE,
	  EDGE "sntry[su]_[A-Za-z0-9+/=_]{40,400}" },
	{ "Docker Hub", "dckr_[po]at_", REDACT_SHAPE,
	  EDGE "dckr_[po]at_[A-Za-z0-9_-]{20,}" },
	{ "Supabase, PlanetScale, Neon", "sbp_ sb_secret_ pscale_ napi_",
	  REDACT_RANDOM,
	  EDGE "(?:sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{20,}"
	  "|pscale_(?:tkn|pw|oauth)_[\\w.=-]{30,}|napi_[a-z0-9]{40,})" },
	{ "model providers", "gsk_ xai- pplx- r8_ tvly- fw_ nvapi- csk-",
	  REDACT_RANDOM,
	  EDGE "(?:gsk_|xai-|pplx-|r8_|tvly-(?:dev-|prod-)?|fw_|nvapi-|csk-)"
	  "[A-Za-z0-9_-]{24,120}" END },
	{ "hosting and builds",
	  "FlyV1 fo1_ fm2_ bkua_ CCIP nfp_ vcp_ vck_ HRKU- rnd_ CFPAT-",
	  REDACT_RANDOM,
	  EDGE "(?:FlyV1 fm[12]r?_|fo1_|fm2_|bkua_|CCIP(?:AT|RJ)_|nfp_|vc[pk]_"
	  "|HRKU-|rnd_|CFPAT-)[A-Za-z0-9_+/=,-]{24,1000}" },
	{ "packages and code",
	  "rubygems_ cio figd_ lin_api_ sq[pua]_ AKCp tfp_ "
	  "oy2", REDACT_RANDOM,
	  EDGE "(?:rubygems_[a-f0-9]{48}|cio[A-Za-z0-9]{32}|figd_[\\w-]{40,}"
	  "|lin_api_[A-Za-z0-9]{40}|sq[pua]_[a-f0-9]{40}|AKCp[A-Za-z0-9]{60,}"
	  "|oy2[a-z0-9]{43})" END },
	{ "clouds elsewhere", "LTAI AKID EAA ops_eyJ",
	  REDACT_RANDOM,
	  EDGE "(?:LTAI[A-Za-z0-9]{16,24}|AKID[A-Za-z0-9]{28,36}"
	  "|EAA[A-Z][A-Za-z0-9]{60,300}|ops_eyJ[A-Za-z0-9_=-]{100,2000})" END },
	{ "Square, Dropbox", "sq0[ac] sl.[Bu]", REDACT_RANDOM,
	  EDGE "(?:sq0(?:atp|csp)-[\\w-]{20,50}"
	  "|sl\\.[A-Za-z0-9_.-]{100,1500})" },

	/* By what stands around it. */
	{ "URL with a password", "://", REDACT_VALUE,
	  "://[^\\s/:@\"'`<>\\\\?#]{0,100}:"
	  "\\K(?:(?!\\d{1,5}[/?#])[^\\s/\"'`<>\\\\?#]){1,100}(?=@[\\w\\[$%{.])" },
	{ "URL with a password and slashes", "://", REDACT_RANDOM,
	  "://[A-Za-z0-9._%+-]{1,60}:\\K[^\\s\"'`<>\\\\@?]{6,100}"
	  "(?=@[\\w.-]{1,100}(?::\\d{2,5})?/)" },
	{ "URL with a token", "://", REDACT_RANDOM,
	  "://\\K[A-Za-z0-9_-]{20,300}(?=(?::x-oauth-basic)?@)" },
	{ "authorization with a scheme", "authorization", REDACT_VALUE,
	  "(?i)authorization(?:" QUOTE "\\]?)?" SP "[:=,]" SP "(?:" QUOTE ")?"
	  "(?:bearer|basic|token|bot|apikey|api-key|key|negotiate|digest"
	  "|splunk|sso-key|geniekey)[ \\t]{1,4}"
	  "\\K[^\\s\"'`\\\\,;<>)}\\]]{6,6000}" },
	{ "authorization", "authorization", REDACT_TOKEN,
	  "(?i)authorization(?:" QUOTE "\\]?)?" SP "[:=]" SP "(?:" QUOTE ")?"
	  "\\K[^\\s\"'`\\\\,;<>)}\\]]{8,6000}" },
	{ "bearer token", "bearer", REDACT_TOKEN,
	  "(?i)" EDGE "bearer(?:[ \\t]|%20){1,4}"
	  "\\K[A-Za-z0-9._~+/=-]{16,6000}(?<![.])" },
	{ "set-cookie", "set-cookie", REDACT_RANDOM,
	  "(?i)set-cookie(?:" QUOTE ")?" SP "[:,]" SP "(?:" QUOTE ")?"
	  "[\\w.-]{1,80}=\\K[^\\s;\"'`\\\\]{8,4000}" },
	{ "cookie", "cookie", REDACT_RANDOM,
	  "(?i)cookies?(?:" QUOTE ")?" SP "[:=,]" SP "(?:" QUOTE ")?"
	  "\\K[\\w.-]{1,80}=[^\\s;\"'`\\\\]{6,4000}"
	  "(?:;\\s?[\\w.-]{1,80}=[^\\s;\"'`\\\\]{0,4000}){0,20}" },
	{ "curl user", "curl", REDACT_VALUE,
	  "(?i)curl\\s[^\\r\\n|;]{0,400}?(?<=\\s)(?:-u|--user|--proxy-user|-U)"
	  "[ =]?(?:" QUOTE ")?[^\\s:\"'\\\\]{1,100}:"
	  "\\K(?!\\d{1,5}(?:\\s|\\z))[^\\s\"'`\\\\]{3,200}" },
	{ "HTTPie user", "http", REDACT_VALUE,
	  EDGE "https?\\s[^\\r\\n|;]{0,200}?(?<=\\s)(?:-a|--auth)"
	  "[ =](?:" QUOTE ")?[^\\s:\"'\\\\]{1,100}:\\K[^\\s\"'`\\\\]{3,200}" },
	{ "Wi-Fi code", "WIFI:", REDACT_VALUE,
	  "WIFI:[^\\r\\n]{0,100}?(?<=[:;])P:\\K[^;\\s\"\\\\]{1,63}(?=;)" },
	{ "mysql password", "mysql mariadb", REDACT_VALUE,
	  "(?:mysql|mariadb)[\\w-]{0,12}\\s[^\\r\\n|;&]{0,200}?(?<=\\s)-p"
	  "(?:" QUOTE ")?\\K(?!\\d{1,5}(?:\\s|\\z))[^\\s\"'`\\\\]{4,100}" },
	{ "sshpass", "sshpass", REDACT_VALUE,
	  "sshpass\\s{1,4}-p\\s{0,4}(?:" QUOTE ")?\\K[^\\s\"'`\\\\]{3,100}" },
	{ "login option", "login redis-cli", REDACT_VALUE,
	  "(?:login\\s[^\\r\\n|;&]{0,200}?(?<=\\s)(?:-p|-t)"
	  "|redis-cli\\s[^\\r\\n|;&]{0,200}?(?<=\\s)-a)"
	  "\\s{1,4}(?:" QUOTE ")?\\K[^\\s\"'`\\\\-][^\\s\"'`\\\\]{5,200}" },
	{ "openssl password", "pass:", REDACT_VALUE,
	  "(?<=[\\s\"'])pass:\\K[^\\s\"'`\\\\]{4,100}" },
	{ "password from standard input", "echo printf", REDACT_VALUE,
	  "(?:echo|printf)\\s{1,4}(?:-\\w{1,3}\\s{1,4})?(?:" QUOTE ")?"
	  "\\K[^\\s\"'`\\\\|]{4,100}(?=(?:\\\\n)?(?:" QUOTE ")?\\s{0,4}\\|\\s{0,4}"
	  "(?:sudo|passwd|chpasswd|cryptsetup|gpg|su|docker login|podman login"
	  "|gh auth|kinit|openconnect|npm login|helm registry)\\b)" },
	{ "SQL password", "identified", REDACT_VALUE,
	  "(?i)identified\\s{1,4}(?:with\\s{1,4}\\S{1,40}\\s{1,4})?by\\s{1,4}"
	  "(?=\\\\{0,7}')" QUOTED },
	{ "SQL role password", "password", REDACT_VALUE,
	  "(?i)(?<=with |role |encrypted |user )password\\s{1,4}" QUOTED },

	{ "curl cookie", "curl", REDACT_RANDOM,
	  "(?i)curl\\s[^\\r\\n|;]{0,400}?(?<=\\s)(?:-b|--cookie)[ =]?"
	  "(?:" QUOTE ")?[\\w.-]{1,80}=\\K[^\\s;\"'`\\\\]{8,4000}" },

	/* By the key. */
	{ "words to remember", "passphrase mnemonic seed", REDACT_VALUE,
	  "(?i)(?:passphrase" SEP WS QUOTE "\\K(?-i:(?:[a-z]{3,12} ){3,9}"
	  "[a-z]{3,12})(?=" QUOTE ")"
	  "|(?:mnemonic|seed[ _-]?(?:phrase|words))(?:" SEP "|" IS ")" WS
	  "(?:" QUOTE ")?\\K(?-i:(?:[a-z]{3,8} ){11,23}[a-z]{3,8})" END ")" },
	{ "password in quotes", n_pass, REDACT_PASSWORD,
	  "(?i)" K_PASS SEP WS QUOTED },
	{ "password", n_pass, REDACT_PASSWORD, "(?i)" K_PASS SEP SP BARE },
	{ "password option", n_pass, REDACT_PASSWORD,
	  "(?i)" O_PASS K_PASS "(?: |=)(?|" QUOTED "|(?!-)" BARE ")" },
	{ "password in prose, in quotes", n_pass, REDACT_PASSWORD,
	  "(?i)" K_PASS IS QUOTED },
	{ "password in prose", n_pass, REDACT_PROSE,
	  "(?i)" K_PASS IS "\\K[^\\s\"'`\\\\]{5,200}(?<![.,:;)?])" },
	{ "password in an element", n_pass, REDACT_PASSWORD,
	  "(?i)" K_PASS "(?:" QUOTE ")?>\\K[^\\s<>\"\\\\]{4,200}(?=</)" },
	{ "password that is set", n_pass, REDACT_PROSE,
	  "(?i)(?<=set|[.]|set_)" K_PASS "\\(" QUOTED },
	{ "short for password", "pass: pw:", REDACT_PROSE,
	  "(?<![A-Za-z0-9])(?:pass|pw):" SP "\\K[^\\s\"'`\\\\_./]{6,200}"
	  "(?<![,;:)?])(?=[\\s,;)\\\\]|\\z)" },
	{ "password of a login", "login( log_in( signin( sign_in( authenticate( "
	  "basic_auth( basicauth( credentials( credential( auth=(",
	  REDACT_PASSWORD,
	  "(?i)(?:log_?in|sign_?in|authenticate|basic_?auth|credentials?|auth=)"
	  "\\(" WS QUOTE "[^\"'`\\\\\\r\\n]{1,80}" QUOTE WS "," WS QUOTED },
	{ "password, then a space", "PASS PWD SECRET", REDACT_RANDOM,
	  "(?:(?<=[A-Z]_)PASS(?:WORD)?|(?<=[A-Z]_)PWD|SECRET)[A-Z_]{0,20}"
	  " \\K[^\\s\"'`\\\\=(]{6,300}" },
	{ "constant", "PASSWORD _PASS SECRET TOKEN _KEY", REDACT_RANDOM,
	  "(?:PASSWORD|_PASS|SECRET|TOKEN|_KEY)[A-Z_]{0,20}" QUOTE "\\s{0,4},"
	  "\\s{0,4}(?!" QUOTE "[A-Z0-9_]{1,60}" QUOTE ")" QUOTED },
	{ "secret, then a space", "secret token _KEY", REDACT_RANDOM,
	  "(?i)(?:secret|token|(?-i:_KEY))" TAIL " "
	  "\\K(?=\\S{0,200}(?-i:[A-Z]))[A-Za-z0-9_+/=-]{20,300}(?=\\s|\\z|\\\\)" },
	{ "token in quotes", n_token, REDACT_TOKEN,
	  "(?i)" K_TOKEN SEP WS QUOTED },
	{ "token", n_token, REDACT_TOKEN, "(?i)" K_TOKEN SEP SP BARE },
	{ "token option", n_token, REDACT_TOKEN,
	  "(?i)" O_TOKEN K_TOKEN
	  "(?: |=)(?|" QUOTED "|(?!-)" BARE ")" },
	{ "token in prose", n_token, REDACT_RANDOM,
	  "(?i)" K_TOKEN IS "(?:" QUOTE ")?"
	  "\\K[A-Za-z0-9._~+/=-]{16,2000}(?<![.])" },
	{ "key in the environment", "_KEY", REDACT_RANDOM,
	  "(?<=[A-Z0-9])(?<!PUBLIC)(?<!PRIMARY)(?<!CACHE)_KEY" SP "[=:]" SP
	  "(?:" QUOTE ")?\\K[A-Za-z0-9._~+/=-]{16,2000}" },
};

const char *const	redact_far[] = {
	"curl user", "curl cookie", "HTTPie user", "mysql password",
	"login option", "token in prose", NULL
};

/* What may follow the key in one of the rules behind a gate. */
#define FOLLOW	"(?=[\\s\"'`\\\\:=!,>(fota\xe3\x81\xaf\xe6\x98\xaf\xef\xbc\x9a])" \
		"(?:" QUOTE "|" SP "[:=!,]|[>(]|" WS1 WS "(?:" QUOTE ")?value" \
		"| (?:key|token|value|-)|" SP "(?:for|of|to|on|at)\\s" \
		"|\\s{1,3}(?:is|was|ist|est|es|should be|set to)" \
		"|\\s{0,2}(?:\xe3\x81\xaf|\xe6\x98\xaf|\xef\xbc\x9a))"

const struct redact_gate redact_gates[] = {
	{ n_pass, "(?i)(?:" K_PASS FOLLOW "|" O_PASS K_PASS " )" },
	{ n_token, "(?i)(?:" K_TOKEN FOLLOW "|" O_TOKEN K_TOKEN " )" },
};

const size_t	redact_ngates = sizeof(redact_gates) / sizeof(redact_gates[0]);

const size_t	redact_nrules = sizeof(redact_rules) / sizeof(redact_rules[0]);

const struct redact_key redact_keys[] = {
	{ REDACT_PASSWORD, "(?i)" K_PASS "\\z" },
	{ REDACT_PASSWORD, "(?i)\\Apass\\z" },
	{ REDACT_TOKEN, "(?i)" K_TOKEN "\\z" },
	{ REDACT_TOKEN, "(?i)\\A_?auth\\z" },
};

const size_t	redact_nkeys = sizeof(redact_keys) / sizeof(redact_keys[0]);
