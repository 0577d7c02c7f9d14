"""Go, PHP, Java, Kotlin, Elixir, Rust, C#: each form of reading is found, with line, default and requiredness."""

# ruff: noqa: E501  (one form to a line)

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.config_vars import classify
from tests.examples import examples
from tests.test_config_vars_forms import found_in

GO = "package main\n"
EX = "import Config\n"

# id, language, file, code in which NAME stands for the name, line, required, default
FORMS = [
    ("a constant", "go", "main.go", GO + 'const Key = "NAME"\nvar x = os.Getenv(Key)\n', 3, False, None),
    ("a constant in a group", "go", "main.go", GO + 'const (\n\tkey string = "NAME"\n)\nvar x = os.Getenv(key)\n', 5, False, None),
    ("a list that a loop walks", "go", "main.go", GO + 'func f() {\n\tfor _, key := range []string{"NAME", "OTHER_ONE"} {\n\t\tif os.Getenv(key) == "" {\n\t\t\tlog.Fatal(key)\n\t\t}\n\t}\n}\n', 4, True, None),
    ("a function that insists", "go", "env.go", GO + 'func mustGet(key string) string {\n\tv := os.Getenv(key)\n\tif v == "" {\n\t\tpanic(key)\n\t}\n\treturn v\n}\n\nvar x = mustGet("NAME")\n', 10, True, None),
    ("a function of a function", "go", "env.go", GO + 'func getEnv(key, def string) string {\n\tif v := os.Getenv(key); v != "" {\n\t\treturn v\n\t}\n\treturn def\n}\n\nfunc getInt(key, def string) int {\n\tn, _ := strconv.Atoi(getEnv(key, def))\n\treturn n\n}\n\nvar x = getInt("NAME", "5")\n', 14, False, "5"),
    ("a value of which the presence is tested", "go", "main.go", GO + 'func f() {\n\tif v := os.Getenv("NAME"); v != "" {\n\t\tuse(v)\n\t}\n}\n', 3, False, None),
    ("a value that is parsed where it is there", "go", "main.go", GO + 'func f() {\n\tv := os.Getenv("NAME")\n\tif v != "" {\n\t\tif _, err := strconv.Atoi(v); err != nil {\n\t\t\tlog.Fatal(err)\n\t\t}\n\t}\n}\n', 3, False, None),
    ("a tag with a default", "go", "c.go", GO + 'type C struct {\n\tA string `env:"NAME" envDefault:"d"`\n}\n', 3, False, "d"),
    ("a tag of envdecode", "go", "c.go", GO + 'type C struct {\n\tA string `env:"NAME,default=d,strict"`\n}\n', 3, False, "d"),
    ("a tag of go-envconfig", "go", "c.go", GO + 'type C struct {\n\tA string `env:"NAME, required"`\n}\n', 3, True, None),
    ("a tag of cleanenv", "go", "c.go", GO + 'type C struct {\n\tA string `yaml:"a" env:"NAME" env-default:"d"`\n}\n', 3, False, "d"),
    ("a tag that cleanenv insists on", "go", "c.go", GO + 'type C struct {\n\tA string `env:"NAME" env-required:"true"`\n}\n', 3, True, None),
    ("a tag of envconfig", "go", "c.go", GO + 'type C struct {\n\tA string `envconfig:"NAME" required:"true"`\n}\n', 3, True, None),
    ("a struct with a prefix", "go", "c.go", GO + 'type DB struct {\n\tA string `env:"WORD,required"`\n}\n\ntype C struct {\n\tD DB `envPrefix:"ZZ_"`\n}\n', 3, True, None),
    ("options with a prefix", "go", "c.go", GO + 'type C struct {\n\tA string `env:"WORD,required"`\n}\n\nfunc f() {\n\tvar c C\n\tenv.ParseWithOptions(&c, env.Options{Prefix: "ZZ_"})\n}\n', 3, True, None),
    ("a field that envconfig names", "go", "c.go", GO + 'type C struct {\n\tOneWord string `split_words:"true" default:"d"`\n}\n\nfunc f() {\n\tvar c C\n\tenvconfig.Process("zz", &c)\n}\n', 3, False, "d"),
    ("a key of viper", "go", "c.go", GO + 'func f() {\n\tviper.AutomaticEnv()\n\tviper.SetDefault("NAME", "d")\n\tuse(viper.GetString("NAME"))\n}\n', 5, False, "d"),
    ("a key of viper with prefix and replacer", "go", "c.go", GO + 'func f() {\n\tv := viper.New()\n\tv.SetEnvPrefix("zz")\n\tv.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))\n\tv.AutomaticEnv()\n\tuse(v.GetString("one.word"))\n}\n', 7, False, None),
    ("a key that viper binds", "go", "c.go", GO + 'func f() {\n\tviper.BindEnv("one", "NAME")\n\tuse(viper.GetString("one"))\n}\n', 3, False, None),
    ("a package for the environment", "go", "c.go", GO + 'var x = env.String("NAME")\n', 2, False, None),
    ("envy", "go", "c.go", GO + 'var x = envy.Get("NAME", "d")\n', 2, False, "d"),
    ("an env() with a default", "php", "a.php", "<?php\n$x = env('NAME', 'd');\n", 2, False, "d"),
    ("the server's variables", "php", "a.php", "<?php\n$x = $_SERVER['NAME'] ?? 'd';\n", 2, False, "d"),
    ("a failing test", "php", "a.php", "<?php\nif (!getenv('NAME')) {\n  throw new Exception('x');\n}\n", 2, True, None),
    ("a test that only logs", "php", "a.php", "<?php\nif (!getenv('NAME')) {\n  Log::error('x');\n}\n", 2, False, None),
    ("a comment that speaks of throwing", "php", "a.php", "<?php\n/* if the word is not set { throw } */\n$word = getenv('NAME');\n// if $word {\n//   throw\n", 3, False, None),
    ("a ternary", "php", "a.php", "<?php\n$x = (getenv('NAME')) ? 1 : 2;\n", 2, False, None),
    ("a Symfony parameter", "php", "config/services.yaml", "parameters:\n  a: '%env(int:NAME)%'\n", 2, False, None),
    ("a constant of a class", "java", "src/main/java/A.java", 'class A {\n  private static final String KEY = "NAME";\n  String x = System.getenv(KEY);\n}\n', 3, False, None),
    ("Optional", "java", "src/main/java/A.java", 'class A {\n  String x = Optional.ofNullable(System.getenv("NAME")).orElse("d");\n}\n', 2, False, "d"),
    ("a helper that throws", "java", "src/main/java/A.java", 'class A {\n  static String need(String key) {\n    String v = System.getenv(key);\n    if (v == null) throw new IllegalStateException(key);\n    return v;\n  }\n  String x = need("NAME");\n}\n', 7, True, None),
    ("Spring's Environment", "java", "src/main/java/A.java", 'class A {\n  String x = env.getProperty("NAME", "d");\n}\n', 2, False, "d"),
    ("Spring's Environment that insists", "java", "src/main/java/A.java", 'class A {\n  String x = this.environment.getRequiredProperty("NAME");\n}\n', 2, True, None),
    ("@Value", "kotlin", "src/main/kotlin/A.kt", 'class A(@Value("\\${NAME:d}") val x: String)\n', 1, False, "d"),
    ("error() behind an elvis", "kotlin", "src/main/kotlin/A.kt", 'val x = System.getenv("NAME") ?: error("x")\n', 1, True, None),
    ("a constant of a file", "kotlin", "src/main/kotlin/A.kt", 'const val KEY = "NAME"\nval x = System.getenv(KEY) ?: "d"\n', 2, False, "d"),
    ("a helper with a type", "elixir", "config/runtime.exs", EX + 'defmodule C do\n  def get(key, type \\\\ :string) do\n    fetch(key, type)\n  end\n\n  def setting(key, type \\\\ :string) do\n    System.get_env(key)\n  end\nend\n\nx = C.setting("NAME", :integer) || 5\n', 12, False, "5"),
    ("a case that raises", "elixir", "config/runtime.exs", EX + 'x =\n  case System.get_env("NAME") do\n    nil -> raise "x"\n    v -> v\n  end\n', 3, True, None),
    ("a case that copes", "elixir", "config/runtime.exs", EX + 'x =\n  case System.get_env("NAME") do\n    "true" -> true\n    _ -> false\n  end\n', 3, False, "false"),
    ("an arm of a case", "elixir", "config/runtime.exs", EX + 'case mailer do\n  "smtp" -> use(System.fetch_env!("NAME"))\n  _ -> :ok\nend\n', 3, False, None),
    ("Dotenvy", "elixir", "config/runtime.exs", EX + 'x = env!("NAME", :string!)\n', 2, True, None),
    ("Dotenvy with a default", "elixir", "config/runtime.exs", EX + 'x = env!("NAME", :string, "d")\n', 2, False, "d"),
    ("Confex", "elixir", "config/prod.exs", EX + 'config :a, port: {:system, :integer, "NAME", 5}\n', 2, False, "5"),
    ("a pipe", "elixir", "config/runtime.exs", EX + 'x = "NAME" |> System.fetch_env!()\n', 2, True, None),
    ("a match that panics", "rust", "src/main.rs", 'fn main() {\n  let x = match env::var("NAME") {\n    Ok(v) => v,\n    Err(_) => panic!("x"),\n  };\n}\n', 2, True, None),
    ("a match with a fallback", "rust", "src/main.rs", 'fn main() {\n  let x = match env::var("NAME") {\n    Ok(v) => v,\n    Err(_) => "d".to_string(),\n  };\n}\n', 2, False, "d"),
    ("an if let", "rust", "src/main.rs", 'fn main() {\n  if let Ok(v) = env::var("NAME") {\n    panic!(v);\n  }\n}\n', 2, False, None),
    ("a question mark", "rust", "src/main.rs", 'fn f() -> Result<()> {\n  let x: Url = env::var("NAME")?.parse()?;\n}\n', 2, True, None),
    ("a context", "rust", "src/main.rs", 'fn f() -> Result<()> {\n  let x = std::env::var("NAME")\n    .context("x")?;\n}\n', 2, True, None),
    ("a helper that returns an Option", "rust", "src/main.rs", 'fn var(key: &str) -> Result<Option<String>> {\n  match dotenvy::var(key) {\n    Ok(v) => Ok(Some(v)),\n    Err(_) => Ok(None),\n  }\n}\n\nfn f() -> Result<()> {\n  let x = var("NAME")?.unwrap_or("d");\n}\n', 9, False, "d"),
    ("a helper that insists", "rust", "src/main.rs", 'fn required_var(key: &str) -> Result<String> {\n  dotenvy::var(key).map_err(|_| missing(key))\n}\n\nfn f() -> Result<()> {\n  let x = required_var("NAME")?;\n}\n', 6, True, None),
    ("a constant in a list", "rust", "src/main.rs", 'const KEY: &str = "NAME";\nconst OTHER: &str = "OTHER_ONE";\nfn f() {\n  [KEY, OTHER].iter().for_each(|key| {\n    env::var(key).expect("x");\n  });\n}\n', 5, True, None),
    ("clap", "rust", "src/main.rs", '#[derive(Parser)]\nstruct A {\n  #[arg(long, env = "NAME")]\n  a: String,\n}\n', 3, True, None),
    ("clap with a default", "rust", "src/main.rs", '#[derive(Parser)]\nstruct A {\n  #[arg(long, env = "NAME", default_value = "d")]\n  a: String,\n}\n', 3, False, "d"),
    ("clap with an Option", "rust", "src/main.rs", '#[derive(Parser)]\nstruct A {\n  #[clap(env = "NAME")]\n  a: Option<String>,\n}\n', 3, False, None),
    ("envy", "rust", "src/main.rs", '#[derive(Deserialize)]\nstruct A {\n  one_word: String,\n}\nfn f() {\n  let a = envy::prefixed("ZZ_").from_env::<A>();\n}\n', 3, True, None),
    ("Spring with a blank default", "java", "src/main/resources/application.yml", "a:\n  b: ${NAME:}\n", 2, False, None),
    ("Spring with a nested default", "java", "src/main/resources/application.yml", "a:\n  b: ${NAME:${user.home}}\n", 2, False, None),
    ("Micronaut", "java", "src/main/resources/application.yml", "a:\n  b: ${NAME:`d:1`}\n", 2, False, "d:1"),
    ("a profile for production", "java", "src/main/resources/application-prod.properties", "a=${NAME}\n", 1, True, None),
    ("a property that nobody defines", "java", "src/main/resources/application.properties", "a=${zz.word}\n", 1, True, None),
    ("@Value of one that nobody defines", "java", "src/main/java/A.java", 'class A {\n  @Value("${zz.word}") String x;\n}\n', 2, True, None),
    ("HOCON", "java", "src/main/resources/application.conf", "a = ${NAME}\n", 1, True, None),
    ("HOCON that may be left out", "java", "src/main/resources/application.conf", "a {\n  b = ${?NAME}\n}\n", 2, False, None),
    ("HOCON with a default", "java", "src/main/resources/application.conf", 'a {\n  b = "d"\n  b = ${?NAME}\n}\n', 3, False, "d"),
    ("Ktor", "kotlin", "src/main/resources/application.yaml", 'ktor:\n  a: "$NAME:d"\n', 2, False, "d"),
    ("a key of .NET", "dotnet", "Program.cs", 'class A { string x = Configuration["ZZ:Word"]; }\n', 1, False, None),
    ("a key of .NET with a default", "dotnet", "Program.cs", 'class A { int x = builder.Configuration.GetValue("ZZ:Word", 5); }\n', 1, False, "5"),
    ("a key of .NET that is insisted on", "dotnet", "Program.cs", 'class A { string x = _config.GetSection("ZZ")["Word"] ?? throw new Exception("x"); }\n', 1, True, None),
    ("C#", "dotnet", "Program.cs", 'class A { string x = Environment.GetEnvironmentVariable("NAME") ?? "d"; }\n', 1, False, "d"),
    ("C# that throws", "dotnet", "Program.cs", 'class A { string x = Environment.GetEnvironmentVariable("NAME") ?? throw new Exception("x"); }\n', 1, True, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "path", "code", "line", "required", "default"),
    [form[1:] for form in FORMS],
    ids=[f"{form[1]}: {form[0]}" for form in FORMS],
)
@examples(5)
@given(word=st.text(string.ascii_uppercase, min_size=3, max_size=8))
def test_a_form_is_found(
    language: str, path: str, code: str, line: int, required: bool, default: str | None, word: str
) -> None:
    spelled = {
        "ne_word": "ZZ_ONE_WORD",
        "OneWord": "ZZ_ONE_WORD",
        "one.word": "ZZ_ONE_WORD",
        "Word": "ZZ__Word",
    }
    fixed = next((name for part, name in spelled.items() if part in code), "ZZ_WORD")
    name = f"ZZ{word}_WORD" if "NAME" in code else fixed
    if classify.is_needed(name) or classify.is_optional(name):
        return
    found = found_in({path: code.replace("NAME", name)}, language)
    assert name in found
    assert line in [proof.line for proof in found[name].evidence]
    assert found[name].required is required
    assert found[name].default == default


