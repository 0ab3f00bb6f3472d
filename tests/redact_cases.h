#ifndef REDACT_CASES_H
#define REDACT_CASES_H

/*
 * Secrets that must go and look-alikes that must stay.  No secret here is
 * real, and none stands here in one piece: J joins at run time, so that no
 * scanner takes this file for a leak.  What lies between B and E is to be
 * replaced.
 */
#define J	"\001"
#define B	"\002"
#define E	"\003"

/* Characters as generators make them, by kind and length. */
#define HEX16	"0f3a9c" J "5be17d" J "2846"
#define HEX32	HEX16 "b7e4" J "0d91c8" J "fa635e"
#define HEX64	HEX32 HEX32
#define MIX10	"aB3x" J "Q9zL7w"
#define MIX20	MIX10 "Kd84" J "RtYm2p"
#define MIX40	MIX20 "Vn6C" J "hJ1sE0" "g5Ta" J "WuX8fO"
#define UPP16	"Q7ZL" J "4K8M2R" J "TW6PXB"

struct redact_case {
	const char	*kind;
	const char	*text;
};

static const struct redact_case	secrets[] = {
	{ "OpenAI", "use " B "sk" J "-" MIX40 E " here" },
	{ "OpenAI letters", B "sk" J "-abcdefghij" J "klmnopqrstuv" E },
	{ "OpenAI project", "OPENAI=" B "sk" J "-proj-" MIX20 "_" MIX10 "-x" E },
	{ "Anthropic", "key " B "sk" J "-ant-api03-" MIX40 "-" MIX10 "AA" E },
	{ "OpenRouter", B "sk" J "-or-v1-" HEX64 E },
	{ "amid a word", "mask" J "x" B "sk" J "-" MIX20 E },
	{ "AWS key id", "id " B "AK" J "IA" UPP16 E "." },
	{ "AWS session key id", "(" B "AS" J "IA" UPP16 E ")" },
	{ "AWS secret", "AWS_SECRET_ACCESS_KEY=" B MIX20 "/" MIX10 "+" MIX10
	  E "\n" },
	{ "AWS credentials file", "[default]\naws_secret_access_key = " B
	  MIX20 "/" MIX10 "+" MIX10 E "\nregion = eu-west-1" },
	{ "AWS JSON", "{\"SecretAccessKey\": \"" B MIX40 E
	  "\",\"SessionToken\":\"" B MIX40 MIX40 "==" E "\"}" },
	{ "GitHub", "remote " B "gh" J "p_" MIX20 MIX10 "abcdef" E " end" },
	{ "GitHub, amid a word", "x1y2z3" B "gh" J "p_" MIX20 MIX10 "abcdef" E "\"" },
	{ "GitHub app", B "gh" J "s_" MIX20 MIX10 "abcdef" E },
	{ "GitHub refresh", B "gh" J "r_" MIX20 MIX10 "abcdef" E },
	{ "GitHub fine-grained", B "github" J "_pat_11" UPP16 "_" MIX40 E },
	{ "GitLab", "PRIVATE-TOKEN: " B "glp" J "at-" MIX20 E },
	{ "GitLab deploy", B "gld" J "t-" MIX20 E },
	{ "npm", "//registry.npmjs.org/:_authToken=" B "np" J "m_" MIX20
	  MIX10 "abcdef" E },
	{ "Google API key", "&key=" B "AI" J "za" MIX20 MIX10 "_abcd" E },
	{ "Google OAuth", B "ya" J "29.a0" MIX40 E },
	{ "Google client secret", B "GOC" J "SPX-" MIX20 "abcdefgh" E },
	{ "Slack bot", B "xo" J "xb-123456789012-" MIX20 E },
	{ "Slack user", B "xo" J "xp-123456789012-" MIX20 E },
	{ "Slack app", B "xa" J "pp-1-A0" MIX10 "-" HEX32 E },
	{ "Slack webhook", "https://hooks.slack.com/services/" B "T0" MIX10
	  "/B0" MIX10 "/" MIX20 E },
	{ "Discord webhook", "https://discord.com/api/webhooks/"
	  "123456789012345678/" B MIX40 MIX20 "abc" E },
	{ "Discord bot", B "MT" J "E4" MIX20 ".GaB3xQ."
	  MIX20 MIX10 E },
	{ "JWT", "jwt " B "ey" J "JhbGciOiJIUzI1NiJ9.ey" J "JzdWIiOiIxMjM0In0."
	  MIX40 E " ok" },
	{ "Stripe", B "sk" J "_live_" MIX20 "abcd" E },
	{ "Stripe restricted", B "rk" J "_test_" MIX20 "abcd" E },
	{ "Stripe webhook", B "whs" J "ec_" MIX20 MIX10 E },
	{ "SendGrid", B "S" J "G." MIX20 "ab." MIX40 "abc" E },
	{ "Twilio", B "S" J "K" HEX32 E },
	{ "PyPI", B "py" J "pi-AgEIcHlwaS5vcmc" MIX40 E },
	{ "Telegram", "123456789:" B "A" J "A" MIX20 MIX10 "abc" E },
	{ "age", B "AGE-SEC" J "RET-KEY-1" UPP16 UPP16 UPP16 "QPZRY9X8GF" E },
	{ "Azure storage", "DefaultEndpointsProtocol=https;AccountName=x;"
	  "AccountKey=" B MIX40 MIX40 "abcdef==" E ";EndpointSuffix=y" },
	{ "Azure signature", "https://x.blob.core.windows.net/c?sv=2022&sig="
	  B MIX40 "abc%3D" E "&se=2030" },
	{ "Azure client secret", "is " B "abc8" J "Q~" MIX20 MIX10 "abcd" E },
	{ "Azure key", "is " B MIX40 MIX10 "ab" "JQQ" J "J99BCACYeBjFXJ3w3AAAB"
	  "ACOGabcd" E " ok" },
	{ "Terraform", "is " B MIX10 "abcd" ".atla" J "sv1." MIX40 MIX20 "abcdefg"
	  E " ok" },
	{ "Terraform twice", B MIX10 "abcd" ".atla" J "sv1." MIX40 MIX20 "abcdefg"
	  E B "." "atla" J "sv1." MIX40 MIX20 "abcdefg" E },
	{ "Azure bus", "SharedAccessKey=" B MIX40 "abc=" E },
	{ "Hugging Face", B "h" J "f_" MIX20 MIX10 "abcd" E },
	{ "DigitalOcean", B "do" J "p_v1_" HEX64 E },
	{ "Shopify", B "shp" J "at_" HEX32 E },
	{ "Databricks", B "da" J "pi" HEX32 E },
	{ "Notion", B "nt" J "n_" MIX40 "abcd" E },
	{ "Vault", "VAULT " B "hv" J "s." MIX20 "abcd1234" E },
	{ "Grafana", B "gl" J "sa_" MIX20 "abcdABCD1234_" HEX16 E },
	{ "Docker Hub", B "dckr_" J "pat_" MIX20 "abcdefg" E },
	{ "Supabase", B "sb" J "p_" HEX32 "01234567" E },
	{ "Groq", B "gs" J "k_" MIX40 "abcdefghijkl" E },
	{ "xAI", B "xa" J "i-" MIX40 MIX40 E },
	{ "Fly", B "Fly" J "V1 fm2_" MIX40 "," "fm2_" MIX40 E },
	{ "RubyGems", B "ruby" J "gems_" HEX32 HEX16 E },
	{ "Atlassian", B "ATA" J "TT3xFfGF0" MIX40 MIX20 "=" HEX16 E },
	{ "private key", "a\n" B "-----BEGIN RSA " J "PRIVATE KEY-----\n" MIX40
	  "\n" MIX40 "==\n-----END RSA PRIVATE KEY-----" E "\nb" },
	{ "OpenSSH key", B "-----BEGIN OPENSSH " J "PRIVATE KEY-----\n" MIX40
	  "\n-----END OPENSSH PRIVATE KEY-----" E },
	{ "PGP key", B "-----BEGIN PGP " J "PRIVATE KEY BLOCK-----\n\n" MIX40
	  "\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----" E },
	{ "private key in code", "k = (\"" B "-----BEGIN EC " J
	  "PRIVATE KEY-----\\n\"\n\"" MIX40 "\\n\"\n\"-----END EC PRIVATE KEY-----"
	  E "\")" },
	{ "service account", "{\"private_key\": \"" B "-----BEGIN " J
	  "PRIVATE KEY-----\\n" MIX40 "\\n-----END PRIVATE KEY-----" E
	  "\\n\", \"client_id\": \"1\"}" },
	{ "postgres", "postgres://app:" B "s3" J "cr3t" E "@db:5432/x" },
	{ "mongodb", "mongodb+srv://u:" B "p%40" J "ssw0rd" E "@c0.example.net" },
	{ "redis", "redis://:" B "hun" J "ter2" E "@127.0.0.1:6379/0" },
	{ "at sign in it", "mysql://root:" B "p@ss" J "w0rd" E "@localhost/db" },
	{ "slash in it", "amqp://svc:" B "ab/" J "c9d/xy" E "@mq.local:5672/v" },
	{ "basic in URL", "https://bob:" B "letm" J "ein1" E "@example.com/x" },
	{ "token in URL", "git clone https://" B HEX32 "01234567" E
	  "@git.example.com/x.git" },
	{ "bearer", "Authorization: Bearer " B MIX20 E },
	{ "bearer alone", "bearer  " B MIX10 "." MIX10 E " x" },
	{ "basic", "-H 'Authorization: Basic " B "dXNlcjpw" J "YXNz" E "'" },
	{ "token scheme", "authorization: token " B HEX32 "01234567" E },
	{ "header object", "{'Authorization': 'Bearer " B MIX20 E "'}" },
	{ "x-api-key", "X-Api-Key: " B MIX20 E "\r\n" },
	{ "cookie", "Cookie: " B "session=" MIX20 "; theme=dark" E "\r\n" },
	{ "set-cookie", "Set-Cookie: sid=" B MIX20 E "; Path=/; HttpOnly" },
	{ "curl user", "curl -sS -u admin:" B "s3cr" J "3tpw" E
	  " https://x.example/" },
	{ "mysql", "mysql -h db -u root -p" B "S3cr" J "et!" E " app" },
	{ "sshpass", "sshpass -p '" B "hunt" J "er2" E "' ssh a@b" },
	{ "redis-cli", "redis-cli -h r -a " B "hunt" J "er2x" E " ping" },
	{ "docker login", "docker login -u me -p " B "hunt" J "er2x" E " reg" },
	{ "sudo -S", "echo '" B "Tr0ub4" J "dor" E "' | sudo -S true" },
	{ "openssl", "openssl rsa -passin pass:" B "Tr0ub4" J "dor" E " -in k" },
	{ "SQL", "CREATE USER 'a'@'%' IDENTIFIED BY '" B "s3cr" J "etpw" E "';" },
	{ "SQL role", "ALTER ROLE app WITH PASSWORD '" B "s3cr" J "etpw" E "'" },
	{ "netrc", "machine api.example.com\n  login bob\n  password " B
	  "hunt" J "er2" E "\n" },
	{ "netrc line", "machine h login bob password " B "hunt" J "er2" E },
	{ "pgpass", "db.example.com:5432:app:bob:" B "hunt" J "er2" E "\n" },
	{ "docker auth", "{\"auths\":{\"r.example\":{\"auth\":\"" B
	  "Ym9iOmh1" J "bnRlcjI=" E "\"}}}" },
	{ "shadow", "bob:" B "$6$rounds=5000$" J MIX10 "$" MIX40 MIX40 E
	  ":19000:0" },
	{ "env", "DB_PASSWORD=" B "hunt" J "er2" E "\n" },
	{ "env word", "DB_PASS=" B "correct" J "horse" E "\n" },
	{ "env token", "MY_API_TOKEN=" B MIX20 E " make" },
	{ "env key", "ENCRYPTION_KEY=" B HEX32 E "\n" },
	{ "export", "export PGPASSWORD='" B "hunt" J "er2" E "'" },
	{ "line token", "token: " B MIX20 E "\n" },
	{ "line secret", "secret=" B "topsec" J "ret99" E "\n" },
	{ "yaml word", "db:\n  password: " B "correcthorse" J "battery" E "\n" },
	{ "quoted key", "{\"token\": \"" B MIX20 E "\", \"n\": 1}" },
	{ "single quotes", "{'api_key': '" B MIX20 E "'}" },
	{ "camel case", "dbPassword: \"" B "hunt" J "er2" E "\"" },
	{ "client secret", "client_secret = \"" B MIX20 E "\"" },
	{ "Django", "SECRET_KEY = '" B "django-insecure-" MIX20 "$#" E "'" },
	{ "Rails", "SECRET_KEY_BASE=" B HEX64 E },
	{ "Go", "password := \"" B "hunt" J "er2" E "\"" },
	{ "PHP", "'password' => '" B "hunt" J "er2" E "'," },
	{ "typed Python", "password: str = \"" B "hunt" J "er2" E "\"" },
	{ "subscript", "config[\"password\"] = \"" B "hunt" J "er2" E "\"" },
	{ "keyword argument", "connect(user=u, password='" B "hunt" J "er2" E
	  "')" },
	{ "ADO", "Server=x;User Id=sa;Password=" B "hunt" J "er2" E ";E=1" },
	{ "quote inside", "{\"password\": \"" B "ab\\\"cd" J "12" E "\"}" },
	{ "semicolon inside", "PASSWORD=" B "a;b" J "c12d" E "\n" },
	{ "option", "tool --password " B "hunt" J "er2" E " --fast" },
	{ "option =", "tool --api-key=" B MIX20 E " run" },
	{ "query", "GET /x?access_token=" B MIX20 E "&page=2" },
	{ "Kubernetes", "- name: DB_PASSWORD\n  value: " B "hunt" J "er2" E "\n" },
	{ "HTML", "<input name=\"password\" value=\"" B "hunt" J "er2" E "\">" },
	{ "passphrase", "passphrase: \"" B "correct horse " J "battery staple"
	  E "\"" },
	{ "mnemonic", "seed phrase: " B "legal winner thank year wave sausage "
	  J "worth useful legal winner thank yellow" E "\n" },
	{ "prose", "The password is " B "hunt" J "er2" E ", use it." },
	{ "prose, quoted", "the password is \"" B "swordfish" J "es" E "\"" },
	{ "prose, for", "Password for the admin account: " B "S3cr" J "et!" E
	  "\n" },
	{ "prose, digits", "Passwort ist " B "8675" J "309" E },
	{ "prose, Japanese", "パスワードは " B "hunt" J "er2" E " です" },
	{ "prose, token", "the API token is " B MIX20 E "." },
	{ "prose, French", "mot de passe : " B "Somm" J "er2024" E "\n" },
	{ "prose, Chinese", "密码是 " B "hunt" J "er2" E "\n" },
	{ "prose, secret key", "the secret key is " B MIX20 E " ok" },
	{ "prose, dash", "API key - " B MIX20 E " ok" },
	{ "prose, short", "user: bob / pass: " B "hunt" J "er2!" E "\n" },
	{ "Dockerfile", "ENV DB_PASSWORD " B "hunt" J "er2x" E "\n" },
	{ "aws configure", "aws configure set aws_secret_access_key " B MIX40 E
	  "\n" },
	{ "PHP constant", "define('DB_PASSWORD', '" B "hunt" J "er2" E "');" },
	{ "XML", "<password>" B "hunt" J "er2" E "</password>" },
	{ "XML property", "<property name=\"password\">" B "hunt" J "er2" E
	  "</property>" },
	{ "setter", "c.setPassword(\"" B "hunt" J "er2" E "\")" },
	{ "curl cookie", "curl -b 'sid=" B MIX20 E "' https://x.example" },
	{ "curl user, joined", "curl -uadmin:" B "s3cr" J "3tpw" E " x.example" },
	{ "HTTPie", "http -a bob:" B "hunt" J "er2" E " GET x.example/y" },
	{ "one letter", "ftp://bob:" B "x" E "@example.com/x" },
	{ "Wi-Fi code", "WIFI:T:WPA;S:home;P:" B "hunt" J "er22" E ";;" },
	{ "number", "{\"password\": " B "8675" J "309" E "}" },
	{ "Wi-Fi", "psk=\"" B "hunt" J "er22" E "\"" },
	{ "login", "client.login(\"bob\", \"" B "hunt" J "er2" E "\")" },
	{ "login, a word", "client.login('bob@example.com','" B "sword" J "fish" E
	  "')" },
	{ "requests", "requests.get(url, auth=('bob', '" B "hunt" J "er2" E
	  "'))" },
	{ "basic auth", "req.HTTPBasicAuth(\"bob\",\n  \"" B "corr" J "ect-h0rse"
	  E "\")" },
	{ "credentials", "new NetworkCredential(\"bob\", \"" B "S3cr" J "et!" E
	  "\")" },
	/* Broken over lines. */
	{ "full line", "remote: https://git.example.com/team/project asks for "
	  B "gh" J "p_" MIX10 "\n" MIX20 "abcd3f" E " end" },
	{ "full line, then more", "the answer of the server to that request w"
	  "as: token " B "gh" J "p_" MIX20 MIX10 "\r\n" "abcDEF12" E "\n" },
	{ "JWT at 64", B "ey" J "JhbGciOiJIUzI1NiJ9.ey" J "JzdWIiOiIxMjM0In0.a1"
	  MIX20 "\n" MIX40 MIX20 "Ab3d" "\n" MIX40 MIX20 "Ab3d" "\nq7" MIX10
	  E "\n" },
	{ "indented", "    " B "sk" J "-proj-" MIX40 MIX10 "ab" "\n    " MIX40
	  MIX20 "\n    T3" MIX10 E "\nok" },
	{ "backslash", "export KEY=" B "sk" J "-ant-api03-" MIX10 "\\\n" MIX40
	  E "\n" },
	{ "two strings", "k = (\"" B "gh" J "p_" MIX10 "\"\n     \"" MIX20
	  "abcdef" E "\")" },
	{ "sum of strings", "const k = '" B "AI" J "za" MIX10 "' +\n\t'" MIX20
	  "abcde" E "';" },
	{ "strings in C", "\"" B "xo" J "xb-12345\" \\\n\"6789012-" MIX20 E
	  "\"" },
	{ "by its key", "SERVICE_API_TOKEN=" B MIX40 MIX10 "\n" MIX10 "x1" E
	  "\n" },
	{ "a word follows", "cat >.env <<EOF\nOPENAI_API_KEY=" B "sk" J "-proj-"
	  MIX40 MIX20 E "\nEOF\n" },
	{ "a key follows", "GITHUB_TOKEN_OF_THE_BUILD_SERVER=" B "gh" J "p_" MIX20
	  MIX10 "abcdef" E "\nDB_HOST1=localhost\n" },
	{ "a hash follows", "GITHUB_TOKEN_OF_THE_BUILD_SERVER=" B "gh" J "p_"
	  MIX20 MIX10 "abcdef" E "\n3f786850e387550fdab836ed7e6dc881de23001b\n" },
	{ "a command follows", "export GITHUB_TOKEN_OF_THE_SERVER=" B "gh" J "p_"
	  MIX20 MIX10 "abcdef" E "\nexport MODE=x2\n" },
	{ "a file follows", "export GITHUB_TOKEN_OF_THE_SERVER=" B "gh" J "p_"
	  MIX20 MIX10 "abcdef" E "\nmain_v2.c\n" },
	{ "another string follows", "[\"" B "gh" J "p_" MIX20 MIX10 "abcdef" E
	  "\",\n \"abcDEF123456\"]" },
	{ "its line is short", "token: " B "gh" J "p_" MIX20 E "\nabcDEF123456\n" },
	{ "colour", "\033[32m" B "gh" J "p_" MIX20 MIX10 "abcdef" E "\033[0m" },
};

