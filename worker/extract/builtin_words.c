#include <stddef.h>

#include "builtin_words.h"

const struct cue words_standing[] = {
	/* en */
	{ "always", CLAUSE }, { "never", CLAUSE },
	{ "from now on", ANYWHERE }, { "in future", CLAUSE },
	{ "in the future", CLAUSE }, { "going forward", CLAUSE },
	{ "remember", CLAUSE }, { "every time", CLAUSE },
	{ "each time you", CLAUSE },
	{ "by default,", CLAUSE }, { "i prefer", ANYWHERE },
	{ "we prefer", ANYWHERE }, { "i'd prefer", ANYWHERE },
	{ "prefer", CLAUSE }, { "i like", CLAUSE }, { "i use", CLAUSE },
	{ "i write", CLAUSE }, { "don't ever", CLAUSE },
	{ "do not ever", CLAUSE }, { "as a rule", CLAUSE },
	{ "all our", CLAUSE }, { "i'd rather", CLAUSE },
	{ "i would rather", CLAUSE }, { "make it a habit", ANYWHERE },
	{ "whenever you", CLAUSE }, { "keep in mind", CLAUSE },
	{ "for future reference", ANYWHERE },
	{ "note for the future", ANYWHERE },
	{ "next time", CLAUSE }, { "our convention", CLAUSE },
	{ "the convention", SCOPED }, { "my preference", CLAUSE },
	{ "we use", SCOPED }, { "we write", SCOPED }, { "we keep", SCOPED },
	{ "we don't", SCOPED }, { "stick to", SCOPED },
	/* de */
	{ "künftig", ANYWHERE }, { "ab jetzt", ANYWHERE },
	{ "in zukunft", ANYWHERE }, { "immer", CLAUSE }, { "nie", CLAUSE },
	{ "niemals", CLAUSE }, { "grundsätzlich", CLAUSE },
	{ "standardmäßig", CLAUSE }, { "merk dir", ANYWHERE },
	{ "denk daran", ANYWHERE }, { "ich bevorzuge", ANYWHERE },
	{ "nächstes mal", ANYWHERE }, { "beim nächsten mal", ANYWHERE },
	{ "wir verwenden", SCOPED }, { "wir nutzen", SCOPED },
	{ "wir schreiben", SCOPED }, { "ich schreibe", CLAUSE },
	{ "ich verwende", CLAUSE },
	/* fr */
	{ "désormais", ANYWHERE }, { "dorénavant", ANYWHERE },
	{ "à partir de maintenant", ANYWHERE },
	{ "à l'avenir", ANYWHERE }, { "toujours", CLAUSE },
	{ "ne jamais", ANYWHERE }, { "jamais", CLAUSE },
	{ "par défaut", CLAUSE }, { "souviens-toi", ANYWHERE },
	{ "rappelle-toi", ANYWHERE }, { "je préfère", ANYWHERE },
	{ "la prochaine fois", ANYWHERE }, { "nous utilisons", SCOPED },
	/* es */
	{ "a partir de ahora", ANYWHERE }, { "de ahora en adelante", ANYWHERE },
	{ "en el futuro", ANYWHERE }, { "siempre", CLAUSE },
	{ "nunca", CLAUSE }, { "recuerda", CLAUSE },
	{ "por defecto", CLAUSE }, { "prefiero", ANYWHERE },
	{ "la próxima vez", ANYWHERE }, { "usamos", SCOPED },
	/* pt */
	{ "a partir de agora", ANYWHERE }, { "de agora em diante", ANYWHERE },
	{ "no futuro", CLAUSE }, { "sempre", CLAUSE },
	{ "por padrão", CLAUSE }, { "lembre-se", ANYWHERE },
	{ "prefiro", ANYWHERE }, { "da próxima vez", ANYWHERE },
	/* ja */
	{ "次回から", ANYWHERE },
	{ "今後", ANYWHERE },
	{ "これからは",
	    ANYWHERE },
	{ "常に", ANYWHERE },
	{ "いつも", ANYWHERE },
	{ "必ず", ANYWHERE },
	{ "決して", ANYWHERE },
	{ "絶対に", ANYWHERE },
	{ "毎回", ANYWHERE },
	{ "覚えて", ANYWHERE },
	/* zh */
	{ "以后", ANYWHERE }, { "下次", ANYWHERE },
	{ "以後", ANYWHERE },
	{ "總是", ANYWHERE },
	{ "記住", ANYWHERE },
	{ "今后", ANYWHERE },
	{ "总是", ANYWHERE },
	{ "始终", ANYWHERE },
	{ "永远", ANYWHERE },
	{ "记住", ANYWHERE },
	{ "每次", ANYWHERE },
	{ "务必", ANYWHERE },
	/* ru */
	{ "в следующий раз", ANYWHERE },
	{ "всегда",
	    ANYWHERE },
	{ "никогда",
	    ANYWHERE },
	{ "впредь",
	    ANYWHERE },
	{ "запомни",
	    ANYWHERE },
	/* ko */
	{ "다음부터", ANYWHERE }, { "항상", ANYWHERE },
	{ "앞으로", ANYWHERE },
	{ "절대", ANYWHERE },
	{ "기억해", ANYWHERE },
	{ NULL, ANYWHERE }
};

