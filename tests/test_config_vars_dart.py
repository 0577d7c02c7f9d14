"""Dart: each usual way to read a variable is found, with its line, default and requiredness; text is no read."""

# ruff: noqa: E501  (one form to a line)

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.config_vars import classify
from tests.examples import examples
from tests.test_config_vars_forms import found_in

IO = "import 'dart:io';\n"
DOT = "import 'package:dotenv/dotenv.dart';\n"

# code in which NAME stands for the name, the line of the read, required, default
FORMS = [
    # the environment itself
    (IO + "final x = Platform.environment['NAME'];\n", 2, False, None),
    (IO + 'final x = Platform.environment["NAME"];\n', 2, False, None),
    (IO + "final x = Platform.environment[r'NAME'];\n", 2, False, None),
    (IO + "final x = Platform\n    .environment['NAME'];\n", 2, False, None),
    (IO + "final x = Platform.environment[\n  'NAME'\n];\n", 2, False, None),
    ("import 'dart:io' as io;\nfinal x = io.Platform.environment['NAME']!;\n", 2, True, None),
    (IO + "final x = 'at ${Platform.environment['NAME']}';\n", 2, False, None),
    (IO + "final x = 'at ${Platform.environment['NAME']!}';\n", 2, True, None),
    (IO + "final x = '''\n  ${Platform.environment[\"NAME\"]!}\n''';\n", 3, True, None),
    (IO + "final x = {'a': Platform.environment['NAME'] ?? 'd'};\n", 2, False, "d"),
    # fallbacks
    (IO + "final x = Platform.environment['NAME'] ?? 'd';\n", 2, False, "d"),
    (IO + "final x = Platform.environment['NAME'] ??\n    'd';\n", 2, False, "d"),
    (IO + "final x = (Platform.environment['NAME'] ?? 'd').trim();\n", 2, False, "d"),
    (IO + "final x = int.parse(Platform.environment['NAME'] ?? '5');\n", 2, False, "5"),
    (IO + "final x = int.tryParse(Platform.environment['NAME'] ?? '5') ?? 5;\n", 2, False, "5"),
    (IO + "final x = int.tryParse(Platform.environment['NAME'] ?? '') ?? 5;\n", 2, False, "5"),
    (IO + "final x = Platform.environment['NAME'] == null ? 'd' : Platform.environment['NAME'];\n", 2, False, "d"),
    (IO + "final x = Platform.environment['NAME'] != null ? Platform.environment['NAME'] : 'd';\n", 2, False, "d"),
    (IO + "final x = Platform.environment.containsKey('NAME') ? Platform.environment['NAME']! : 'd';\n", 2, False, "d"),
    (IO + "void main() {\n  var x = Platform.environment['NAME'];\n  x ??= 'd';\n}\n", 3, False, "d"),
    (IO + "void main() {\n  var x = Platform.environment['NAME'];\n  if (x == null) {\n    x = 'd';\n  }\n}\n", 3, False, "d"),
    (IO + "const d = 'd';\nfinal x = Platform.environment['NAME'] ?? d;\n", 3, False, "d"),
    (IO + "final x = Platform.environment['NAME'] ?? compute();\n", 2, False, None),
    (IO + "final x = Platform.environment['NAME'] ?? (throw StateError('no'));\n", 2, True, None),
    (IO + "final x = Platform.environment['NAME'] ?? fail('no');\nNever fail(String m) => throw m;\n", 2, True, None),
    # asked for
    (IO + "final x = Platform.environment.containsKey('NAME');\n", 2, False, None),
    (IO + "final x = Platform.environment['NAME'] == 'true';\n", 2, False, None),
    (IO + "final x = Platform.environment['NAME']?.toLowerCase() == 'true';\n", 2, False, None),
    (IO + "final x = Platform.environment['NAME']?.split(',') ?? [];\n", 2, False, None),
    (IO + "void main() {\n  if (Platform.environment['NAME'] != null) {\n    use(Platform.environment['NAME']!);\n  }\n}\n", 3, False, None),
    (IO + "void main() {\n  final x = Platform.environment['NAME'];\n  if (x != null && x.isNotEmpty) {\n    use(x);\n  }\n}\n", 3, False, None),
    (IO + "void main() {\n  if (Platform.environment['NAME'] case final x?) {\n    use(x);\n  }\n}\n", 3, False, None),
    # the program fails without
    (IO + "final x = Platform.environment['NAME']!;\n", 2, True, None),
    (IO + "final x = Platform.environment['NAME']!.split(',');\n", 2, True, None),
    (IO + "final x = int.parse(Platform.environment['NAME']!);\n", 2, True, None),
    (IO + "final x = Uri.parse(Platform.environment['NAME']!);\n", 2, True, None),
    (IO + "final x = Platform.environment['NAME'] as String;\n", 2, True, None),
    (IO + "final x = int.parse(Platform.environment['NAME']);\n", 2, True, None),
    (IO + "void main() {\n  final x = Platform.environment['NAME'];\n  if (x == null) {\n    throw StateError('no');\n  }\n}\n", 3, True, None),
    (IO + "void main() {\n  final x = Platform.environment['NAME'];\n  if (x == null || x.isEmpty) {\n    stderr.writeln('no');\n    exit(1);\n  }\n}\n", 3, True, None),
    (IO + "void main() {\n  if (!Platform.environment.containsKey('NAME')) {\n    exit(1);\n  }\n}\n", 3, True, None),
    (IO + "void main() {\n  if (Platform.environment['NAME'] == null) throw 'no';\n}\n", 3, True, None),
    # other names for the map
    (IO + "void main() {\n  final env = Platform.environment;\n  final x = env['NAME'] ?? 'd';\n}\n", 4, False, "d"),
    (IO + "void main() {\n  final Map<String, String> env = Platform.environment;\n  final x = env['NAME']!;\n}\n", 4, True, None),
    (IO + "Map<String, String> get env => Platform.environment;\nfinal x = env['NAME']!;\n", 3, True, None),
    (IO + "final env = Map<String, String>.from(Platform.environment);\nfinal x = env['NAME']!;\n", 3, True, None),
    (IO + "final env = {...Platform.environment};\nfinal x = env['NAME']!;\n", 3, True, None),
    (IO + "class A {\n  final env = Platform.environment;\n  String get x => env['NAME'] ?? 'd';\n}\n", 4, False, "d"),
    # names held elsewhere
    (IO + "const key = 'NAME';\nfinal x = Platform.environment[key]!;\n", 3, True, None),
    (IO + "class Keys {\n  static const shelf = 'NAME';\n}\nfinal x = Platform.environment[Keys.shelf]!;\n", 5, True, None),
    (IO + "void main() {\n  for (final key in ['NAME', 'OTHER_ONE']) {\n    if (Platform.environment[key] == null) throw key;\n  }\n}\n", 4, True, None),
    (IO + "const keys = [\n  'OTHER_ONE',\n  'NAME',\n];\nvoid main() {\n  for (final key in keys) {\n    Platform.environment[key]!;\n  }\n}\n", 8, True, None),
    (IO + "const keys = ['NAME', 'OTHER_ONE'];\nfinal missing = keys.where((key) => !Platform.environment.containsKey(key));\n", 3, False, None),
    (IO + "String need(String key) {\n  final value = Platform.environment[key];\n  if (value == null) {\n    throw StateError('no $key');\n  }\n  return value;\n}\nfinal x = need('NAME');\n", 9, True, None),
    (IO + "String need(String key) => Platform.environment[key]!;\nfinal x = need('NAME');\n", 3, True, None),
    (IO + "String need(String key) =>\n    Platform.environment[key] ?? (throw StateError(key));\nfinal x = need('NAME');\n", 4, True, None),
    (IO + "String env(String key, String fallback) => Platform.environment[key] ?? fallback;\nfinal x = env('NAME', 'd');\n", 3, False, "d"),
    (IO + "String env(String key, {String fallback = ''}) => Platform.environment[key] ?? fallback;\nfinal x = env('NAME', fallback: 'd');\n", 3, False, "d"),
    (IO + "String env(String key, [String fallback = 'd']) => Platform.environment[key] ?? fallback;\nfinal x = env('NAME');\n", 3, False, "d"),
    (IO + "String? env(String key) => Platform.environment[key];\nfinal x = env('NAME') ?? 'd';\n", 3, False, "d"),
    (IO + "class Env {\n  static String need(String key) => Platform.environment[key]!;\n}\nfinal x = Env.need('NAME');\n", 5, True, None),
    # what is compiled in
    ("const x = String.fromEnvironment('NAME', defaultValue: 'd');\n", 1, False, "d"),
    ("const x = String.fromEnvironment(\n  'NAME',\n  defaultValue: 'd',\n);\n", 1, False, "d"),
    ("final x = const int.fromEnvironment('NAME', defaultValue: 5);\n", 1, False, "5"),
    ("const x = bool.fromEnvironment('NAME', defaultValue: true);\n", 1, False, "true"),
    ("const x = bool.fromEnvironment('NAME');\n", 1, False, None),
    ("const x = bool.hasEnvironment('NAME');\n", 1, False, None),
    # packages
    (DOT + "final env = DotEnv(includePlatformEnvironment: true)..load();\nfinal x = env['NAME'] ?? 'd';\n", 3, False, "d"),
    (DOT + "var env = DotEnv(includePlatformEnvironment: true)\n  ..load();\nfinal x = env['NAME']!;\n", 4, True, None),
    (DOT + "final env = DotEnv()..load();\nfinal x = env.getOrElse('NAME', () => 'd');\n", 3, False, "d"),
    (DOT + "final env = DotEnv()..load();\nfinal x = env.isDefined('NAME');\n", 3, False, None),
    (DOT + "final env = DotEnv()..load();\nvoid main() {\n  if (!env.isEveryDefined(['NAME', 'OTHER_ONE'])) exit(1);\n}\n", 4, True, None),
    ("import 'package:dotenv/dotenv.dart' show load, env;\nfinal x = env['NAME']!;\n", 2, True, None),
    ("import 'package:dotenv/dotenv.dart' as dotenv;\nfinal x = dotenv.env['NAME']!;\n", 2, True, None),
    ("import 'package:flutter_dotenv/flutter_dotenv.dart';\nfinal x = dotenv.env['NAME']!;\n", 2, True, None),
    ("import 'package:flutter_dotenv/flutter_dotenv.dart';\nfinal x = dotenv.get('NAME', fallback: 'd');\n", 2, False, "d"),
    ("import 'package:flutter_dotenv/flutter_dotenv.dart';\nfinal x = dotenv.get('NAME');\n", 2, True, None),
    ("import 'package:flutter_dotenv/flutter_dotenv.dart';\nfinal x = dotenv.maybeGet('NAME');\n", 2, False, None),
    ("import 'package:envied/envied.dart';\n@Envied()\nabstract class Env {\n  @EnviedField(varName: 'NAME')\n  static const String x = _Env.x;\n}\n", 4, True, None),
    ("import 'package:envied/envied.dart';\n@Envied()\nabstract class Env {\n  @EnviedField(varName: 'NAME', obfuscate: true)\n  static final String x = _Env.x;\n}\n", 4, True, None),
    ("import 'package:envied/envied.dart';\n@Envied()\nabstract class Env {\n  @EnviedField(varName: 'NAME', defaultValue: 'd')\n  static const String x = _Env.x;\n}\n", 4, False, "d"),
    ("import 'package:envied/envied.dart';\n@Envied(useConstantCase: true)\nabstract class Env {\n  @EnviedField()\n  static const String name_ = _Env.name_;\n}\n", 4, True, None),
    ("import 'package:envied/envied.dart';\n@Envied(allowOptionalFields: true)\nabstract class Env {\n  @EnviedField(varName: 'NAME', optional: true)\n  static const String? x = _Env.x;\n}\n", 4, False, None),
]  # fmt: skip


