"""Dart: manifests, SDK choice, source reading, Conduit's configuration and the servers found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.checkout import open_repo
from scaffold.errors import ManifestError
from scaffold.facts import AnyFact, ConfigVar, File, Migration, Process, Uses
from scaffold.families.dart.code import blank, classes
from scaffold.families.dart.conduit import upper_snake
from scaffold.families.dart.sdk import bounds, sdk_release
from scaffold.manifests.pubspec import parse, parse_lock
from scaffold.stacks.dart import detect


def facts(top: Path, files: dict[str, str]) -> list[AnyFact]:
    for path, text in files.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text, encoding="utf-8")
    return list(detect(open_repo(top)))


@pytest.mark.parametrize(
    ("constraints", "release"),
    [
        ([">=2.18.6 <3.0.0"], "2.19.6"),
        (["^2.12.0"], "2.19.6"),
        ([">=1.8.0 <2.0.0"], "1.24.3"),
        ([">=2.7.0 <3.0.0", ">=2.12.0 <2.15.0"], "2.14.4"),
        (["<=2.14.4"], "2.14.4"),
        (["2.18.6"], "2.18.6"),
        (["^9.1.0"], "9.1.0"),
    ],
    ids=str,
)
def test_the_newest_release_that_all_constraints_allow(constraints: list[str], release: str) -> None:
    assert sdk_release(*constraints) == release


def test_a_framework_caps_the_sdk() -> None:
    assert sdk_release(">=2.3.0 <3.0.0", newest="2.8.4") == "2.8.4"


@given(st.text(max_size=60))
def test_constraints_never_crash(text: str) -> None:
    low, high = bounds(text)
    assert low >= (0, 0, 0)
    assert sdk_release(text)
    assert high


@given(st.text(alphabet="'\"/*${}\\\nra =;@class(){}", max_size=80))
def test_blanking_keeps_every_offset(text: str) -> None:
    done = blank(text)
    assert len(done) == len(text)
    assert [i for i, c in enumerate(done) if c == "\n"] == [i for i, c in enumerate(text) if c == "\n"]
    list(classes(done))


@pytest.mark.parametrize(
    "text",
    [
        "// HttpServer.bind(",
        "/* HttpServer.bind( */",
        "/* /* */ HttpServer.bind( */",
        "var a = 'HttpServer.bind(';",
        "var a = '${f('x')} HttpServer.bind(';",
        "var a = r'\\'; // HttpServer.bind(",
        'var a = """\nHttpServer.bind(\n""";',
        "var a = 'it\\'s HttpServer.bind(';",
    ],
)
def test_comments_and_strings_hold_no_code(text: str) -> None:
    assert "HttpServer" not in blank(text)


def test_fields_of_a_class() -> None:
    code = """class C<T> extends Configuration {
  C(String p) : super.fromFile(File(p));
  late DatabaseConfiguration database;
  String? a; int b = 3;
  @optionalConfiguration late String c;
  @Thing(x: 1)
  late List<Map<String, int>> d;
  static String e = '';
  String get f => 'x';
  void g(String h) { String i = 'x'; }
  final Map<String, int> j = {'a': 1};
}"""
    (found,) = classes(blank(code))
    assert [(f.name, f.type, f.required) for f in found.fields] == [
        ("database", "DatabaseConfiguration", True),
        ("a", "String", False),
        ("b", "int", False),
        ("c", "String", False),
        ("d", "List<Map<String,int>>", True),
        ("j", "Map<String,int>", False),
    ]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("clientID", "CLIENT_ID"), ("tideTableToken", "TIDE_TABLE_TOKEN"), ("baseURL", "BASE_URL"), ("x", "X")],
)
def test_variable_names(name: str, wanted: str) -> None:
    assert upper_snake(name) == wanted


@given(st.text(max_size=200))
def test_manifests_never_crash(text: str) -> None:
    parse_lock(text, "pubspec.lock")
    try:
        parse(text, "pubspec.yaml")
    except ManifestError as error:
        assert error.path == "pubspec.yaml"


@pytest.mark.parametrize(
    "text",
    [
        "name: [a]\nenvironment: 3\ndependencies:\n  - shelf\n",
        "environment:\n  sdk: [1]\ndependencies: null\n",
        "dependencies:\n  shelf:\n  a: {path: ../a}\n",
        "",
    ],
)
def test_odd_manifests_are_read_as_far_as_they_go(text: str, tmp_path: Path) -> None:
    assert parse(text, "pubspec.yaml").sdk == ""
    facts(tmp_path, {"pubspec.yaml": text, "bin/server.dart": "void main() {}"})


CONDUIT = {
    "pubspec.yaml": "name: app\nenvironment:\n  sdk: '>=2.19.0 <4.0.0'\ndependencies:\n  conduit: ^4.0.0\n",
    "lib/app.dart": "import 'package:conduit/conduit.dart';\n"
    "class AppChannel extends ApplicationChannel {}\n"
    "class C extends Configuration {\n  C(String p) : super.fromFile(File(p));\n"
    "  late DatabaseConfiguration db;\n}\n",
}


@pytest.mark.parametrize(
    ("locked", "flag"),
    [
        ("4.1.6", "--use-ssl"),
        ("5.0.3", "--use-ssl"),
        ("5.1.0", "--ssl-mode require"),
        ("6.0.0", "--ssl-mode require"),
    ],
)
def test_the_flag_for_tls_follows_the_locked_version(tmp_path: Path, locked: str, flag: str) -> None:
    lock = f'packages:\n  conduit:\n    source: hosted\n    version: "{locked}"\nsdks:\n  dart: "^2.19.0"\n'
    found = facts(tmp_path, {**CONDUIT, "pubspec.lock": lock})
    (migration,) = [fact for fact in found if isinstance(fact, Migration)]
    assert migration.command.endswith("db upgrade --connect $DATABASE_URL " + flag)
    packages = [f.value for f in found if isinstance(f, ConfigVar) and f.name == "DART_GLOBAL_PACKAGES"]
    assert packages == [f"conduit@{locked}"]


def test_an_existing_heroku_yaml_is_used_and_not_written(tmp_path: Path) -> None:
    found = facts(tmp_path, {**CONDUIT, "heroku.yaml": "db: $DATABASE_URL\n"})
    assert not [fact for fact in found if isinstance(fact, File)]
    assert next(f for f in found if isinstance(f, Process)).command.endswith("--config-path heroku.yaml")


def test_a_framework_in_a_comment_is_none(tmp_path: Path) -> None:
    spec = "name: lib\nenvironment:\n  sdk: ^3.0.0\n# conduit: ^5.0.0\n"
    found = facts(tmp_path, {"pubspec.yaml": spec, "lib/lib.dart": "// extends ApplicationChannel\n"})
    assert [(f.strength.name, f.serves) for f in found if isinstance(f, Uses)] == [("HINT", False)]


def test_a_port_option_is_passed(tmp_path: Path) -> None:
    code = (
        "import 'package:shelf/shelf_io.dart' as io;\n"
        "void main(List<String> a) { final p = ArgParser()..addOption('port'); io.serve(h, '0.0.0.0', 1); }\n"
    )
    spec = "name: s\nenvironment:\n  sdk: ^3.0.0\ndependencies:\n  shelf: any\n"
    found = facts(tmp_path, {"pubspec.yaml": spec, "bin/s.dart": code})
    assert [f.command for f in found if isinstance(f, Process)] == ["dart bin/s.dart --port $PORT"]


def test_the_server_may_be_in_the_library(tmp_path: Path) -> None:
    found = facts(
        tmp_path,
        {
            "pubspec.yaml": "name: s\nenvironment:\n  sdk: ^3.0.0\ndependencies:\n  shelf: any\n",
            "bin/run it.dart": "import 'package:s/s.dart';\nvoid main() => start();\n",
            "lib/s.dart": "import 'dart:io';\nstart() => HttpServer.bind('0.0.0.0', env['PORT']);\n",
        },
    )
    assert [f.command for f in found if isinstance(f, Process)] == ["dart 'bin/run it.dart'"]


def test_a_member_of_a_workspace_has_the_lock_of_the_top(tmp_path: Path) -> None:
    lock = 'packages:\n  conduit:\n    version: "5.1.5"\nsdks:\n  dart: ">=3.6.0 <4.0.0"\n'
    members = {
        path.replace("lib/", "api/lib/").replace("pubspec", "api/pubspec"): t for path, t in CONDUIT.items()
    }
    top = "name: all\nenvironment:\n  sdk: ^3.6.0\nworkspace:\n  - api\n"
    found = facts(tmp_path, {**members, "pubspec.yaml": top, "pubspec.lock": lock})
    values = {f.name: f.value for f in found if isinstance(f, ConfigVar) and f.root == "api"}
    assert values["DART_GLOBAL_PACKAGES"] == "conduit@5.1.5"
    assert values["PUBSPEC_PATH"] == "api/pubspec.yaml"


def test_a_package_without_a_constraint_gets_the_last_dart_1(tmp_path: Path) -> None:
    code = "import 'dart:io';\nmain() { HttpServer.bind('0.0.0.0', env['PORT']); }\n"
    found = facts(tmp_path, {"pubspec.yaml": "name: old\n", "bin/main.dart": code})
    values = {f.name: f.value or "" for f in found if isinstance(f, ConfigVar)}
    assert "/1.24.3/" in values["DART_SDK_URL"]
    assert [f.command for f in found if isinstance(f, Process)] == ["dart bin/main.dart"]


def test_names_from_the_repository_are_quoted(tmp_path: Path) -> None:
    spec = "name: s\nenvironment:\n  sdk: ^3.0.0\ndependencies:\n  shelf: any\n"
    code = "import 'package:shelf/shelf_io.dart';\nvoid main() { serve(h, '0.0.0.0', env['PORT']); }\n"
    found = facts(tmp_path, {"pubspec.yaml": spec, "bin/a; touch pwned.dart": code})
    assert [f.command for f in found if isinstance(f, Process)] == ["dart 'bin/a; touch pwned.dart'"]
