"""Parsers of go.mod, composer, Maven, Gradle, Mix, Cargo and .NET: values, lines, malformed input."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import ManifestError
from scaffold.manifests import cargo, composer, dotnet_project, go_mod, gradle, maven, mix

GO = """module example.com/shop/v3 // the shop

// +heroku goVersion go1.24
// +heroku install ./cmd/... ./tools
go 1.24.1

require (
\texample.com/web v1.2.3
\texample.com/deep v0.1.0 // indirect
)
require example.com/single v2.0.0+incompatible
replace example.com/web => ../web
"""

POM = """<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent><groupId>g</groupId><artifactId>parent</artifactId><version>9</version></parent>
  <artifactId>shop</artifactId>
  <properties><java.version>17</java.version></properties>
  <dependencies>
    <dependency>
      <groupId>org.example</groupId>
      <artifactId>web</artifactId>
      <scope>runtime</scope>
    </dependency>
  </dependencies>
  <build>
    <finalName>shop</finalName>
    <plugins>
      <!-- <plugin><artifactId>commented</artifactId></plugin> -->
      <plugin>
        <artifactId>maven-shade-plugin</artifactId>
        <executions><execution><goals><goal>shade</goal></goals></execution></executions>
        <configuration><mainClass>com.example.Main</mainClass></configuration>
      </plugin>
    </plugins>
  </build>
