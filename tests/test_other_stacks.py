"""Go, PHP, Laravel, Java, Elixir, Rust and .NET detection, case by case: commands, strengths, traps."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from scaffold.checkout import open_repo
from scaffold.facts import Addon, AnyFact, ConfigVar, Doubt, File, Migration, Process, Strength, Uses
from tests.examples import examples

Found = Callable[[str, Mapping[str, str]], list[AnyFact]]
STACKS = ("go", "php", "laravel", "java", "elixir", "rust", "dotnet")


@pytest.fixture
def found(tmp_path: Path) -> Found:
    def detect(stack: str, files: Mapping[str, str]) -> list[AnyFact]:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return list(importlib.import_module(f"scaffold.stacks.{stack}").detect(open_repo(tmp_path)))

    return detect


def commands(facts: list[AnyFact]) -> dict[str, str]:
    return {fact.name: fact.command for fact in facts if isinstance(fact, Process)}


def doubts(facts: list[AnyFact]) -> set[str]:
    return {fact.id for fact in facts if isinstance(fact, Doubt)}


def strength(facts: list[AnyFact]) -> Strength:
    return max((fact.strength for fact in facts if isinstance(fact, Uses)), default=Strength.HINT)


MOD = "module example.com/shop\n\ngo 1.24\n"
SERVE = (
    'package main\n\nimport (\n\t"net/http"\n\t"os"\n)\n\n'
    'func main() {\n\thttp.ListenAndServe(":"+os.Getenv("PORT"), nil)\n}\n'
)
FIXED = (
    'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe("localhost:8080", nil)\n}\n'
)
TOOL = 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println("// http.ListenAndServe")\n}\n'
BOT = (
    'package main\n\nimport "github.com/bwmarrin/discordgo"\n\n'
    'func main() {\n\tdiscordgo.New("")\n\tselect {}\n}\n'
)

GO_CASES: list[tuple[str, dict[str, str], dict[str, str]]] = [
    ("the program at the root is called by the module", {"main.go": SERVE}, {"web": "bin/shop"}),
    ("a program in cmd is called by its folder", {"cmd/api/main.go": SERVE}, {"web": "bin/api"}),
    (
        "a tool beside the server is no worker",
        {"cmd/api/main.go": SERVE, "cmd/seed/main.go": TOOL},
        {"web": "bin/api"},
    ),
    (
        "of two servers the one the Dockerfile builds is the app",
        {
            "cmd/admin/main.go": SERVE,
            "cmd/core/main.go": SERVE,
            "Dockerfile": "FROM golang\nRUN go build -o /app ./cmd/core\n",
        },
        {"web": "bin/core"},
    ),
    ("a program that is not built is none", {"gen.go": "//go:build ignore\n\n" + SERVE}, {}),
    ("vendored programs are none", {"vendor/example.com/x/main.go": SERVE}, {}),
    ("a main function in a comment is none", {"main.go": "package main\n\n/*\nfunc main() {}\n*/\n"}, {}),
    ("a chat bot is a worker", {"main.go": BOT}, {"worker": "bin/shop"}),
    (
        "another variable gets Heroku's port",
        {"main.go": SERVE.replace('"PORT"', '"APP_PORT"')},
        {"web": "APP_PORT=$PORT bin/shop"},
    ),
    (
        "an odd folder name is quoted",
        {"cmd/a; touch pwned/main.go": SERVE},
        {"web": "'bin/a; touch pwned'"},
    ),
    (
        "the subcommand that serves is given",
        {
            "main.go": 'package main\n\nimport "example.com/shop/cmd"\n\nfunc main() {\n\tcmd.Run()\n}\n',
            "cmd/serve.go": 'package cmd\n\nimport (\n\t"net/http"\n\t"os"\n\n'
            '\t"github.com/spf13/cobra"\n)\n\n'
            'var serve = &cobra.Command{Use: "serve", Run: func(c *cobra.Command, a []string) {\n'
            '\thttp.ListenAndServe(":"+os.Getenv("PORT"), nil)\n}}\n',
        },
        {"web": "bin/shop serve"},
    ),
]


@pytest.mark.parametrize(
    ("files", "wanted"), [case[1:] for case in GO_CASES], ids=[case[0] for case in GO_CASES]
)
def test_go(found: Found, files: dict[str, str], wanted: dict[str, str]) -> None:
    assert commands(found("go", {"go.mod": MOD, **files})) == wanted


def test_a_fixed_port_and_localhost_are_doubted_in_go(found: Found) -> None:
    assert doubts(found("go", {"go.mod": MOD, "main.go": FIXED})) == {"go/fixed-port", "go/loopback"}


def test_a_go_framework_is_found_where_one_file_makes_what_another_runs(found: Found) -> None:
    files = {
        "go.mod": MOD + "\nrequire github.com/gin-gonic/gin v1.10.0\n",
        "main.go": 'package main\n\nimport "example.com/shop/web"\n\nfunc main() {\n\tweb.Open()\n}\n',
        "web/open.go": "package web\n\nfunc Open() {\n\troutes().Run()\n}\n",
        "web/routes.go": 'package web\n\nimport "github.com/gin-gonic/gin"\n\n'
        "func routes() *gin.Engine {\n\treturn gin.Default()\n}\n",
    }
    assert commands(found("go", files)) == {"web": "bin/shop"}


def test_old_go_programs_below_cmd_are_seen(found: Found) -> None:
    facts = found("go", {"cmd/shop/main.go": SERVE, "glide.yaml": "", "public/index.html": "<p>\n"})
    assert doubts(facts) == {"go/no-module"}
    assert strength(facts) is Strength.GENERIC


def test_an_image_goes_before_a_go_program_that_no_buildpack_builds(found: Found) -> None:
    assert strength(found("go", {"main.go": SERVE, "Dockerfile": "FROM golang\n"})) is Strength.HINT


SPRING = (
    "<project><artifactId>shop</artifactId><version>1</version><dependencies><dependency>"
    "<groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId>"
    "</dependency></dependencies><build><plugins><plugin><groupId>org.springframework.boot</groupId>"
    "<artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>\n"
)


@pytest.mark.parametrize(
    ("files", "value"),
    [
        (
            {"application.properties": "spring.profiles.active=dev\n", "application-prod.properties": ""},
            "prod",
        ),
        ({"application.yml": "spring:\n  profiles:\n    active: dev\n", "application-prod.yml": ""}, "prod"),
        ({"application.properties": "", "application-prod.properties": ""}, None),
        ({"application-prod.yml": "", "application-heroku.yml": ""}, "prod,heroku"),
        ({"application.properties": "spring.profiles.active=dev\n"}, None),
    ],
    ids=["dev is active", "dev is active in YAML", "none is active", "one is for Heroku", "no other profile"],
)
def test_spring_profiles(found: Found, files: dict[str, str], value: str | None) -> None:
    main = (
        "package shop;\n@SpringBootApplication\npublic class Shop {\n"
        "  public static void main(String[] args) {}\n}\n"
    )
    texts = {f"src/main/resources/{name}": text for name, text in files.items()}
    facts = found("java", {"pom.xml": SPRING, "src/main/java/shop/Shop.java": main, **texts})
    named = [fact for fact in facts if isinstance(fact, ConfigVar)]
    assert [(fact.name, fact.value) for fact in named] == (
        [("SPRING_PROFILES_ACTIVE", value)] if value else []
    )


def test_go_without_modules_is_doubted(found: Found) -> None:
    facts = found("go", {"main.go": SERVE, "Gopkg.toml": ""})
    assert doubts(facts) == {"go/no-module"}
    assert commands(facts) == {}


LARAVEL = {
    "composer.json": '{"require": {"php": "^8.2", "laravel/framework": "^11.0"}}',
    "composer.lock": '{"packages": [{"name": "laravel/framework", "version": "v11.1.0"}]}',
    "artisan": "<?php\n",
    "public/index.php": "<?php\n",
    "public/.htaccess": "RewriteEngine On\n",
    "database/migrations/2024_create.php": "<?php\n",
}


def test_laravel_on_sqlite_gets_postgres_and_says_so(found: Found) -> None:
    facts = found("laravel", {**LARAVEL, ".env.example": "DB_CONNECTION=sqlite\n"})
    assert commands(facts) == {"web": "heroku-php-apache2 public/"}
    assert [fact.command for fact in facts if isinstance(fact, Migration)] == ["php artisan migrate --force"]
    assert [(fact.service, fact.var) for fact in facts if isinstance(fact, Addon)] == [("postgres", "DB_URL")]
    assert "laravel/sqlite" in doubts(facts)


def test_a_laravel_queue_needs_both_jobs_and_a_driver(found: Found) -> None:
    job = {"app/Jobs/A.php": "<?php\nclass A implements ShouldBeUnique, ShouldQueue {}\n"}
    assert "worker" not in commands(found("laravel", {**LARAVEL, **job, ".env": "QUEUE_CONNECTION=sync\n"}))
    facts = found("laravel", {".env": "QUEUE_CONNECTION=redis\n"})
    assert commands(facts)["worker"] == "php artisan queue:work --tries=3"


def test_a_package_for_laravel_is_no_app(found: Found) -> None:
    assert strength(found("laravel", {"composer.json": LARAVEL["composer.json"]})) is Strength.HINT


PHP_CASES: list[tuple[str, dict[str, str], dict[str, str]]] = [
    (
        "Symfony without .htaccess gets nginx with rules",
        {"composer.json": '{"require": {"symfony/framework-bundle": "7.*"}}', "public/index.php": "<?php\n"},
        {"web": "heroku-php-nginx -C nginx_app.conf public/"},
    ),
    (
        "the top is served where index.php is there",
        {"composer.json": "{}", "index.php": "<?php\n", "public/style.css": ""},
        {"web": "heroku-php-apache2"},
    ),
    (
        "Drupal's web root is the one composer.json names",
        {
            "composer.json": '{"require": {"drupal/core-recommended": "^10"}, "extra": {"drupal-scaffold": '
            '{"locations": {"web-root": "docroot/"}}}}'
        },
        {"web": "heroku-php-apache2 docroot/"},
    ),
    (
        "a library serves nothing",
        {"composer.json": '{"name": "a/b", "type": "library"}', "src/A.php": "<?php\n"},
        {},
    ),
    (
        "values of odd types are survived",
        {"composer.json": '{"require": [], "extra": 3, "scripts": null}'},
        {},
    ),
]


@pytest.mark.parametrize(
    ("files", "wanted"), [case[1:] for case in PHP_CASES], ids=[case[0] for case in PHP_CASES]
)
def test_php(found: Found, files: dict[str, str], wanted: dict[str, str]) -> None:
    assert commands(found("php", files)) == wanted


def test_php_pages_get_an_empty_composer_json(found: Found) -> None:
    facts = found("php", {"index.php": "<?php\n"})
    assert [(fact.path, fact.text) for fact in facts if isinstance(fact, File)] == [("composer.json", "{}\n")]


def pom(body: str) -> str:
    return f"<project><groupId>g</groupId><artifactId>shop</artifactId><version>1.0</version>{body}</project>"


def dependency(name: str) -> str:
    one = f"<dependency><groupId>g</groupId><artifactId>{name}</artifactId></dependency>"
    return f"<dependencies>{one}</dependencies>"


def plugin(name: str, more: str = "") -> str:
    return f"<build><plugins><plugin><artifactId>{name}</artifactId>{more}</plugin></plugins></build>"


MAIN = {
    "src/main/java/com/example/Main.java": "package com.example;\n"
    "public class Main {\n  public static void main(String[] a) {}\n}\n"
}
SHADE = "<executions><execution><goals><goal>shade</goal></goals></execution></executions>"

JAVA_CASES: list[tuple[str, dict[str, str], dict[str, str]]] = [
    (
        "a shaded jar replaces the plain one",
        {**MAIN, "pom.xml": pom(dependency("javalin") + plugin("maven-shade-plugin", SHADE))},
        {"web": "java $JAVA_OPTS -jar target/shop-1.0.jar"},
    ),
    (
        "Quarkus needs no main class",
        {"pom.xml": pom(dependency("quarkus-rest") + plugin("quarkus-maven-plugin"))},
        {"web": "java -Dquarkus.http.port=$PORT $JAVA_OPTS -jar target/quarkus-app/quarkus-run.jar"},
    ),
    (
        "Spring Boot without a web starter is a worker",
        {**MAIN, "pom.xml": pom(dependency("spring-boot-starter") + plugin("spring-boot-maven-plugin"))},
        {"worker": "java $JAVA_OPTS -jar target/shop-1.0.jar"},
    ),
    (
        "the module that serves is started from the top",
        {
            "pom.xml": pom(
                "<packaging>pom</packaging><modules><module>core</module><module>web</module></modules>"
            ),
            "core/pom.xml": pom(dependency("commons")),
            "web/pom.xml": pom(dependency("spring-boot-starter-web") + plugin("spring-boot-maven-plugin")),
            "web/src/main/java/App.java": "public class App { public static void main(String[] a) {} }\n",
        },
        {"web": "java -Dserver.port=$PORT $JAVA_OPTS -jar web/target/shop-1.0.jar"},
    ),
    ("a library is none", {"pom.xml": pom(dependency("commons"))}, {}),
    (
        "Gradle's Spring Boot jar has the project's name and version",
        {
            **MAIN,
            "settings.gradle": "rootProject.name = 'shop'\n",
            "build.gradle": "plugins {\n  id 'org.springframework.boot' version '3.4.0'\n}\nversion = '2.0'\n"
            "dependencies {\n  implementation 'org.springframework.boot:spring-boot-starter-web'\n}\n",
        },
        {"web": "java -Dserver.port=$PORT $JAVA_OPTS -jar build/libs/shop-2.0.jar"},
    ),
    (
        "without settings only the version of Gradle's jar is known",
        {
            **MAIN,
            "build.gradle": "plugins {\n  id 'org.springframework.boot' version '3.4.0'\n}\nversion = '2.0'\n"
            "dependencies {\n  implementation 'org.springframework.boot:spring-boot-starter-web'\n}\n",
        },
        {"web": "java -Dserver.port=$PORT $JAVA_OPTS -jar build/libs/*-2.0.jar"},
    ),
    (
        "a Play app by sbt",
        {"build.sbt": 'name := "My Shop"\nlazy val root = project.enablePlugins(PlayScala)\n'},
        {"web": "target/universal/stage/bin/my-shop -Dhttp.port=$PORT"},
    ),
]


@pytest.mark.parametrize(
    ("files", "wanted"), [case[1:] for case in JAVA_CASES], ids=[case[0] for case in JAVA_CASES]
)
def test_java(found: Found, files: dict[str, str], wanted: dict[str, str]) -> None:
    assert commands(found("java", files)) == wanted


def test_a_war_without_a_server_is_said(found: Found) -> None:
    facts = found("java", {"pom.xml": pom("<packaging>war</packaging>")})
    assert commands(facts) == {
        "web": "java $JAVA_OPTS -jar target/dependency/webapp-runner.jar --port $PORT target/shop-1.0.war"
    }


RUST_CASES: list[tuple[str, str, str, dict[str, str]]] = [
    (
        "an axum server that reads PORT",
        '[dependencies]\naxum = "0.7"\n',
        'fn main() { std::env::var("PORT"); }',
        {"web": "./target/release/shop"},
    ),
    (
        "the port is an option of the command line",
        '[dependencies]\naxum = "0.7"\n',
        "struct Args {\n    #[arg(long, default_value_t = 80)]\n    port: u16,\n}\nfn main() {}",
        {"web": "./target/release/shop --port $PORT"},
    ),
    ("a bot", '[dependencies]\nserenity = "0.12"\n', "fn main() {}", {"worker": "./target/release/shop"}),
    ("a page for browsers is no server", '[dependencies]\nyew = "0.21"\n', "fn main() {}", {}),
    ("a development dependency is none", '[dev-dependencies]\naxum = "0.7"\n', "fn main() {}", {}),
]


@pytest.mark.parametrize(
    ("more", "main", "wanted"), [case[1:] for case in RUST_CASES], ids=[case[0] for case in RUST_CASES]
)
def test_rust(found: Found, more: str, main: str, wanted: dict[str, str]) -> None:
    files = {"Cargo.toml": f'[package]\nname = "shop"\n\n{more}', "src/main.rs": main + "\n"}
    assert commands(found("rust", files)) == wanted


def test_an_umbrella_is_one_elixir_app(found: Found) -> None:
    root = 'defmodule U do\n  def project, do: [apps_path: "apps", deps: []]\nend\n'
    part = (
        "defmodule W do\n  def project, do: [app: :web, deps: deps()]\n"
        "  def application, do: [mod: {W.App, []}]\n"
        '  defp deps, do: [{:phoenix, "~> 1.7"}]\nend\n'
    )
    facts = found(
        "elixir",
        {
            "mix.exs": root,
            "apps/web/mix.exs": part,
            "apps/web/lib/endpoint.ex": "use Phoenix.Endpoint, otp_app: :web\n",
        },
    )
    assert commands(facts) == {"web": "mix phx.server"}
    assert {fact.root for fact in facts} == {"."}


def test_a_dotnet_console_program_is_no_app(found: Found) -> None:
    text = (
        '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net9.0</TargetFramework>'
        "<OutputType>Exe</OutputType></PropertyGroup></Project>"
    )
    facts = found("dotnet", {"Tool.csproj": text})
    assert commands(facts) == {}
    assert strength(facts) is Strength.HINT


def test_of_several_solutions_the_smallest_with_the_app_is_named(found: Found) -> None:
    project = '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>'
    line = 'Project("{A}") = "X", "src\\{0}\\{0}.csproj", "{B}"\n'
    facts = found(
        "dotnet",
        {
            "Directory.Build.props": "<Project><PropertyGroup><TargetFramework>net9.0</TargetFramework>"
            "</PropertyGroup></Project>",
            "src/Web/Web.csproj": project,
            "src/Core/Core.csproj": '<Project Sdk="Microsoft.NET.Sdk"></Project>',
            "All.sln": line.replace("{0}", "Web") + line.replace("{0}", "Core"),
            "Shop.sln": line.replace("{0}", "Web"),
        },
    )
    assert commands(facts) == {"web": "cd src/Web/bin/publish && ./Web --urls http://*:$PORT"}
    assert [(fact.name, fact.value) for fact in facts if isinstance(fact, ConfigVar)] == [
        ("SOLUTION_FILE", "Shop.sln")
    ]


def test_an_old_dotnet_is_doubted(found: Found) -> None:
    text = (
        '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>netcoreapp3.1</TargetFramework>'
        "</PropertyGroup></Project>"
    )
    facts = found("dotnet", {"Shop.csproj": text})
    assert commands(facts) == {"web": "cd bin/publish && ./Shop --urls http://*:$PORT"}
    assert doubts(facts) == {"dotnet/old-framework"}


NAMES = st.sampled_from(
    [
        "go.mod",
        "main.go",
        "cmd/x/main.go",
        "composer.json",
        "composer.lock",
        "index.php",
        "artisan",
        "public/index.php",
        "pom.xml",
        "build.gradle",
        "settings.gradle.kts",
        "build.sbt",
        "project.clj",
        "mix.exs",
        "mix.lock",
        "lib/a.ex",
        "config/runtime.exs",
        "Cargo.toml",
        "src/main.rs",
        "src/bin/a.rs",
        "rust-toolchain",
        "A.csproj",
        "A.sln",
        "src/main/java/Main.java",
        "gradle/libs.versions.toml",
        "system.properties",
        ".tool-versions",
        ".env",
    ]
)
TEXTS = st.sampled_from(
    [
        "",
        "{",
        "[]",
        "null",
        '{"require": {"laravel/framework": 3, "php": null}}',
        "module x\n",
        "package main\nfunc main() {}",
        "<project/>",
        "<Project/>",
        "plugins { id 'application' }",
        '(defproject a "1")',
        'name := "a"',
        "[package]\nname = 'a'",
        "[workspace]\nmembers = ['*']",
        "elixir\nerlang",
        "public static void main(String[] a)",
        "\x00",
        "é\ufeff",
        "[libraries]\na = 3",
        "java.runtime.version=",
        "defmodule A do\n use Mix.Project\nend",
        '{:phoenix, "~> 1.7"}',
        "DB_CONNECTION=",
        "'\"`/*",
    ]
)


@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.dictionaries(NAMES, TEXTS, max_size=8))
def test_no_detector_fails_on_odd_files(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, Any]
) -> None:
    top = tmp_path_factory.mktemp("odd")
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text, encoding="utf-8")
    repo = open_repo(top)
    for stack in STACKS:
        for fact in importlib.import_module(f"scaffold.stacks.{stack}").detect(repo):
            assert fact.evidence
