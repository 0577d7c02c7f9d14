"""What a variable's reads, name and documents make of it: required, generated, secret, described, provided."""

# ruff: noqa: E501  (one case to a line)

from __future__ import annotations

import re

import pytest

from scaffold import config_vars, policy
from scaffold.config_vars import classify, conditions, env_files
from scaffold.config_vars.secrets import redacted
from scaffold.facts import Doubt, Evidence
from tests.test_config_vars_forms import Texts, found_in


@pytest.mark.parametrize(
    ("name", "secret", "generated"),
    [
        ("SECRET_KEY", True, True),
        ("DJANGO_SECRET_KEY", True, True),
        ("SESSION_SECRET", True, True),
        ("JWT_SECRET", True, True),
        ("NEXTAUTH_SECRET", True, True),
        ("STRIPE_SECRET_KEY", True, False),
        ("GITHUB_CLIENT_SECRET", True, False),
        ("OPENAI_API_KEY", True, False),
        ("DB_PASSWORD", True, False),
        ("DATABASE_URL", True, False),
        ("MONGODB_URI", True, False),
        ("STRIPE_PUBLISHABLE_KEY", False, False),
        ("RECAPTCHA_SITE_KEY", False, False),
        ("NEXT_PUBLIC_API_KEY", False, False),
        ("TOKEN_EXPIRATION", False, False),
        ("PASSWORD_MIN_LENGTH", False, False),
        ("PAGE_SIZE", False, False),
        ("KEYBOARD", False, False),
    ],
)
def test_a_name_tells_what_is_secret_and_what_may_be_generated(
    name: str, secret: bool, generated: bool
) -> None:
    assert (classify.is_secret(name), classify.is_generated(name)) == (secret, generated)


@pytest.mark.parametrize(
    ("value", "unusable"),
    [
        ("http://localhost:8000", True),
        ("redis://127.0.0.1:6379", True),
        ("mongodb://mongo:27017/app", True),
        ("example.com", True),
        ("changeme", True),
        ("your_api_key", True),
        ("https://api.service.io", False),
        ("someone@example.com", False),
        ("eu-west-1", False),
    ],
)
def test_a_fallback_that_cannot_serve_is_known(value: str, unusable: bool) -> None:
    assert classify.is_unusable(value) is unusable


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("process.env.NODE_ENV === 'production'", True),
        ("process.env.NODE_ENV !== 'production'", False),
        ("process.env.NODE_ENV == 'development'", False),
        ("!isProduction", False),
        ("isDev", False),
        ("process.env.USE_S3", False),
        ("!process.env.USE_S3", True),
        ("process.env.USE_S3 && x", False),
        ("(Rails.env.production?)", True),
        ("Rails.env.development? || Rails.env.test?", False),
        ('ENV["USE_S3"].present?', False),
        ('ENV["USE_S3"].blank?', True),
        ("config_env() == :prod", True),
        ("config_env() == :test", False),
        ("user.isAdmin()", None),
        ("", None),
    ],
)
def test_a_condition_is_judged_as_in_production_with_nothing_set(text: str, held: bool | None) -> None:
    assert conditions.truth(text) is held