TEXTS = [
    ("go", "main.go", '// +build ignore\n\npackage main\n\nvar x = os.Getenv("MY_NAME")\n'),
    ("go", "main.go", '//go:build tools\n\npackage main\n\nvar x = os.Getenv("MY_NAME")\n'),
    ("go", "main.go", 'package main\n\n// viper.GetString("MY_NAME")\nfunc f() { viper.AutomaticEnv() }\n'),
    ("go", "main.go", 'package main\n\nfunc f() { viper.GetString("MY_NAME") }\n'),
    ("go", "main.go", 'package main\n\nvar usage = `set os.Getenv("MY_NAME")`\n'),
    ("php", "a.php", "<?php\n/* getenv('MY_NAME') */\n$x = $_SERVER['REQUEST_URI'];\n# env('MY_NAME')\n"),
    ("kotlin", "src/main/kotlin/A.kt", '/* System.getenv("MY_NAME") */\nval x = "System.getenv(MY_NAME)"\n'),
    ("rust", "src/main.rs", '/* env::var("MY_NAME") */\nfn main() {\n  let x = r#"env::var("MY_NAME")"#;\n}\n'),
    ("elixir", "lib/a.ex", 'defmodule A do\n  @moduledoc """\n  System.get_env("MY_NAME")\n  """\nend\n'),
    ("dotnet", "Program.cs", '// Environment.GetEnvironmentVariable("MY_NAME")\nclass A {}\n'),
    ("java", "src/main/resources/application-dev.yml", "a: ${MY_NAME}\n"),
    ("java", "src/main/resources/application.yml", "# a: ${MY_NAME}\n"),
    ("java", "src/main/resources/application.conf", "# a = ${MY_NAME}\n// b = ${MY_NAME}\n"),
    ("java", "src/main/java/A.java", 'class A {\n  // @Value("${my.name}")\n}\n'),
    ("dotnet", "Program.cs", '// Configuration["MY_NAME"]\nclass A {}\n'),
    ("dotnet", "Tests/ATest.cs", 'class A { string x = Environment.GetEnvironmentVariable("MY_NAME"); }\n'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "path", "text"), TEXTS, ids=[f"{row[0]} {row[2][:30]!r}" for row in TEXTS]
)
def test_text_and_what_is_not_built_are_no_reads(language: str, path: str, text: str) -> None:
    assert not {"MY_NAME", "REQUEST_URI"} & set(found_in({path: text}, language))


