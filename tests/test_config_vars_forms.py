"""Each supported way to read a variable is found, with its line, default and requiredness; text is no read."""

# ruff: noqa: E501  (one form to a line)

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold import config_vars
from scaffold.config_vars import classify
from scaffold.facts import ConfigVar
from scaffold.repo import Repo
from tests.examples import examples


class Texts(Repo):
    """A repository whose files are given as texts."""

    def __init__(self, files: dict[str, str]) -> None:
        super().__init__(Path("/nowhere"), files)
        self.files_given = files

    def _read(self, path: str) -> str:
        return self.files_given[path]


def found_in(files: dict[str, str], language: str, root: str = ".") -> dict[str, ConfigVar]:
    facts = config_vars.discover(
        Texts(files),
        stack=language,
        language=language,
        root=root,
        other_roots=(),
        container=language == "docker",
    )
    return {fact.name: fact for fact in facts if isinstance(fact, ConfigVar)}


# language, file, code in which NAME stands for the name, required (None: as the name says), default
FORMS = [
    ("python", "app.py", "import os\nx = os.environ['NAME']\n", 2, True, None),
    ("python", "app.py", "from os import environ\nx = environ['NAME']\n", 2, True, None),
    ("python", "app.py", "from os import environ as e\nx = e.get('NAME', 'd')\n", 2, False, "d"),
    ("python", "app.py", "import os as o\nx = o.getenv('NAME', 'd')\n", 2, False, "d"),
    ("python", "app.py", "from os import getenv\nx = getenv('NAME')\n", 2, False, None),
    ("python", "app.py", "import os\nenv = os.environ\nx = env['NAME']\n", 3, True, None),
    ("python", "app.py", "import os\nx = os.environ.get('NAME') or 'd'\n", 2, False, "d"),
    ("python", "app.py", "import os\nif 'NAME' in os.environ:\n    pass\n", 2, False, None),
    ("python", "app.py", "import os\nos.environ.setdefault('NAME', 'd')\n", 2, False, "d"),
    ("python", "app.py", "import os\nx = int(os.environ.get('NAME', 5))\n", 2, False, "5"),
    ("python", "app.py", "import os\nKEY = 'NAME'\nx = os.environ[KEY]\n", 3, True, None),
    ("python", "app.py", "import os\nfor key in ('NAME', 'OTHER_ONE'):\n    print(os.environ[key])\n", 3, True, None),
    ("python", "app.py", "import os\nx = os.getenv('NAME')\nif not x:\n    raise ValueError('x')\n", 2, True, None),
    ("python", "app.py", "import os\ntry:\n    x = os.environ['NAME']\nexcept KeyError:\n    x = 1\n", 3, False, "1"),
    ("python", "app.py", "import os\nif os.getenv('USE_IT'):\n    x = os.environ['NAME']\n", 3, False, None),
    ("python", "app.py", "import os\n\ndef need(key, default=None):\n    return os.environ.get(key, default)\n\nx = need('NAME', 'd')\n", 6, False, "d"),
    ("python", "app.py", "import os\n\ndef need(key):\n    return os.environ[key]\n\nx = need('NAME')\n", 6, True, None),
    ("python", "settings.py", "import environ\nenv = environ.Env()\nx = env('NAME')\n", 3, True, None),
    ("python", "settings.py", "import environ\nenv = environ.Env()\nx = env.bool('NAME', default=True)\n", 3, False, "True"),
    ("python", "settings.py", "import environ\nenv = environ.Env(NAME=(str, 'd'))\nx = env('NAME')\n", 3, False, "d"),
    ("python", "settings.py", "from environs import Env\nenv = Env()\nx = env.str('NAME', 'd')\n", 3, False, "d"),
    ("python", "settings.py", "from decouple import config\nx = config('NAME')\n", 2, True, None),
    ("python", "settings.py", "from decouple import config\nx = config('NAME', default='d', cast=str)\n", 2, False, "d"),
    ("python", "settings.py", "from decouple import config\nx = config('NAME', 'd')\n", 2, False, "d"),
    ("python", "settings.py", "from prettyconf import config\nx = config('NAME', default='d')\n", 2, False, "d"),
    ("python", "settings.py", "from starlette.config import Config\nconfig = Config('.env')\nx = config('NAME', default='d')\n", 3, False, "d"),
    ("python", "settings.py", "import dj_database_url\nx = dj_database_url.config(env='NAME', default='sqlite:///x')\n", 2, False, "sqlite:///x"),
    ("python", "config.py", "from pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n    name_: str\n", 4, True, None),
    ("ruby", "config/app.rb", "x = 1\ny = ENV['NAME']\n", 2, False, None),
    ("ruby", "config/app.rb", "x = ENV.fetch('NAME')\n", 1, True, None),
    ("ruby", "config/app.rb", "x = ENV.fetch('NAME', 'd')\n", 1, False, "d"),
    ("ruby", "config/app.rb", "x = ENV.fetch('NAME') { 'd' }\n", 1, False, "d"),
    ("ruby", "config/app.rb", "x = ENV['NAME'] || 'd'\n", 1, False, "d"),
    ("ruby", "config/app.rb", "ENV['NAME'] ||= 'd'\n", 1, False, "d"),
    ("ruby", "config/app.rb", "x = 1 if ENV.key?('NAME')\n", 1, False, None),
    ("ruby", "config/app.rb", "raise 'x' if ENV['NAME'].nil?\n", 1, True, None),
    ("ruby", "config/app.rb", "a, b = ENV.values_at('NAME', 'OTHER_ONE')\n", 1, False, None),
    ("ruby", "config/app.rb", "%w[NAME OTHER_ONE].each { |key| ENV.fetch(key) }\n", 1, True, None),
    ("ruby", "config/cable.yml", "production:\n  url: <%= ENV.fetch('NAME') { 'd' } %>\n", 2, False, "d"),
    ("node", "app.js", "const x = process.env.NAME;\n", 1, False, None),
    ("node", "app.js", "const x = process.env['NAME'] || 'd';\n", 1, False, "d"),
    ("node", "app.ts", "const x = process.env.NAME ?? 'd';\n", 1, False, "d"),
    ("node", "app.ts", "const x: string = process.env.NAME!;\n", 1, True, None),
    ("node", "app.js", "const { NAME = 'd' } = process.env;\n", 1, False, "d"),
    ("node", "app.js", "const { NAME: other = 'd' } = process.env;\n", 1, False, "d"),
    ("node", "app.js", "const env = process.env;\nconst x = env.NAME || 'd';\n", 2, False, "d"),
    ("node", "app.js", "const x = process.env.NAME ? process.env.NAME : 'd';\n", 1, False, "d"),
    ("node", "app.js", "if (!process.env.NAME) { throw new Error('x'); }\n", 1, True, None),
    ("node", "app.js", "const x = process.env.NAME;\nif (!x) {\n  process.exit(1);\n}\n", 1, True, None),
    ("node", "app.js", "for (const key of ['NAME', 'OTHER_ONE']) {\n  if (!process.env[key]) throw new Error(key);\n}\n", 2, True, None),
    ("node", "app.js", "function need(key) {\n  if (!process.env[key]) throw new Error(key);\n  return process.env[key];\n}\nneed('NAME');\n", 5, True, None),
    ("node", "env.ts", "import { z } from 'zod';\nconst s = z.object({\n  NAME: z.string().min(1),\n});\ns.parse(process.env);\n", 3, True, None),
    ("node", "env.ts", "import { z } from 'zod';\nconst s = z.object({\n  NAME: z.string().default('d'),\n});\ns.parse(process.env);\n", 3, False, "d"),
    ("node", "env.js", "const { cleanEnv, str } = require('envalid');\ncleanEnv(process.env, {\n  NAME: str({ default: 'd' }),\n});\n", 3, False, "d"),
    ("node", "env.js", "const convict = require('convict');\nconvict({ a: { doc: 'x', default: 'd', env: 'NAME' } });\n", 2, False, "d"),
    ("node", "a.ts", "import { ConfigService } from '@nestjs/config';\nclass A { constructor(c: ConfigService) { this.configService.getOrThrow('NAME'); } }\n", 2, True, None),
    ("go", "main.go", "package main\nfunc main() {\n\tx := os.Getenv(\"NAME\")\n\tif x == \"\" {\n\t\tlog.Fatal(1)\n\t}\n}\n", 3, True, None),
    ("go", "main.go", "package main\nfunc main() {\n\tx, ok := os.LookupEnv(\"NAME\")\n}\n", 3, False, None),
    ("go", "main.go", 'package main\nfunc getEnv(key, fallback string) string {\n\tif v := os.Getenv(key); v != "" {\n\t\treturn v\n\t}\n\treturn fallback\n}\n\nvar x = getEnv("NAME", "d")\n', 9, False, "d"),
    ("go", "main.go", 'package main\ntype C struct {\n\tA string `env:"NAME,required"`\n}\n', 3, True, None),
    ("php", "index.php", "<?php\n$x = getenv('NAME') ?: 'd';\n", 2, False, "d"),
    ("php", "index.php", "<?php\n$x = $_ENV['NAME'] ?? 'd';\n", 2, False, "d"),
    ("java", "src/main/java/A.java", 'class A {\n  String x = System.getenv("NAME");\n}\n', 2, False, None),
    ("java", "src/main/java/A.java", 'class A {\n  String x = System.getenv().getOrDefault("NAME", "d");\n}\n', 2, False, "d"),
    ("java", "src/main/resources/application.properties", "a=1\nb=${NAME:d}\n", 2, False, "d"),
    ("java", "src/main/resources/application.yml", "a:\n  b: ${NAME}\n", 2, True, None),
    ("java", "src/main/kotlin/A.kt", 'val x = System.getenv("NAME") ?: "d"\n', 1, False, "d"),
    ("rust", "src/main.rs", 'fn main() {\n  let x = env::var("NAME").expect("x");\n}\n', 2, True, None),
    ("rust", "src/main.rs", 'fn main() {\n  let x = std::env::var("NAME").unwrap_or_else(|_| "d".to_string());\n}\n', 2, False, "d"),
    ("csharp", "Program.cs", 'class A { string x = Environment.GetEnvironmentVariable("NAME") ?? "d"; }\n', 1, False, "d"),
    ("elixir", "config/runtime.exs", 'import Config\nx = System.fetch_env!("NAME")\n', 2, True, None),
    ("elixir", "config/runtime.exs", 'import Config\nx = System.get_env("NAME") || raise "x"\n', 2, True, None),
    ("elixir", "config/runtime.exs", 'import Config\nx = System.get_env("NAME", "d")\n', 2, False, "d"),
    ("dart", "bin/server.dart", "void main() {\n  final x = Platform.environment['NAME'] ?? 'd';\n}\n", 2, False, "d"),
    ("dart", "bin/server.dart", "void main() {\n  final x = Platform.environment['NAME']!;\n}\n", 2, True, None),
    ("dart", "bin/server.dart", "const x = String.fromEnvironment('NAME', defaultValue: 'd');\n", 1, False, "d"),
    ("node", "prisma/schema.prisma", 'datasource db {\n  url = env("NAME")\n}\n', 2, True, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "path", "code", "line", "required", "default"),
    FORMS,
    ids=[f"{form[0]}: {form[2].strip().splitlines()[-1].strip()[:60]}" for form in FORMS],
)
@examples(5)
@given(word=st.text(string.ascii_uppercase, min_size=3, max_size=8))
def test_a_form_is_found(
    language: str, path: str, code: str, line: int, required: bool, default: str | None, word: str
) -> None:
    name = f"ZZ{word}_WORD"
    if classify.is_needed(name) or classify.is_optional(name):
        return
    written = code.replace("NAME", name).replace("name_", name.lower())
    found = found_in({path: written}, language)
    assert name in found
    fact = found[name]
    assert line in [proof.line for proof in fact.evidence]
    assert fact.required is required
    assert fact.default == default


