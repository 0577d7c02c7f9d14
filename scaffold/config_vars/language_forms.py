"""How Go, PHP, Java, Kotlin, Scala, Rust, C# and Elixir read variables: one table of call texts."""

from __future__ import annotations

from scaffold.config_vars.reads import Mode
from scaffold.record import record

NAMED = r"""(?:["'`](?P<name>[A-Za-z_]\w*)["'`]|(?P<constant>@?[A-Za-z_]\w*(?:(?:\.|::)\w+)*))"""
"""A name as a literal, or the constant that holds it."""
SECOND = r"""(?:\s*,\s*(?P<default>[^()]*?(?:\([^()]*\))?[^()]*?))?\s*,?\s*\)$"""
END = r"\s*,?\s*\)$"
_ONLY = rf"\(\s*{NAMED}\s*\)$"
_INDEX = rf"\[\s*{NAMED}\s*\]$"
_OPTION = rf"\(\s*{NAMED}{SECOND}"


_PROPERTY = r'(?:\w+\.)*(?i:env|environment)\.getProperty\(\s*"(?P<name>[A-Z][A-Z0-9_]+)"' + SECOND
_REQUIRED_PROPERTY = (
    r'(?:\w+\.)*(?i:env|environment)\.getRequiredProperty\(\s*"(?P<name>[A-Z][A-Z0-9_]+)"\s*\)$'
)
"""Spring's Environment asked for a variable by its own name."""
_CGI = (
    r"(?:HTTP|REMOTE|CONTENT|ORIG|REDIRECT|CONTEXT|PHP_AUTH)_\w+|HTTPS|REQUEST_(?:METHOD|URI|SCHEME|TIME|TIME_FLOAT)"
    r"|SERVER_(?:NAME|ADDR|PORT|PROTOCOL|SOFTWARE|SIGNATURE|ADMIN)|SCRIPT_(?:NAME|FILENAME|URI|URL)|DOCUMENT_(?:ROOT|URI)"
    r"|PATH_(?:INFO|TRANSLATED)|PHP_SELF|GATEWAY_INTERFACE|QUERY_STRING|AUTH_TYPE|UNIQUE_ID"
)
"""What the web server puts beside the environment into PHP's $_SERVER."""


_ENV = r"(?:\w+\.)*(?i:env\w*)\."
_SPELLED = r'\(\s*"(?P<name>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"' + SECOND
"""Libraries and packages of one's own for the environment: `envy.Get("A_B", "c")`, `env.String("A_B")`."""


@record
class Language:
    """How a language reads variables: node kinds to look at, texts of reading forms.

    `function` finds functions with their first parameter (`key`); they are wrappers where their body
    matches `asks`, in which KEY stands for that parameter.
    """

    grammar: str
    suffixes: tuple[str, ...]
    marks: tuple[str, ...]
    kinds: tuple[str, ...]
    forms: tuple[tuple[str, Mode], ...]
    function: str = ""
    asks: str = ""


_GO = Language(
    grammar="go",
    suffixes=(".go",),
    marks=("os.Getenv", "os.LookupEnv", 'env:"', "envconfig", "viper.", "Getenv(", "env.", "envy."),
    kinds=("call_expression",),
    forms=(
        (rf"(?:os|syscall)\.Getenv{_ONLY}", Mode.PLAIN),
        (rf"os\.LookupEnv{_ONLY}", Mode.TEST),
        (rf"{_ENV}Must\w*{_SPELLED}", Mode.STRICT),
        (rf"{_ENV}(?!Set|Unset|With|Add|Put|Delete|Clear)\w+{_SPELLED}", Mode.TEST),
    ),
    function=(
        r"func\s+(?:\([^)]*\)\s*)?(?P<function>\w+)(?:\[[^\]]*\])?\(\s*(?P<key>\w+)(?P<rest>[^)]*)\)"
        r"(?P<result>[^{\n]*)\{"
    ),
    asks=r"(?:os\.Getenv|os\.LookupEnv|syscall\.Getenv)\(\s*KEY\s*\)",
)