def test_a_field_that_is_not_marked_as_required_is_optional_where_another_one_is() -> None:
    code = 'package main\ntype C struct {\n\tA string `env:"DB_PASSWORD,required"`\n\tB string `env:"STRIPE_KEY"`\n}\n'
    found = found_in({"main.go": code}, "go")
    assert found["DB_PASSWORD"].required
    assert not found["STRIPE_KEY"].required
    alone = found_in({"main.go": code.replace(",required", "")}, "go")
    assert alone["STRIPE_KEY"].required


def test_an_arm_of_a_switch_is_one_way_of_several() -> None:
    code = (
        "package main\nfunc f(kind string) {\n\tswitch kind {\n\tcase \"smtp\":\n\t\tneed(\"SMTP_PASSWORD\")\n"
        "\tdefault:\n\t\tneed(\"STRIPE_KEY\")\n\t}\n}\n\nfunc need(name string) {\n\tif os.Getenv(name) == \"\" {\n"
        "\t\tpanic(name)\n\t}\n}\n"
    )  # fmt: skip
    found = found_in({"main.go": code}, "go")
    assert (found["SMTP_PASSWORD"].required, found["STRIPE_KEY"].required) == (False, True)


def test_a_property_that_a_file_defines_is_no_variable() -> None:
    files = {
        "src/main/resources/application.properties": "app.url=https://x.example\nb=${app.url}/x ${server.port}\n",
        "src/main/resources/application-dev.yml": "mail:\n  from-name: x\n",
        "src/main/java/A.java": 'class A {\n  @Value("${mail.fromName}") String x;\n}\n',
    }
    assert found_in(files, "java") == {}