</project>
"""


def test_go_mod_gives_module_versions_and_heroku_directives_with_lines() -> None:
    mod = go_mod.parse(GO, "go.mod")
    assert (mod.module, mod.line, mod.binary) == ("example.com/shop/v3", 1, "shop")
    assert (mod.go, mod.go_line, mod.heroku_go, mod.heroku_go_line) == ("1.24.1", 5, "1.24", 3)
    assert mod.install == ("./cmd/...", "./tools")
    assert {name: (item.line, item.indirect) for name, item in mod.requires.items()} == {
        "example.com/web": (8, False),
        "example.com/deep": (9, True),
        "example.com/single": (11, False),
    }
    assert mod.local == (("../web", 12),)


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("example.com/a/shop", "shop"),
        ("example.com/shop/v2", "shop"),
        ("shop", "shop"),
        ("v2", "v2"),
        ("example.com/shop/cmd/server", "server"),
    ],
)
def test_a_go_binary_is_called_by_the_last_part_that_is_no_version(package: str, name: str) -> None:
    assert go_mod.binary_name(package) == name


def test_composer_gives_packages_without_the_platform() -> None:
    text = '{\n "name": "a/b",\n "require": {\n  "php": "^8.2",\n  "Slim/Slim": "^4"\n },\n "extra": []\n}'
    parsed = composer.parse(text, "composer.json")
    assert parsed.packages == ("slim/slim",)
    assert parsed.requires["php"] == "^8.2"
    assert parsed.line("php") == 4
    assert parsed.extra == {}


def test_a_composer_lock_gives_versions_without_the_v() -> None:
    text = '{"packages": [{"name": "A/B", "version": "v1.2.0"}, 3, {"name": null}], "packages-dev": [{}]}'
    assert composer.parse_lock(text, "composer.lock") == {"a/b": "1.2.0"}


def test_a_pom_gives_parent_dependencies_plugins_and_lines() -> None:
    pom = maven.parse(POM, "pom.xml")
    assert (pom.artifact, pom.version, pom.parent, pom.final_name) == ("shop", "9", "parent", "shop")
    assert pom.dependencies["web"].scope == "runtime"
    assert pom.dependencies["web"].line == 9
    assert list(pom.plugins) == ["maven-shade-plugin"]
    plugin = pom.plugins["maven-shade-plugin"]
    assert (plugin.goals, plugin.setting("mainClass")) == (frozenset({"shade"}), "com.example.Main")


@pytest.mark.parametrize(
    "text",
    ["", "<project>", "<other/>", '<!DOCTYPE project [<!ENTITY a "b">]><project>&a;</project>', "no xml"],
    ids=["empty", "unclosed", "another top element", "entities", "text"],
)
@pytest.mark.parametrize("parse", [maven.parse, dotnet_project.parse], ids=["maven", "dotnet"])
def test_broken_or_dangerous_xml_is_refused(parse: Callable[[str, str], object], text: str) -> None:
    with pytest.raises(ManifestError):
        parse(text, "pom.xml")


def test_gradle_reads_both_dialects() -> None:
    groovy = gradle.parse(
        "plugins {\n    id 'org.springframework.boot' version '3.0'\n}\napply plugin: 'war'\n"
        "// implementation 'x:commented:1'\nversion = '1.2'\ndependencies {\n"
        "    implementation 'org.example:web:1.0'\n    testImplementation 'org.example:test:1.0'\n}\n",
        "build.gradle",
    )
    assert groovy.plugins == {"org.springframework.boot": 2, "war": 4}
    assert groovy.value("version") == "1.2"
    assert {name: dep.configuration for name, dep in groovy.dependencies.items()} == {
        "web": "implementation",
        "test": "testImplementation",
    }
    kotlin = gradle.parse(
        'plugins {\n    kotlin("jvm") version "2.0"\n    alias(libs.plugins.ktor)\n    application\n}\n'
        'application {\n    mainClass.set("com.example.AppKt")\n}\ntasks.register("stage") { }\n',
        "build.gradle.kts",
    )
    assert set(kotlin.plugins) == {"kotlin-jvm", "libs.ktor", "application"}
    assert (kotlin.value("main"), kotlin.value("stage")) == ("com.example.AppKt", "stage")


def test_gradle_settings_give_name_and_parts() -> None:
    settings = gradle.parse("rootProject.name = 'shop'\ninclude ':api', ':tools:cli'\n", "settings.gradle")
    assert settings.value("rootname") == "shop"
    assert settings.includes == ("api", "tools/cli")


def test_mix_gives_dependencies_that_run_and_aliases() -> None:
    text = (
        'defmodule M do\n  def project do\n    [app: :shop, elixir: "~> 1.15"]\n  end\n'
        "  def application, do: [mod: {Shop.Application, []}]\n  defp deps do\n    [\n"
        '      {:phoenix, "~> 1.7"},\n      # {:nostrum, "~> 0.9"},\n'
        '      {:credo, "~> 1.0", only: [:dev, :test]},\n'
        '      {:own, path: "../own"}\n    ]\n  end\n'
        '  defp aliases do\n    ["assets.deploy": ["phx.digest"], setup: ["deps.get"]]\n  end\nend\n'
    )
    parsed = mix.parse(text, "mix.exs")
    assert (parsed.app, parsed.elixir, parsed.module) == ("shop", "~> 1.15", "Shop.Application")
    assert {name: (dep.line, dep.runs) for name, dep in parsed.dependencies.items()} == {
        "phoenix": (8, True),
        "credo": (10, False),
        "own": (11, True),
    }
    assert "assets.deploy" in parsed.aliases


def test_cargo_gives_programs_dependencies_and_workspace() -> None:
    text = (
        '[package]\nname = "shop"\nrust-version = "1.80"\n\n[[bin]]\nname = "web"\npath = "src/web.rs"\n\n'
        '[dependencies]\naxum = "0.7"\n'
        'sqlx = { version = "0.8", features = ["postgres"], optional = true }\n\n'
        '[dependencies.serde]\nversion = "1"\n\n[workspace]\nmembers = ["crates/*", 3]\n'
    )
    parsed = cargo.parse(text, "Cargo.toml")
    assert (parsed.package, parsed.rust, parsed.members) == ("shop", "1.80", ("crates/*",))
    assert parsed.binaries == (("web", "src/web.rs", 6),)
    assert {name: dep.line for name, dep in parsed.dependencies.items()} == {
        "axum": 10,
        "sqlx": 11,
        "serde": 13,
    }
    assert parsed.dependencies["sqlx"].features == ("postgres",)
    assert parsed.dependencies["sqlx"].optional


def test_a_dotnet_project_gives_sdk_framework_assembly_and_packages() -> None:
    text = (
        '<Project Sdk="Microsoft.NET.Sdk.Web">\n  <PropertyGroup>\n'
        "    <TargetFramework>net9.0</TargetFramework>\n"
        '  </PropertyGroup>\n  <ItemGroup>\n    <PackageReference Include="Npgsql" Version="9.0.0" />\n'
        "  </ItemGroup>\n</Project>\n"
    )
    parsed = dotnet_project.parse(text, "src/Shop.Web.csproj")
    assert (parsed.sdk, parsed.framework, parsed.framework_line) == ("Microsoft.NET.Sdk.Web", "net9.0", 3)
    assert parsed.assembly == "Shop.Web"
    assert parsed.packages == {"Npgsql": 6}


def test_solutions_of_both_kinds_name_their_projects() -> None:
    sln = 'Project("{X}") = "Web", "src\\Web\\Web.csproj", "{Y}"\nProject("{Z}") = "docs", "docs", "{Q}"\n'
    assert dotnet_project.parse_solution(sln, "a.sln") == ("src/Web/Web.csproj",)
    slnx = '<Solution>\n  <Project Path="src/Web/Web.csproj" />\n</Solution>\n'
    assert dotnet_project.parse_solution(slnx, "a.slnx") == ("src/Web/Web.csproj",)


PARSERS: list[Callable[[str, str], object]] = [
    go_mod.parse,
    composer.parse,
    composer.parse_lock,
    maven.parse,
    gradle.parse,
    mix.parse,
    mix.parse_lock,
    cargo.parse,
    dotnet_project.parse,
]

PIECES = st.sampled_from(
    [
        "module ",
        "require (",
        ")",
        "{",
        "}",
        "[",
        "]",
        '"',
        "'",
        "\n",
        ":a",
        "<project>",
        "</project>",
        "<dependency>",
        "plugins",
        "id 'x'",
        "[package]",
        "name = 1",
        "[[bin]]",
        "[dependencies]",
        "a = 3",
        "null",
        "1",
        ",",
        "//",
        "#",
    ]
)


@pytest.mark.parametrize(
    "parse", PARSERS, ids=lambda parse: f"{parse.__module__.rpartition('.')[2]}.{parse.__name__}"
)
@given(text=st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map("".join)))
def test_no_text_makes_a_parser_fail_other_than_as_malformed(
    parse: Callable[[str, str], object], text: str
) -> None:
    try:
        parse(text, "file")
    except ManifestError as error:
        assert error.path == "file"