TEXTS = [
    (
        "python",
        "app.py",
        "# os.environ['NAME']\nx = \"os.environ['NAME']\"\n'''os.getenv('NAME')'''\nimport os\n",
    ),
    ("ruby", "app.rb", "# ENV['NAME']\nx = \"say ENV['NAME']\"\n=begin\nENV['NAME']\n=end\n"),
    ("node", "app.js", "// process.env.NAME\nconst x = 'process.env.NAME';\n/* process.env.NAME */\n"),
    ("go", "main.go", 'package main\n// os.Getenv("NAME")\nvar x = "os.Getenv(NAME)"\n'),
    ("php", "a.php", "<?php\n// getenv('NAME')\n$x = \"getenv('NAME')\";\n"),
    ("java", "A.java", 'class A {\n  // System.getenv("NAME")\n  String x = "System.getenv(NAME)";\n}\n'),
    ("rust", "src/main.rs", '// env::var("NAME")\nfn main() {}\n'),
    ("elixir", "lib/a.ex", '# System.get_env("NAME")\n@doc "System.get_env(NAME)"\n'),
    ("dart", "bin/a.dart", "// Platform.environment['NAME']\nvar x = \"Platform.environment['NAME']\";\n"),
    ("python", "README.md", "os.environ['NAME'] and NAME=1\n"),
    ("python", "tests/test_app.py", "import os\nos.environ['NAME']\n"),
    ("python", "app/settings/local.py", "import os\nos.environ['NAME']\n"),
    ("ruby", "config/environments/test.rb", "ENV.fetch('NAME')\n"),
    ("ruby", "config/database.yml", "test:\n  url: <%= ENV.fetch('NAME') %>\n"),
    ("node", "app.test.js", "process.env.NAME.trim();\n"),
    ("node", "node_modules/x/index.js", "process.env.NAME.trim();\n"),
    ("node", "public/app.min.js", "process.env.NAME.trim();\n"),
    ("python", ".github/workflows/x.py", "import os\nos.environ['NAME']\n"),
]


@pytest.mark.parametrize(("language", "path", "text"), TEXTS, ids=[f"{row[0]} {row[1]}" for row in TEXTS])
def test_text_and_development_code_are_no_reads(language: str, path: str, text: str) -> None:
    assert "MY_NAME" not in found_in({path: text.replace("NAME", "MY_NAME")}, language)


@examples(60)
@given(
    text=st.text(max_size=200),
    language=st.sampled_from("python ruby node go php java rust elixir dart".split()),
)
def test_any_text_is_read_without_a_crash(text: str, language: str) -> None:
    marks = "os.environ process.env ENV Getenv getenv( System.getenv env::var System.get_env Platform.environment "
    suffixes = {"python": "py", "ruby": "rb", "node": "ts", "go": "go", "php": "php", "java": "java"}
    name = f"a.{suffixes.get(language, 'rs' if language == 'rust' else 'exs' if language == 'elixir' else 'dart')}"
    found_in(
        {name: marks + "\n" + text, ".env.example": text, "README.md": text, "a.yml": f"<%= ENV[{text} %>"},
        language,
    )