CASES = [
    ("a credential without fallback", {"a.py": "import os\nx = os.environ.get('CRM_TOKEN')\n"}, "CRM_TOKEN", True),
    ("a credential with an empty fallback", {"a.py": "import os\nx = os.getenv('CRM_TOKEN', '')\n"}, "CRM_TOKEN", True),
    ("a host on the developer's machine", {"a.py": "import os\nx = os.getenv('SITE_URL', 'http://localhost:1')\n"}, "SITE_URL", True),
    ("a flag", {"a.py": "import os\nx = os.environ.get('ENABLE_MAPS')\n"}, "ENABLE_MAPS", False),
    ("error tracking", {"a.py": "import os\nx = os.environ.get('SENTRY_DSN')\n"}, "SENTRY_DSN", False),
    ("a credential whose presence is asked", {"a.py": "import os\nx = os.getenv('CRM_TOKEN')\nif x:\n    print(x)\n"}, "CRM_TOKEN", False),
    ("a credential behind a switch", {"a.py": "import os\nif os.getenv('USE_CRM'):\n    x = os.environ['CRM_TOKEN']\n"}, "CRM_TOKEN", False),
    ("a branch of production", {"a.py": "import os\nif 'DEVELOPMENT' in os.environ:\n    x = 1\nelse:\n    x = os.environ['CRM_TOKEN']\n"}, "CRM_TOKEN", True),
    ("a class for tests", {"a.py": "import os\nclass TestingConfig:\n    x = os.environ.get('CRM_TOKEN')\n"}, "CRM_TOKEN", False),
    ("a management command", {"app/management/commands/x.py": "import os\nx = os.environ['CRM_TOKEN']\n"}, "CRM_TOKEN", False),
    ("parts of a database beside DATABASE_URL", {"a.py": "import os\nx = os.getenv('DB_HOST')\ny = os.getenv('DATABASE_URL')\n"}, "DB_HOST", False),
    ("parts of a database on their own", {"a.py": "import os\nx = os.getenv('DB_HOST')\n"}, "DB_HOST", True),
    ("the name of a database whose host is local", {"a.py": "import os\nx = os.getenv('DB_HOST', 'localhost')\ny = os.getenv('DB_NAME', 'shop')\n"}, "DB_NAME", True),
    ("a committed .env", {"a.py": "import os\nx = os.environ['CRM_REGION']\n", ".env": "CRM_REGION=eu\n", "requirements.txt": "python-dotenv\n"}, "CRM_REGION", False),
    ("a committed .env that nothing loads", {"a.py": "import os\nx = os.environ['CRM_REGION']\n", ".env": "CRM_REGION=eu\n"}, "CRM_REGION", True),
    ("hosts without a fallback", {"settings.py": "import os\nALLOWED_HOSTS = os.getenv('ALLOWED_HOSTS', '').split(',')\n"}, "ALLOWED_HOSTS", True),
    ("one way to log in", {"a.py": "import os\nx = os.getenv('GITHUB_CLIENT_ID')\ny = os.getenv('GITHUB_CLIENT_SECRET')\n"}, "GITHUB_CLIENT_ID", True),
    (
        "one of two ways to log in",
        {"a.py": "import os\n" + "".join(f"x = os.getenv('{w}_CLIENT_{p}')\n" for w in ("GITHUB", "GOOGLE") for p in ("ID", "SECRET"))},
        "GITHUB_CLIENT_ID",
        False,
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "name", "required"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_is_required(files: dict[str, str], name: str, required: bool) -> None:
    assert found_in(files, "python")[name].required is required


def test_descriptions_come_from_the_example_file_the_readme_and_comments() -> None:
    files = {
        ".env.example": "# Where the shop is\nSHOP_PLACE=\nSHOP_COUNT=3 # how many there are\n",
        "README.md": "| Name | What |\n|---|---|\n| `SHOP_OWNER` | Who owns [the shop](https://example.com) |\n",
        "a.py": "import os\nfor n in ('SHOP_PLACE', 'SHOP_COUNT', 'SHOP_OWNER'):\n    os.getenv(n)\n\n# When the doors open\nx = os.getenv('SHOP_TIME')\n",
    }
    found = found_in(files, "python")
    assert [found[f"SHOP_{word}"].description for word in ("PLACE", "COUNT", "OWNER", "TIME")] == [
        "Where the shop is",
        "how many there are",
        "Who owns the shop",
        "When the doors open",
    ]


def test_a_secret_is_neither_a_default_nor_in_the_evidence() -> None:
    files = {
        "a.py": "import os\nx = os.environ.get('CRM_TOKEN', 'kT93-very-hidden-77')\nDB_PASSWORD = 'qW8-very-hidden-12'\n"
    }
    facts = list(config_vars.discover(Texts(files), stack="x", language="python", root=".", other_roots=()))
    assert "hidden" not in repr(facts)
    doubt = next(fact for fact in facts if isinstance(fact, Doubt))
    assert doubt.id == "vars/hard-coded-secret"
    assert [(proof.path, proof.line) for proof in doubt.evidence] == [("a.py", 2), ("a.py", 3)]


def test_a_placeholder_is_no_hard_coded_secret() -> None:
    files = {
        "a.py": "API_TOKEN = 'change-me-please-1'\nPASSWORD = 'password_field'\nTOKEN_URL = 'https://example.com/t0ken'\n"
    }
    facts = config_vars.discover(Texts(files), stack="x", language="python", root=".", other_roots=())
    assert not list(facts)


def test_redaction_keeps_names() -> None:
    proof = Evidence(path="a.php", line=1, text="'key' => env('APP_KEY', 'base64:hidden=='),")
    assert redacted(proof).text == "'key' => env('APP_KEY', '***'),"


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("src/main/java/com/example/demo/Shop.java", True),
        ("src/main/java/com/example/infrastructure/Shop.java", True),
        ("src/test/java/com/example/Shop.java", False),
        ("demo/src/main/java/com/Shop.java", False),
    ],
)
def test_package_names_are_no_folders_for_examples(path: str, seen: bool) -> None:
    text = 'class Shop { String key = System.getenv("PAYMENT_KEY"); }\n'
    assert ("PAYMENT_KEY" in found_in({path: text}, "java")) is seen


@pytest.mark.parametrize(
    ("path", "seen"),
    [("src/infrastructure/mail.js", True), ("infrastructure/mail.js", False), ("src/demo/mail.js", False)],
)
def test_a_layer_of_the_code_is_no_tooling(path: str, seen: bool) -> None:
    found = found_in({path: "module.exports = process.env.MAIL_KEY\n"}, "node")
    assert ("MAIL_KEY" in found) is seen


def test_methods_of_the_environment_are_no_variables() -> None:
    assert not found_in({"a.js": "if (process.env.hasOwnProperty(name)) start()\n"}, "node")


