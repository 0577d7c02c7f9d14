"""How Go, PHP, Java, Kotlin, Scala, Rust, C# and Elixir read variables: one table of call texts."""

from __future__ import annotations

from scaffold.config_vars.reads import Mode
from scaffold.record import record

NAMED = r"""["'`](?P<name>[A-Za-z_]\w*)["'`]"""
SECOND = r"""(?:\s*,\s*(?P<default>[^()]*?(?:\([^()]*\))?[^()]*?))?\s*,?\s*\)$"""
END = r"\s*,?\s*\)$"
_ONLY = rf"\(\s*{NAMED}\s*\)$"
_INDEX = rf"\[\s*{NAMED}\s*\]$"
_OPTION = rf"\(\s*{NAMED}{SECOND}"


@record
class Language:
    """How a language reads variables: node kinds to look at, texts of reading forms, wrapper functions."""

    grammar: str
    suffixes: tuple[str, ...]
    marks: tuple[str, ...]
    kinds: tuple[str, ...]
    forms: tuple[tuple[str, Mode], ...]
    wrapper: str = ""


_GO = Language(
    grammar="go",
    suffixes=(".go",),
    marks=("os.Getenv", "os.LookupEnv", 'env:"', "envconfig", "viper.", "Getenv("),
    kinds=("call_expression",),
    forms=(
        (rf"(?:os|syscall)\.Getenv{_ONLY}", Mode.PLAIN),
        (rf"os\.LookupEnv{_ONLY}", Mode.TEST),
        (rf"viper\.(?:Must)?BindEnv\([^,]+,\s*{NAMED}.*\)$", Mode.PLAIN),
    ),
    wrapper=(
        r"func\s+(?:\([^)]*\)\s*)?(?P<function>\w+)\(\s*(?P<key>\w+)(?P<rest>[^)]*)\)"
        r"(?P<body>.*?(?:os\.Getenv|os\.LookupEnv)\(\s*(?P=key)\s*\).*)"
    ),
)

_PHP = Language(
    grammar="php",
    suffixes=(".php",),
    marks=("getenv", "env(", "$_ENV"),
    kinds=("function_call_expression", "subscript_expression"),
    forms=(
        (rf"env{_OPTION}", Mode.PLAIN),
        (rf"\\?getenv\(\s*{NAMED}\s*(?:,\s*\w+)?\)$", Mode.PLAIN),
        (rf"\$_ENV{_INDEX}", Mode.PLAIN),
    ),
    wrapper=(
        r"function\s+(?P<function>\w+)\(\s*(?:\??\w+\s+)?(?P<key>\$\w+)(?P<rest>[^)]*)\)"
        r"(?P<body>.*?getenv\(\s*(?P=key).*)"
    ),
)

_JAVA = Language(
    grammar="java",
    suffixes=(".java",),
    marks=("System.getenv", "dotenv", "@Value"),
    kinds=("method_invocation", "annotation"),
    forms=(
        (rf"System\.getenv{_ONLY}", Mode.PLAIN),
        (rf"System\.getenv\(\)\.get{_ONLY}", Mode.PLAIN),
        (rf"System\.getenv\(\)\.(?:getOrDefault|containsKey){_OPTION}", Mode.TEST),
        (rf"(?i:dotenv)\.get{_OPTION}", Mode.PLAIN),
        (
            r'@Value\(\s*(?:value\s*=\s*)?"\$\{(?P<name>[A-Z][A-Z0-9_]+)(?::(?P<default>[^}]*))?\}"\s*\)$',
            Mode.STRICT,
        ),
    ),
    wrapper=(
        r"\b(?P<function>\w+)\(\s*(?:final\s+)?String\s+(?P<key>\w+)(?P<rest>[^)]*)\)"
        r"(?P<body>.*?System\.getenv\(\s*(?P=key)\s*\).*)"
    ),
)

_KOTLIN = Language(
    grammar="kotlin",
    suffixes=(".kt", ".kts"),
    marks=("System.getenv", "dotenv"),
    kinds=("call_expression", "indexing_expression"),
    forms=(
        (rf"System\.getenv{_ONLY}", Mode.PLAIN),
        (rf"System\.getenv\(\){_INDEX}", Mode.PLAIN),
        (rf"System\.getenv\(\)\.(?:getOrDefault|containsKey){_OPTION}", Mode.TEST),
        (rf"(?:\w*[dD]otenv|env){_INDEX}", Mode.PLAIN),
    ),
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
)

_RUST = Language(
    grammar="rust",
    suffixes=(".rs",),
    marks=("env::var", "env!(", "dotenv", "env ="),
    kinds=("call_expression", "macro_invocation"),
    forms=(
        (rf"(?:std::)?env::var(?:_os)?\(\s*&?{NAMED}\s*\)$", Mode.PLAIN),
        (rf"(?:dotenvy?::)?var{_ONLY}", Mode.PLAIN),
        (rf"(?:std::)?env!\(\s*{NAMED}.*\)$", Mode.STRICT),
        (rf"dotenv!{_ONLY}", Mode.STRICT),
        (rf"option_env!{_ONLY}", Mode.TEST),
    ),
    wrapper=(
        r"fn\s+(?P<function>\w+)\(\s*(?P<key>\w+)\s*:\s*&(?:'\w+ )?str(?P<rest>[^)]*)\)"
        r"(?P<body>.*?env::var\(\s*(?P=key)\s*\).*)"
    ),
)

_CSHARP = Language(
    grammar="csharp",
    suffixes=(".cs",),
    marks=("GetEnvironmentVariable", "onfiguration["),
    kinds=("invocation_expression", "element_access_expression"),
    forms=(
        (rf"(?:System\.)?Environment\.GetEnvironmentVariable{_ONLY}", Mode.PLAIN),
        (r'(?:\w+\.)*_?[cC]onfiguration\[\s*"(?P<name>[A-Z][A-Z0-9_]+)"\s*\]$', Mode.PLAIN),
    ),
)

_ELIXIR = Language(
    grammar="elixir",
    suffixes=(".ex", ".exs"),
    marks=("System.get_env", "System.fetch_env", ":system,"),
    kinds=("call", "tuple"),
    forms=(
        (rf"System\.get_env{_OPTION}", Mode.PLAIN),
        (rf"System\.get_env\s+{NAMED}$", Mode.PLAIN),
        (rf"System\.fetch_env!\(?\s*{NAMED}\s*\)?$", Mode.STRICT),
        (rf"System\.fetch_env{_ONLY}", Mode.TEST),
        (rf"\{{:system,\s*{NAMED}(?:,\s*(?P<default>[^}}]*))?\}}$", Mode.PLAIN),
    ),
)

LANGUAGES = {
    language.grammar: language for language in (_GO, _PHP, _JAVA, _KOTLIN, _SCALA, _RUST, _CSHARP, _ELIXIR)
}