/* Words that let a rule follow: "you should never", "please always". */
const char *const words_leads[] = { "i", "we", "you", "please", "and", "but",
	"so", "then", "for", "should", "must", "will", "to", "also", "thanks",
	"good",
	"ok", "okay", "here", "bitte", "du", "wir", "ich", "und", "soll",
	"sollst", "nutze", "verwende", "schreibe", "benutze", "mach", "utilise",
	"utilisez", "il faut", "et", "on", "usa", "usar", "use", "y", "e",
	"por favor", "ne", "merci", "n'utilise", "hay que", NULL };

/* Behind these it depends on who does it: "tests must never", "it must". */
const char *const words_modals[] = { "should", "must", "will", "soll",
	NULL };

/* One thing of the request at hand. */
const char *const words_things[] = { "it", "the", "this", "that", "a", "an",
	"these", "those", "they", "es", "er", "sie", "der", "die", "das",
	"dieser", "diese", "dieses", "ein", "eine", NULL };

/* Imperatives of how things are done: "use tabs always", "nimm immer". */
const char *const words_habits[] = { "use", "write", "keep", "put", "name",
	"answer", "reply", "format", "prefix", "run the", "run all", "indent",
	"verwende", "benutze", "nutze", "nimm", "schreib", "schreibe",
	"antworte", "formatiere", "benenne", "halte", "setze", "utilise",
	"utilisez", "écris", "écrivez", "réponds", "répondez", "usa", "use",
	"escribe", "responde", "escreva", "responda", "ne", "n'*", "no",
	"não", "we use", "we write", "we keep", "wir verwenden",
	"wir nutzen", "wir schreiben", "nous utilisons", "usamos", NULL };

/* Behind such a word the cue may speak of the thing, not of the habit. */
const char *const words_relatives[] = { "that", "which", "who", "whose",
	"where", "when", "if", "because", "it", "qui", "que", "dont", "parce",
	"porque", NULL };

/* What looks like a rule and is none. */
const char *const words_no_rule[] = { "never mind", "nevermind", "always get",
	"always got", "whenever you are", "whenever you're",
	"whenever you can", "whenever you like", "next time it",
	"use the wrong", "always return", "never return", "always throw",
	"never throw", "always raise", "never raise", "never panic",
	"i always forget", "i never know", "i never remember",
	"i never understand", "i've never", "i've always", "have always",
	"prefer option", "like option", "prefer the first",
	"prefer the second", "prefer the third", "prefer this",
	"prefer that", "like the first", "like the second",
	"like the third", "préfère la première", "préfère la deuxième",
	"prefiero la primera", "prefiero la segunda", "every time i",
	"i use this", "i use that", "i use it", "by default, show",
	"in future releases", "in future versions", "future we might",
	"future we may", "future we could", "future we will",
	"are failing", "are down", "is down", "is broken", "are broken",
	"tests fail", "schlägt", "échoue*", "今後の", "いつもありがとう",
	"以后会", "都会", "절대 경로", "절대경로", "절대값",
	"always been", "always fails", "always crashes", "never saw",
	"never see",
	"never seen", "never had", "never been", "never got", "never happen*",
	"never worked", "never finished", "never used", "i remember",
	"i don't remember", "i like how", "i write to", "i use the wrong",
	"失敗し", "总是失败", "总是报错", "всегда падает", "실패합니다", "as always",
	"not always", "i like it", "i like that", "i like this",
	"i like to see",
	"remember when", "immer noch", "noch immer", "wie immer", "noch nie",
	"toujours pas", "comme toujours", "como siempre", "como sempre", NULL };