def test_what_a_gradle_build_publishes_with_is_no_variable_of_the_app() -> None:
    text = 'sonar {\n    properties { property("k", System.getenv("SONAR_KEY")) }\n}\n'
    keep = 'repositories {\n    maven { url = uri(System.getenv("MAVEN_PLACE")) }\n}\n'
    found = found_in({"build.gradle.kts": text + keep, "src/main/kotlin/A.kt": "fun main() {}\n"}, "java")
    assert set(found) == {"MAVEN_PLACE"}


def test_another_apps_folder_is_left_out() -> None:
    files = {"web/a.py": "import os\nos.environ['INNER']\n", "a.py": "import os\nos.environ['OUTER']\n"}
    files["web/requirements.txt"] = ""
    facts = config_vars.discover(Texts(files), stack="x", language="python", root=".", other_roots=("web",))
    assert [fact.name for fact in facts if not isinstance(fact, Doubt)] == ["OUTER"]


def test_a_folder_of_the_same_app_is_kept_though_something_else_was_seen_there() -> None:
    files = {"shop/settings.py": "import os\nos.environ['INNER']\n", "shop/package.json": "{}"}
    facts = config_vars.discover(Texts(files), stack="x", language="python", root=".", other_roots=("shop",))
    assert [fact.name for fact in facts if not isinstance(fact, Doubt)] == ["INNER"]


def test_the_scripts_that_build_assets_read_at_build_time() -> None:
    files = {"package.json": "{}", "src/a.js": "const x = process.env.MAP_STYLE\n", "a.py": ""}
    assert found_in(files, "python")["MAP_STYLE"].stage == "build"
    assert found_in({"src/a.js": "const x = process.env.VITE_STYLE\n"}, "node")["VITE_STYLE"].stage == "build"


def test_a_value_in_an_example_file_is_split_from_its_comment() -> None:
    told = env_files.read(Texts({".env.example": "export A_B='x # y' # z\nC_D=\nE_F=1\n# G_H=2\n"}), ".", ())
    assert (told["A_B"].value, told["A_B"].description) == ("x # y", "z")
    assert (told["C_D"].value, told["E_F"].value) == ("", "1")
    assert told["G_H"].value is None


def test_a_committed_env_sets_no_secret() -> None:
    found = found_in(
        {
            "requirements.txt": "python-decouple\n",
            ".env": "SECRET_KEY=abcdef123456\nPAYMENT_SECRET=abcdef123456\nDEBUG=True\nPAGE_SIZE=20\n",
            "settings.py": "from decouple import config\nSECRET_KEY = config('SECRET_KEY')\n"
            "PAY = config('PAYMENT_SECRET')\nDEBUG = config('DEBUG', cast=bool)\nN = config('PAGE_SIZE')\n",
        },
        "python",
    )
    assert found["SECRET_KEY"].generator == "secret"
    assert found["PAYMENT_SECRET"].required
    assert found["DEBUG"].value == "False"
    assert (found["PAGE_SIZE"].required, found["PAGE_SIZE"].default) == (False, "20")


@pytest.mark.parametrize(
    ("path", "text", "required"),
    [
        (
            "shop/tasks.py",
            "import os\nfrom celery import shared_task\nx = os.environ['FTP_PASSWORD']\n",
            True,
        ),
        ("tasks.py", "import os\nfrom invoke import task\nx = os.environ['FTP_PASSWORD']\n", False),
    ],
)
def test_celery_runs_tasks_and_invoke_is_run_by_hand(path: str, text: str, required: bool) -> None:
    found = found_in({path: text}, "python")
    assert ("FTP_PASSWORD" in found) is required
    assert not required or found["FTP_PASSWORD"].required


def test_the_parts_of_a_credential_are_required_together() -> None:
    text = (
        "import os, cloudinary\ncloudinary.config(\n    cloud=os.environ.get('CLOUDINARY_CLOUD'),\n"
        "    api_secret=os.environ.get('CLOUDINARY_SECRET'),\n"
        "    folder=os.environ.get('CLOUDINARY_FOLDER', 'shop'),\n)\n"
    )
    found = found_in({"a.py": text}, "python")
    assert {name for name, fact in found.items() if fact.required} == {
        "CLOUDINARY_CLOUD",
        "CLOUDINARY_SECRET",
    }


def test_a_script_for_development_names_no_program_of_production() -> None:
    code = {"scripts/seed.js": "console.log(process.env.SEED_TOKEN);\n"}
    line = '{"name":"a","scripts":{"dev:seed":"node scripts/seed.js","start":"node index.js"}}'
    assert "SEED_TOKEN" not in found_in({**code, "package.json": line}, "node")
    assert "SEED_TOKEN" in found_in({**code, "package.json": line.replace("dev:seed", "prestart")}, "node")


def test_no_name_pattern_has_a_choice_outside_brackets() -> None:
    """What a pattern begins with decides whether it is tried at all: `AB(C)|D` would never find D."""
    tables = [*classify.table().values(), *policy.table("addons")["services"].values()]
    for section in tables:
        for found in section.values() if isinstance(section, dict) else ():
            for pattern in found if isinstance(found, list) else ():
                flat = str(pattern)
                while flat != (inner := re.sub(r"\\.|\[[^\]]*\]|\([^()]*\)", "", flat)):
                    flat = inner
                assert "|" not in flat, pattern