static const struct redact_case	lookalikes[] = {
	{ "git hash", "commit 3f786850e387550fdab836ed7e6dc881de23001b" },
	{ "short hash", "abc1234..def5678 main -> origin/main" },
	{ "UUID", "thread 01a20488-cc67-7b70-95c9-f13652ba7716" },
	{ "integrity", "\"integrity\": \"sha512-oV5b0nsu1eUT8C1ZAA8SMeLAdGeyEw"
	  "KA5TTeVFAbJk0Xy1oLhfK5aQKfGNjYfXkIhd3yXXwJ3GFhhmgxnJDD5Q==\"" },
	{ "lock file", "resolved \"https://registry.yarnpkg.com/left-pad/-/"
	  "left-pad-1.3.0.tgz#5b8a3a7765dfe001261dec915589e782f8c94d1e\"" },
	{ "Cargo checksum", "checksum = \"b4f34a6d8a0f2d7d9a3f2d9a4cc2e3ad5c8b"
	  "d3a2f1e0c7b6a5948372615f4e3d\"" },
	{ "image", "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAA"
	  "AAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==" },
	{ "certificate", "-----BEGIN CERTIFICATE-----\nMIIBIjANBgkqhkiG9w0BAQEF"
	  "AAOCAQ8A\n-----END CERTIFICATE-----" },
	{ "public key", "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAA"
	  "OCAQ8A\n-----END PUBLIC KEY-----" },
	{ "ssh public key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB3d8x9Zq me" },
	{ "word", "reset your password in the settings" },
	{ "label", "Password: " },
	{ "prose", "the password is required and must be set" },
	{ "prose length", "The password is 12 characters long." },
	{ "prose hash", "the password is hashed with bcrypt" },
	{ "prose range", "password is 8-20 characters" },
	{ "validation", "{\"password\": \"This field is required.\"}" },
	{ "message", "{\"password\":\"must be at least 8 characters long\"}" },
	{ "placeholder", "api_key: <your key>" },
	{ "placeholder 2", "API_KEY=your_api_key_here" },
	{ "placeholder 3", "OPENAI_API_KEY=sk-..." },
	{ "placeholder 4", "token = \"xxxxxxxxxxxxxxxx\"" },
	{ "placeholder 5", "password=********" },
	{ "placeholder 6", "TOKEN=<TOKEN>" },
	{ "placeholder 7", "password: changeme" },
	{ "template", "password: \"{{ db_password }}\"" },
	{ "variable", "PASSWORD=${DB_PASSWORD}" },
	{ "variable 2", "curl -H \"Authorization: Bearer $GITHUB_TOKEN\"" },
	{ "variable 3", "curl -u \"$USER:$PASSWORD\" https://example.com" },
	{ "variable in URL", "postgres://app:${DB_PASSWORD}@db/app" },
	{ "command", "TOKEN=$(gh auth token)" },
	{ "GitHub secret", "token: ${{ secrets.GITHUB_TOKEN }}" },
	{ "getenv", "token = getenv(\"TOKEN\");" },
	{ "os.environ", "api_key=os.environ[\"OPENAI_API_KEY\"]" },
	{ "process.env", "secret: process.env.CLIENT_SECRET," },
	{ "call", "const token = await getAccessToken();" },
	{ "attribute", "password = self.config.password" },
	{ "argument", "connect(user=user, password=password)" },
	{ "argument 2", "client = Client(token=auth_token)" },
	{ "TypeScript", "interface A { token: string; password?: string }" },
	{ "TypeScript 2", "  token: string;\n  accessToken: AccessToken;\n" },
	{ "Python type", "def login(user: str, password: str) -> None:" },
	{ "Rust type", "pub struct A { token: Option<String>, secret: Vec<u8> }" },
	{ "Go type", "type A struct { Password string `json:\"password\"` }" },
	{ "SQL type", "password VARCHAR(255) NOT NULL" },
	{ "schema", "{\"password\": {\"type\": \"string\"}}" },
	{ "schema 2", "\"token\": \"string\"" },
	{ "null", "{\"token\": null, \"password\": false}" },
	{ "empty", "{\"password\": \"\", \"token\": \"\"}" },
	{ "max_tokens", "max_tokens=4096 max_token: 128000" },
	{ "usage", "{\"input_tokens\": 123456789012, \"total_tokens\": 5}" },
	{ "lexer", "token = tokens[i]" },
	{ "lexer 2", "unexpected token: identifier" },
	{ "lexer 3", "{\"token\": \"KEYWORD\", \"text\": \"if\"}" },
	{ "keyboard", "the keyboard-token words: tokenizer, secretary, passwd" },
	{ "special token", "eos_token: \"</s>\", bos_token=\"<|begin|>\"" },
	{ "primary key", "primary_key = \"user_account_identifier_2\"" },
	{ "cache key", "cache-key: node-modules-v2-linux-x64-abcdef123456" },
	{ "public key name", "STRIPE_PUBLIC_KEY=pk_test_abcdef" },
	{ "path", "PASSWORD_FILE=/run/secrets/db" },
	{ "path 2", "secret: /run/secrets/db_password" },
	{ "PWD", "PWD=/home/me/src/project2" },
	{ "URL", "token_url: https://auth.example.com/oauth/token" },
	{ "port", "http://localhost:8080/path?email=a@b.example" },
	{ "words of a netrc", "machine, login, me password\napplies_to: x" },
	{ "words of a header", "curl, authorization, bearer\napplies_to: cwd" },
	{ "mark as a name", "REDACTED_SECRET: config/x [REDACTED_SECRET], y" },
	{ "http -a", "http -all the time -a note: none; WIFI:P: see 8Q~ JQQJ99" },
	{ "git over ssh", "git@github.com:owner/repository.git" },
	{ "ssh URL", "ssh://git@github.com:22/owner/repository.git" },
	{ "scp", "rsync -av host:/srv/data user@host2:/srv" },
	{ "user id", "docker run -u 1000:1000 alpine" },
	{ "CSS", "<div class=\"sk-circle-fade-dot-wrapper sk-bounce\">" },
	{ "hyphens", "task-management-system-integration, risk-assessment-x" },
	{ "slug", "the desk-organisation-and-planning-guide" },
	{ "basic", "basic authentication and bearer authentication" },
	{ "bearer", "Bearer authorization-code-flow" },
	{ "cookie", "clear cookies and set the cookie: session=${sid}" },
	{ "test output", "PASS: test_login_2 (0.01s)\npass: 12, fail: 0" },
	{ "JSX", "<input type=\"password\" placeholder=\"Password\" />" },
	{ "translation", "\"password\": \"Password\", \"token\": \"Token\"" },
	{ "comparison", "if (token == TOKEN_STRING) return;" },
	{ "prompt", "password = input(\"Password: \") + read(\"x\")" },
	{ "format", "\"password=%s token=%d\"" },
	{ "base64 amid", "AAAAkey9AIza//akia+eyJhbGci/ghp+xoxb" },
	{ "date", "token expires: 2026-11-23T11:25:00Z" },
	{ "mark", "password=[REDACTED_SECRET]" },
	{ "version", "secret-manager: 1.2.3" },
	{ "identified", "the error identified by \"ERR_INVALID_STATE_2\"" },
	{ "camel case", "'Authorization', 'AuthorizationAppleIDButton'" },
	{ "list of names", "[\"DB_PASSWORD\", \"DB_HOST1\", \"API_KEY\"]" },
	{ "credentials", "fetch(url, { credentials: 'include' })" },
	{ "hash behind a word", "token 3f786850e387550fdab836ed7e6dc881de23001b" },
	{ "XML names", "<token>identifier</token> <secret>${x}</secret>" },
	{ "login of a variable", "login(\"bob\", password) login(user, \"x\")" },
	{ "login of placeholders", "login(\"username\", \"password\")" },
	{ "class at the end of a line", "the spinner of the page has until now "
	  "had the class sk-\nfading-circle-2-wrapper" },
	{ "strings side by side", "\"sk-\" \"fading-circle\"\n\"npm_\"\n\"conf"
	  "ig_loglevel\"" },
	{ "prefix at the end of a line", "tokens of that service can be told by"
	  " what they begin with: ghp_\nand then 36 letters and digits" },
	{ "lone header", "START = b\"-----BEGIN OPENSSH PRIVATE KEY-----\"" },
};

#endif