def _camel(name: str) -> str:
    head, *rest = name.lower().split("_")
    return head + "".join(word.capitalize() for word in rest)


@pytest.mark.parametrize(
    ("code", "line", "required", "default"),
    FORMS,
    ids=[" ".join(form[0].replace(IO, "").split())[:90] for form in FORMS],
)
@examples(3)
@given(word=st.text(string.ascii_uppercase, min_size=3, max_size=8))
def test_a_form_is_found(code: str, line: int, required: bool, default: str | None, word: str) -> None:
    name = f"ZZ{word}_WORD"
    if classify.is_needed(name) or classify.is_optional(name):
        return
    found = found_in({"bin/server.dart": code.replace("NAME", name).replace("name_", _camel(name))}, "dart")
    assert name in found
    assert line in [proof.line for proof in found[name].evidence]
    assert found[name].required is required
    assert found[name].default == default


@examples(60)
@given(default=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20))
def test_any_default_is_read_as_dart_reads_it(default: str) -> None:
    escaped = default.replace("\\", "\\\\").replace("$", "\\$")
    single, double = escaped.replace("'", "\\'"), escaped.replace('"', '\\"')
    for written in (f"'{single}'", f'"{double}"'):
        found = found_in(
            {"bin/a.dart": f"final x = Platform.environment['ZZ_SHELF'] ?? {written};\n"}, "dart"
        )
        assert found["ZZ_SHELF"].default == default