_PHP = Language(
    grammar="php",
    suffixes=(".php",),
    marks=("getenv", "env(", "$_ENV", "$_SERVER"),
    kinds=("function_call_expression", "subscript_expression"),
    forms=(
        (rf"\\?env{_OPTION}", Mode.PLAIN),
        (rf"\\?getenv\(\s*{NAMED}\s*(?:,\s*\w+)?\)$", Mode.PLAIN),
        (rf"\$_ENV{_INDEX}", Mode.PLAIN),
        (rf"\$_SERVER\[\s*['\"](?!(?:{_CGI})['\"])(?P<name>[A-Z]\w*)['\"]\s*\]$", Mode.PLAIN),
    ),
    function=(
        r"function\s+(?P<function>\w+)\(\s*(?:\??\w+\s+)?(?P<key>\$\w+)(?P<rest>[^)]*)\)(?P<result>[^{\n]*)"
    ),
    asks=r"(?:getenv\(\s*|\$_(?:ENV|SERVER)\[\s*)KEY",
)

_JAVA = Language(
    grammar="java",
    suffixes=(".java",),
    marks=("System.getenv", "dotenv", "@Value", "Property("),
    kinds=("method_invocation", "annotation"),
    forms=(
        (rf"System\.getenv{_ONLY}", Mode.PLAIN),
        (rf"System\.getenv\(\)\.get{_ONLY}", Mode.PLAIN),
        (rf"System\.getenv\(\)\.(?:getOrDefault|containsKey){_OPTION}", Mode.TEST),
        (rf"(?i:dotenv)\.get{_OPTION}", Mode.PLAIN),
        (_PROPERTY, Mode.PLAIN),
        (_REQUIRED_PROPERTY, Mode.STRICT),
        (
            r'@Value\(\s*(?:value\s*=\s*)?"\$\{(?P<name>[A-Z][A-Z0-9_]+)(?::(?P<raw>[^}]*))?\}"\s*\)$',
            Mode.STRICT,
        ),
    ),
    function=(
        r"\b(?P<result>[\w<>\[\]]+)\s+(?P<function>\w+)\(\s*(?:@\w+\s+)?(?:final\s+)?String\s+(?P<key>\w+)"
        r"(?P<rest>[^)]*)\)[^;{]*\{"
    ),
    asks=r"(?:System\.getenv\(\s*KEY|System\.getenv\(\)\.\w+\(\s*KEY|(?i:dotenv)\.get\(\s*KEY)",
)

_KOTLIN = Language(
    grammar="kotlin",
    suffixes=(".kt", ".kts"),
    marks=("System.getenv", "dotenv", "Dotenv", "@Value", "Property("),
    kinds=("call_expression", "indexing_expression", "annotation"),
    forms=(
        (rf"System\.getenv{_ONLY}", Mode.PLAIN),
        (rf"System\.getenv\(\){_INDEX}", Mode.PLAIN),
        (rf"System\.getenv\(\)\.(?:getOrDefault|containsKey){_OPTION}", Mode.TEST),
        (rf"(?:\w*[dD]otenv|env){_INDEX}", Mode.PLAIN),
        (rf"\w*[dD]otenv\.get{_OPTION}", Mode.PLAIN),
        (_PROPERTY, Mode.PLAIN),
        (
            r'@Value\(\s*"\\\$\{(?P<name>[A-Z][A-Z0-9_]+)(?::(?P<raw>[^}]*))?\}"\s*\)$',
            Mode.STRICT,
        ),
    ),
    function=(
        r"fun\s+(?:<[^>]*>\s*)?(?P<function>\w+)\(\s*(?P<key>\w+)\s*:\s*String(?P<rest>[^)]*)\)"
        r"(?P<result>[^={\n]*)"
    ),
    asks=r"(?:System\.getenv\(\s*KEY|System\.getenv\(\)(?:\.\w+\(|\[)\s*KEY|(?i:dotenv)(?:\.get\(|\[)\s*KEY)",
)

_SCALA = Language(
    grammar="scala",
    suffixes=(".scala",),
    marks=("sys.env", "System.getenv"),
    kinds=("call_expression",),
    forms=(
        (rf"sys\.env{_ONLY}", Mode.STRICT),
        (rf"sys\.env\.get{_ONLY}", Mode.PLAIN),
        (rf"sys\.env\.getOrElse{_OPTION}", Mode.TEST),
        (rf"System\.getenv{_ONLY}", Mode.PLAIN),
    ),
    function=(
        r"def\s+(?P<function>\w+)(?:\[[^\]]*\])?\(\s*(?P<key>\w+)\s*:\s*String(?P<rest>[^)]*)\)(?P<result>[^={\n]*)"
    ),
    asks=r"(?:sys\.env(?:\.get(?:OrElse)?)?|System\.getenv)\(\s*KEY",
)