const char *const words_corrections[] = { "no,", "no:", "no.", "no!", "no;",
	"no -", "no —", "no that", "no, ", "nope", "no i", "no not", "no no",
	"no, not", "stop,", "stop.", "stop!", "stop:", "stop it", "stop that",
	"stop doing", "stop using", "stop adding", "stop writing",
	"stop -", "not what", "that's not", "that is not",
	"this is not what", "this isn't what", "that isn't what", "i meant",
	"instead,", "instead of", "instead use", "wrong", "that's wrong",
	"that is wrong", "i said", "undo", "revert that", "revert this",
	"not like that", "i asked for", "i wanted", "i did not ask",
	"that's the wrong", "that is the wrong", "this is the wrong",
	"wrong file", "you misunderstood", "not quite", "i didn't ask",
	/* de fr es pt */
	"nein", "halt,", "stopp", "falsch", "ich meinte", "stattdessen",
	"so nicht", "das ist nicht", "das war nicht", "das ist falsch",
	"das war falsch", "quatsch", "non,", "non:", "non.", "arrête",
	"je voulais dire", "ce n'est pas ce", "ce n'était pas", "plutôt",
	"quise decir",
	"no es lo que", "no era", "no quería", "en vez de", "eso no", "não,",
	"não era",
	"não é", "eu quis dizer", "errado",
	/* ja zh ru ko */
	"いいえ",
	"いや",
	"違います",
	"違う",
	"そうじゃ", "そうでは",
	"不对",
	"不是",
	"错了",
	"我的意思",
	"нет",
	"не то",			/* не то */
	"стоп",
	"아니*",
	NULL };

/* An opening that refuses and says nothing of what is wanted. */
const char *const words_refusals[] = { "no", "nope", "stop", "stop it",
	"stop that", "wrong", "nein", "stopp", "halt", "falsch", "non",
	"arrête", "não", "いいえ", "いや", "違います", "違う", "不对", "不是",
	"нет", "стоп", NULL };

const char *const words_no_correction[] = { "no problem", "no worries",
	"no tests", "no need", "no thanks", "no, thanks", "no, that's all",
	"no, that is all", "no, nothing", "no more", "no idea",
	"wrong number of", "i wanted to",
	NULL };

const char *const words_acceptances[] = { "good", "great", "perfect",
	"thanks", "thank you", "thx", "nice", "lgtm", "looks good", "excellent",
	"that works", "works", "cool", "ship it", "well done", "awesome",
	"wonderful", "danke",
	"super", "perfekt", "sehr gut", "prima", "merci", "parfait",
	"très bien", "gracias", "perfecto", "muy bien", "obrigad*",
	"perfeito", "ありがと*",
	"完璧", "谢谢",
	"很好",
	"спасибо",
	"отлично",
	"감사*", "좋아*", NULL };

const char *const words_acceptance_buts[] = { "but", "however", "except",
	"good question", "good morning", "good evening", "aber", "mais", "pero",
	"mas", NULL };

const char *const words_constraints[] = { "smallest change",
	"smallest possible", "minimal change", "minimal diff",
	"before you answer",
	"before answering", "before you commit", "ask me before", "ask before",
	"ask me first", "run the tests", "run all tests", "without changing",
	"without touching", "without asking", "don't change", "do not change",
	"don't touch", "do not touch", "don't add", "do not add",
	"don't commit",
	"do not commit", "don't push", "do not push", "no new dependencies",
	"kleinste änderung", "ohne zu fragen", "sin cambiar",
	"sans changer", NULL };

const char *const words_everywhere[] = { "all our", "all my", "everywhere",
	"all projects", "every project", "every repo", "every repository",
	"in any project", "all repos", "all repositories", "in allen projekten",
	"überall", "alle unsere", "partout", "tous nos", "tous les projets",
	"en todos los proyectos", "todos nuestros", "em todos os projetos",
	"すべてのプロジェクト",
	"所有项目", NULL };