def test_appsettings_hold_the_defaults_of_net() -> None:
    files = {
        "Program.cs": 'var a = Configuration["Mail:From"];\nvar b = Configuration.GetConnectionString("Main");\n',
        "appsettings.json": '{"Mail": {"From": "a@b.io"}, "ConnectionStrings": {"Main": ""}}',
        "appsettings.Development.json": '{"ConnectionStrings": {"Main": "Host=localhost"}}',
    }
    found = found_in(files, "dotnet")
    assert (found["Mail__From"].default, found["Mail__From"].required) == ("a@b.io", False)
    assert found["ConnectionStrings__Main"].required
    assert found["ConnectionStrings__Main"].secret


def test_a_variable_of_laravels_config_is_not_required_by_a_route_or_a_command() -> None:
    files = {
        "artisan": "<?php\n",
        "config/database.php": "<?php\nreturn ['host' => env('DB_HOST', '127.0.0.1'), 'key' => env('STRIPE_SECRET')];\n",
        "config/app.php": "<?php\nreturn ['key' => env('APP_KEY')];\n",
        "routes/web.php": "<?php\nRoute::get('/x', fn () => env('DB_HOST'));\n",
        "app/Console/Commands/A.php": "<?php\n$x = env('DROPBOX_SECRET');\n",
        "app/Http/A.php": "<?php\n$x = env('PAYPAL_SECRET');\n",
    }
    found = found_in(files, "php")
    assert {name for name, var in found.items() if var.required} == {"APP_KEY", "PAYPAL_SECRET"}


def test_every_language_is_read_without_suffixes_of_its_own_and_beside_other_apps() -> None:
    from scaffold import config_vars
    from tests.test_config_vars_forms import Texts

    files = {"A/Program.cs": "class A {}\n", "B/Program.cs": "class B {}\n", "B/B.csproj": "<Project/>"}
    assert (
        list(config_vars.discover(Texts(files), stack="x", language="x", root="A", other_roots=("A", "B")))
        == []
    )