_RUST = Language(
    grammar="rust",
    suffixes=(".rs",),
    marks=("env::var", "env!(", "dotenv", "env =", "envy::"),
    kinds=("call_expression", "macro_invocation"),
    forms=(
        (rf"(?:std::)?env::var(?:_os)?\(\s*&?{NAMED}\s*\)$", Mode.PLAIN),
        (rf"dotenvy?::var{_ONLY}", Mode.PLAIN),
        (r'var\(\s*"(?P<name>[A-Z]\w*)"\s*\)$', Mode.PLAIN),
        (rf"(?:std::)?env!\(\s*{NAMED}.*\)$", Mode.STRICT),
        (rf"dotenv!{_ONLY}", Mode.STRICT),
        (rf"option_env!{_ONLY}", Mode.TEST),
    ),
    function=(
        r"fn\s+(?P<function>\w+)(?:<[^(]*>)?\(\s*(?P<key>\w+)\s*:"
        r"\s*(?:&\s*(?:'\w+ )?str|impl\s[^,)]*|String|[KST])"
        r"(?P<rest>(?:[^()]|\([^()]*\))*)\)(?P<result>[^{;]*)\{"
    ),
    asks=r"(?:(?:env|dotenvy?)::var(?:_os)?|(?<![\w.:])var)\(\s*KEY",
)

_CSHARP = Language(
    grammar="csharp",
    suffixes=(".cs",),
    marks=("GetEnvironmentVariable",),
    kinds=("invocation_expression",),
    forms=((rf"(?:System\.)?Environment\.GetEnvironmentVariable{_ONLY}", Mode.PLAIN),),
    function=(
        r"\b(?P<result>[\w<>\[\]?]+)\s+(?P<function>\w+)(?:<\w+>)?\(\s*(?:this\s+\w+\s+\w+,\s*)?string\s+(?P<key>\w+)"
        r"(?P<rest>[^)]*)\)"
    ),
    asks=r"GetEnvironmentVariable\(\s*KEY",
)

_ELIXIR = Language(
    grammar="elixir",
    suffixes=(".ex", ".exs"),
    marks=("System.get_env", "System.fetch_env", ":system,", "env!("),
    kinds=("call", "tuple", "binary_operator"),
    forms=(
        (rf"System\.get_env{_OPTION}", Mode.PLAIN),
        (rf"System\.get_env\s+{NAMED}$", Mode.PLAIN),
        (rf"{NAMED}\s*\|>\s*System\.get_env\(\)$", Mode.PLAIN),
        (rf"{NAMED}\s*\|>\s*System\.fetch_env!\(\)$", Mode.STRICT),
        (rf"System\.fetch_env!\(?\s*{NAMED}\s*\)?$", Mode.STRICT),
        (rf"System\.fetch_env{_ONLY}", Mode.TEST),
        (rf"env!\(\s*{NAMED}\s*,[^,()]*\)$", Mode.STRICT),
        (rf"env!\(\s*{NAMED}\s*,[^,()]*,\s*(?P<default>[^()]*)\)$", Mode.PLAIN),
        (rf"\{{:system,\s*(?::\w+\s*,\s*)?{NAMED}(?:,\s*(?P<default>[^}}]*))?\}}$", Mode.PLAIN),
    ),
    function=(
        r"defp?\s+(?P<function>\w+[!?]?)\(\s*(?P<key>[a-z]\w*)(?P<rest>[^)]*)\)(?P<result>)[^\n]*(?:\bdo\b|,\s*do:)"
    ),
    asks=r"System\.(?:get|fetch)_env!?\(\s*KEY|KEY\s*\|>\s*System\.(?:get|fetch)_env",
)

LANGUAGES = {
    language.grammar: language for language in (_GO, _PHP, _JAVA, _KOTLIN, _SCALA, _RUST, _CSHARP, _ELIXIR)
}