_NOISE = (
    "// Platform.environment['MY_NAME']",
    "/* Platform.environment['MY_NAME']! */",
    "/// Set `Platform.environment['MY_NAME']`.",
    "var a = \"Platform.environment['MY_NAME']\";",
    "var b = 'Platform.environment[\"MY_NAME\"]!';",
    "var c = r'${Platform.environment[\"MY_NAME\"]}';",
    "var d = '\\${Platform.environment[\"MY_NAME\"]}';",
    "var e = '''\nPlatform.environment['MY_NAME']\n''';",
    "var f = request.environment['MY_NAME'];",
    "var g = MyPlatform.environment['MY_NAME'];",
    "var h = '${a} and $b';",
    "var i = {'MY_NAME': 'a'}['MY_NAME'];",
)


@examples(60)
@given(
    noise=st.lists(st.sampled_from(_NOISE), max_size=6),
    before=st.integers(0, 6),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_text_around_a_read_is_no_read_and_moves_no_line(noise: list[str], before: int, newline: str) -> None:
    rows = [*noise[:before], "final y = Platform.environment['ZZ_SHELF']!;", *noise[before:]]
    code = "\n".join(rows) + "\n"
    line = code[: code.index("final y")].count("\n") + 1
    found = found_in({"bin/a.dart": code.replace("\n", newline)}, "dart")
    assert list(found) == ["ZZ_SHELF"]
    assert [proof.line for proof in found["ZZ_SHELF"].evidence] == [line]
    assert found["ZZ_SHELF"].required


@examples(60)
@given(text=st.text("Platform.environment['A_B'] ?=!:;(){}$\"\n/*r,", max_size=120))
def test_strange_text_never_raises(text: str) -> None:
    found_in(
        {"bin/a.dart": "import 'package:dotenv/dotenv.dart';\n" + text + "\nString.fromEnvironment("}, "dart"
    )
    found_in({"bin/a.dart": text + "\n@EnviedField(" + text}, "dart")


CONFIGURATION = "class ShopConfiguration extends Configuration {\n  late String shelf;\n  String? attic;\n  @optionalConfiguration\n  String cellar;\n}\n"

# what it shows, the YAML file, its text, found, required
YAML = [
    ("a value", "config.yaml", "shelf: $NAME\n", True, True),
    ("a quoted value", "config.yaml", 'shelf: "$NAME"\n', True, True),
    ("a nested value", "config.yaml", "a:\n  shelf: $NAME\n", True, True),
    ("a value with a comment", "config.yaml", "shelf: $NAME # the shelf\n", True, True),
    ("a field that may be null", "config.yaml", "attic: $NAME\n", True, False),
    ("a field that is said to be optional", "config.yaml", "cellar: $NAME\n", True, False),
    ("a key of no known field", "config.yaml", "other: $NAME\n", True, True),
    ("a comment", "config.yaml", "# shelf: $NAME\n", False, False),
    ("text with a dollar", "config.yaml", "shelf: costs $NAME a day\n", False, False),
    ("the file of a person's own for Heroku", "heroku.yaml", "shelf: $NAME\n", True, True),
    ("the source of the file", "config.src.yaml", "shelf: $NAME\n", True, True),
    ("a file of tests", "config.test.yaml", "shelf: $NAME\n", False, False),
    ("a compose file", "docker-compose.yaml", "shelf: $NAME\n", False, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "text", "found", "required"), [row[1:] for row in YAML], ids=[row[0] for row in YAML]
)
def test_the_configuration_class_says_what_must_be_set(
    path: str, text: str, found: bool, required: bool
) -> None:
    known = found_in({path: text.replace("NAME", "ZZ_SHELF"), "lib/shop.dart": CONFIGURATION}, "dart")
    assert ("ZZ_SHELF" in known) is found
    if found:
        assert known["ZZ_SHELF"].required is required
        assert known["ZZ_SHELF"].evidence[0].line == text[: text.index("$")].count("\n") + 1