const char *const words_here[] = { "here", "this repo", "this repository",
	"this project", "this folder", "this codebase", "hier",
	"in diesem repo", "in diesem projekt", "ici", "ce projet", "ce dépôt",
	"aquí", "este proyecto", "este repositorio", "aqui",
	"este projeto", "ここで",
	"このリポジトリ", "这里", NULL };

const char *const words_acks[] = { "understood", "noted", "done", "got it",
	"will do", "okay", "ok", "sure", "verstanden", "notiert", "compris",
	"noté", "entendido", "anotado", "了解*",
	"承知*", "明白*",
	"好的", "понял",
	"알겠*", NULL };

const char *const words_undone[] = { "could not", "couldn't", "not installed",
	"is not available", "isn't available", "skipped", "unable to",
	"was not able", "did not run", "didn't run", "is installed. i stopped",
	"i stopped", "konnte nicht", "n'ai pas pu", "no pude", NULL };

const char *const words_work[] = { "add", "adjust", "build", "change",
	"clean up", "convert", "create", "debug", "delete", "document", "draw",
	"drop", "explain", "extend", "find", "fix", "give", "implement",
	"improve", "introduce", "investigate", "list", "make", "mark",
	"migrate", "move", "optimise", "optimize", "order", "port", "print",
	"refactor", "remove", "rename", "repair", "replace", "review",
	"rewrite", "set up", "show", "sort", "split", "translate", "update",
	"upgrade", "write", "ändere", "behebe", "entferne", "ergänze",
	"erkläre", "erstelle", "füge", "korrigiere", "lösche", "repariere",
	"schreibe", "zeige", "ajoute", "corrige", "crée", "écris",
	"explique", "remplace", "supprime", "agrega", "añade", "arregla",
	"borra", "cambia", "crea", "elimina", "escribe", "explica",
	"adicione", "corrija", "crie", "escreva", "remova", NULL };

const char *const words_back[] = { "it", "its", "this", "that", "them",
	"these", "those", "they", "again", "too", "also", "as well",
	"es", "das", "sie", "auch", "nochmal", "ça", "cela",
	"aussi", "eso", "esto", "también", "isso", "isto", "também", NULL };

const char *const words_preambles[] = { "please", "pls", "now", "ok", "okay",
	"hi", "hello", "hey", "yes", "yeah", "yep",
	"actually", "hmm", "hm", "wait", "well", "oh", "ah", "sorry",
	"so", "then", "next", "also", "and",
	"can you", "could you", "would you", "will you", "can we", "let's",
	"i want you to", "i need you to", "i'd like you to", "bitte",
	"kannst du", "könntest du", "peux-tu", "pouvez-vous",
	"s'il te plaît", "por favor", "puedes", "pode", NULL };

const char *const words_stopwords[] = { "a", "add", "after", "all", "also",
	"an", "and", "any", "are", "as", "at", "be", "before", "but", "by",
	"can", "change", "could", "do", "does", "done", "every", "file",
	"files",
	"find", "fix", "for", "from", "full", "get", "give", "good", "has",
	"have", "here", "how", "i", "if", "in", "into", "is", "it", "its",
	"just", "like", "list", "make", "many", "mark", "me", "most", "must",
	"my",
	"need", "never", "new", "no", "not", "now", "of", "ok", "old", "on",
	"one", "only", "or", "our", "out", "please", "print", "put", "run",
	"set", "should", "show", "so", "some", "stop", "such", "tell", "than",
	"that", "the", "their", "them", "then", "there", "this", "through",
	"to",
	"too", "update", "use", "walk", "want", "was", "we", "what", "when",
	"where", "which", "while", "why", "will", "with", "without", "would",
	"write", "you", "your", "always", "answer", "other", "called", "meant",
	"auf", "beim", "bitte", "cannot", "correct", "eine", "einen",
	"nicht", "since", "smallest", "twice", "used", "wird",
	"pass", "asking", "check", "fails", "five", "four", "lines", "none",
	"repo", "reports", "test", "tests", "three", "instead", "wrong",
	"thanks", "great", "everything", "same", "come", "comes", "still",
	"yesterday", "today", "tomorrow", "already", "again", "both", "each",
	"between", "first", "last", "next", "more", "less", "very", "using",
	"else", "everywhere",
	"für", "nach", "über", "unter", "hinzu", "para", "dans", "pour", "avec",
	NULL };
