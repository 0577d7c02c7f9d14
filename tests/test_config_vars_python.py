"""Every way that Python reads a variable is found in any layout, with its line, default and requiredness."""

# ruff: noqa: E501  (one form to a line)

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaffold.config_vars import classify, discover
from scaffold.facts import ConfigVar
from tests.test_config_vars_forms import Texts, found_in

# what it shows, code in which NAME stands for the name and d for the default, line, required, default
FORMS = [
    ('environ-sub-double', 'import os\nx = os.environ["NAME"]\n', 2, True, None),
    ('environ-fstr', "import os\nx = os.environ[f'NAME']\n", 2, True, None),
    ('environ-import-module-alias', "import os as system\nx = system.environ['NAME']\n", 2, True, None),
    ('environ-bytes', "import os\nx = os.environb[b'NAME']\n", 2, True, None),
    ('multi-line get', "import os\nx = os.environ.get(\n    'NAME',\n    'd',\n)\n", 2, False, 'd'),
    ('getenv kw', "import os\nx = os.getenv('NAME', default='d')\n", 2, False, 'd'),
    ('getenv key kw', "import os\nx = os.getenv(key='NAME', default='d')\n", 2, False, 'd'),
    ('get key kw', "import os\nx = os.environ.get(key='NAME', default='d')\n", 2, False, 'd'),
    ('getenv alias', "from os import getenv as e\nx = e('NAME', 'd')\n", 2, False, 'd'),
    ('get alias', "import os\nget = os.environ.get\nx = get('NAME', 'd')\n", 3, False, 'd'),
    ('getenv var alias', "import os\nenv = os.getenv\nx = env('NAME', 'd')\n", 3, False, 'd'),
    ('pop', "import os\nx = os.environ.pop('NAME', 'd')\n", 2, False, 'd'),
    ('pop strict', "import os\nx = os.environ.pop('NAME')\n", 2, True, None),
    ('not in', "import os\nif 'NAME' not in os.environ:\n    raise SystemExit(1)\n", 2, True, None),
    ('not in sets', "import os\nif 'NAME' not in os.environ:\n    os.environ['NAME'] = 'd'\nx = os.environ['NAME']\n", 2, False, 'd'),
    ('keys in', "import os\nif 'NAME' in os.environ.keys():\n    pass\n", 2, False, None),
    ('environ copy', "import os\nenv = os.environ.copy()\nx = env['NAME']\n", 3, True, None),
    ('dict environ', "import os\nenv = dict(os.environ)\nx = env['NAME']\n", 3, True, None),
    ('assert', "import os\nx = os.getenv('NAME')\nassert x\n", 2, True, None),
    ('walrus', "import os\nif not (x := os.getenv('NAME')):\n    raise SystemExit\n", 2, True, None),
    ('loop missing', "import os\nfor n in ['NAME', 'OTHER_ONE']:\n    if n not in os.environ:\n        raise ValueError(n)\n", 3, True, None),
    ('listcomp missing', "import os\nmissing = [n for n in ('NAME', 'OTHER_ONE') if not os.getenv(n)]\nif missing:\n    raise SystemExit(missing)\n", 2, True, None),
    ('const list loop', "import os\nREQUIRED = ['NAME', 'OTHER_ONE']\nfor n in REQUIRED:\n    if not os.environ.get(n):\n        raise ValueError(n)\n", 4, True, None),
    ('const list listcomp', "import os\nREQUIRED = ['NAME', 'OTHER_ONE']\nmissing = [v for v in REQUIRED if v not in os.environ]\nif missing:\n    raise SystemExit(missing)\n", 3, True, None),
    ('dict loop', "import os\nNAMES = {'a': 'NAME', 'b': 'OTHER_ONE'}\nx = {k: os.environ[v] for k, v in NAMES.items()}\n", 3, True, None),
    ('pairs loop', "import os\nfor n, d in (('NAME', 'd'), ('OTHER_ONE', 'e')):\n    x = os.environ.get(n, d)\n", 3, False, 'd'),
    ('dict of defaults loop', "import os\nD = {'NAME': 'd', 'OTHER_ONE': 'e'}\nfor n, d in D.items():\n    x = os.environ.get(n, d)\n", 4, False, 'd'),
    ('fstring loop', "import os\nfor n in ('NAME', 'OTHER_ONE'):\n    x = os.environ[f'{n}']\n", 3, True, None),
    ('map', "import os\nx, y = map(os.environ.get, ('NAME', 'OTHER_ONE'))\n", 2, False, None),
    ('operator or int', "import os\nx = int(os.environ.get('NAME') or 5)\n", 2, False, '5'),
    ('ifexp default', "import os\nx = os.environ['NAME'] if 'NAME' in os.environ else 'd'\n", 2, False, 'd'),
    ('ifexp getenv default', "import os\nx = os.getenv('NAME') if os.getenv('NAME') else 'd'\n", 2, False, 'd'),
    ('try default', "import os\ntry:\n    x = os.environ['NAME']\nexcept KeyError:\n    x = 'd'\n", 3, False, 'd'),
    ('contextlib suppress', "import os, contextlib\nwith contextlib.suppress(KeyError):\n    x = os.environ['NAME']\n", 3, False, None),
    ('none default', "import os\nx = os.environ.get('NAME', None)\n", 2, False, None),
    ('default const', "import os\nD = 'd'\nx = os.environ.get('NAME', D)\n", 3, False, 'd'),
    ('class attr reader', "import os\nclass C:\n    env = os.environ\n    def f(self):\n        return self.env['NAME']\n", 5, True, None),
    ('django-environ str', "import environ\nenv = environ.Env()\nx = env.str('NAME', 'd')\n", 3, False, 'd'),
    ('django-environ int', "import environ\nenv = environ.Env()\nx = env.int('NAME', default=5)\n", 3, False, '5'),
    ('django-environ list', "import environ\nenv = environ.Env()\nx = env.list('NAME', default=['a', 'b'])\n", 3, False, 'a,b'),
    ('django-environ db', "import environ\nenv = environ.Env()\nx = env.db('NAME', default='sqlite:///d')\n", 3, False, 'sqlite:///d'),
    ('django-environ db_url', "import environ\nenv = environ.Env()\nx = env.db_url('NAME', default='sqlite:///d')\n", 3, False, 'sqlite:///d'),
    ('django-environ cache', "import environ\nenv = environ.Env()\nx = env.cache('NAME', default='locmemcache://')\n", 3, False, 'locmemcache://'),
    ('django-environ email', "import environ\nenv = environ.Env()\nx = env.email_url('NAME', default='consolemail://')\n", 3, False, 'consolemail://'),
    ('django-environ email kw', "import environ\nenv = environ.Env()\nx = env.email('NAME', default='consolemail://')\n", 3, False, 'consolemail://'),
    ('django-environ url', "import environ\nenv = environ.Env()\nx = env.url('NAME')\n", 3, True, None),
    ('django-environ tuple', "import environ\nenv = environ.Env()\nx = env.tuple('NAME', default=('a',))\n", 3, False, 'a'),
    ('django-environ var kw', "import environ\nenv = environ.Env()\nx = env(var='NAME', default='d')\n", 3, False, 'd'),
    ('django-environ cast kw', "import environ\nenv = environ.Env()\nx = env('NAME', cast=bool, default=False)\n", 3, False, 'False'),
    ('django-environ cast pos', "import environ\nenv = environ.Env()\nx = env('NAME', int, 5)\n", 3, False, '5'),
    ('django-environ get_value', "import environ\nenv = environ.Env()\nx = env.get_value('NAME', cast=str, default='d')\n", 3, False, 'd'),
    ('django-environ search_url', "import environ\nenv = environ.Env()\nx = env.search_url('NAME', default='simple://')\n", 3, False, 'simple://'),
    ('django-environ channels', "import environ\nenv = environ.Env()\nx = env.channels('NAME', default='inmemory://')\n", 3, False, 'inmemory://'),
    ('django-environ scheme no default', "import environ\nenv = environ.Env(NAME=str)\nx = env('NAME')\n", 3, True, None),
    ('django-environ from import', "from environ import Env\nenv = Env()\nx = env('NAME', default='d')\n", 3, False, 'd'),
    ('django-environ inline', "import environ\nx = environ.Env()('NAME', default='d')\n", 2, False, 'd'),
    ('django-environ classmethod alias', "import environ as e\nenv = e.Env(NAME=(bool, True))\nx = env.bool('NAME')\n", 3, False, 'True'),
    ('django-environ root', "import environ\nroot = environ.Path(__file__) - 3\nenv = environ.Env()\nenv.read_env(root('.env'))\nx = env('NAME')\n", 5, True, None),
    ('django-environ in', "import environ\nenv = environ.Env()\nif 'NAME' in env:\n    pass\n", 3, False, None),
    ('django-environ ENVIRON', "import environ\nenv = environ.Env()\nx = env.ENVIRON['NAME']\n", 3, True, None),
    ('django-environ ENVIRON get', "import environ\nenv = environ.Env()\nx = env.ENVIRON.get('NAME', 'd')\n", 3, False, 'd'),
    ('django-environ NOTSET', "import environ\nenv = environ.Env()\nx = env('NAME', default=environ.Env.NOTSET)\n", 3, True, None),
    ('env subclass', "import environ\nclass MyEnv(environ.Env):\n    pass\nenv = MyEnv()\nx = env('NAME', default='d')\n", 5, False, 'd'),
    ('environs call', "from environs import Env\nenv = Env()\nenv.read_env()\nx = env('NAME')\n", 4, True, None),
    ('environs module env', "from environs import env\nx = env.str('NAME', 'd')\n", 2, False, 'd'),
    ('environs int kw', "from environs import Env\nenv = Env()\nx = env.int('NAME', default=5)\n", 3, False, '5'),
    ('environs dj_db', "from environs import Env\nenv = Env()\nx = env.dj_db_url('NAME', default='sqlite:///d')\n", 3, False, 'sqlite:///d'),
    ('environs validate', "from environs import Env, validate\nenv = Env()\nx = env.str('NAME', validate=validate.OneOf(['a']))\n", 3, True, None),
    ('environs validate default', "from environs import Env\nenv = Env()\nx = env.str('NAME', 'd', validate=lambda n: len(n) > 1)\n", 3, False, 'd'),
    ('environs list subcast', "from environs import Env\nenv = Env()\nx = env.list('NAME', subcast=int)\n", 3, True, None),
    ('environs load_default', "from environs import Env\nenv = Env()\nx = env.str('NAME', load_default='d')\n", 3, False, 'd'),
    ('environs missing', "from environs import Env\nenv = Env()\nx = env.str('NAME', missing='d')\n", 3, False, 'd'),
    ('environs enum', "from environs import Env\nenv = Env()\nx = env.enum('NAME', type=C, default='d')\n", 3, False, 'd'),
    ('environs timedelta', "from environs import Env\nenv = Env()\nx = env.timedelta('NAME')\n", 3, True, None),
    ('environs dict', "from environs import Env\nenv = Env()\nx = env.dict('NAME')\n", 3, True, None),
    ('decouple Csv', "from decouple import config, Csv\nx = config('NAME', default='a,b', cast=Csv())\n", 2, False, 'a,b'),
    ('decouple AutoConfig', "from decouple import AutoConfig\nconfig = AutoConfig(search_path='.')\nx = config('NAME', default='d')\n", 3, False, 'd'),
    ('decouple Config', "from decouple import Config, RepositoryEnv\nconfig = Config(RepositoryEnv('.env'))\nx = config('NAME', default='d')\n", 3, False, 'd'),
    ('decouple Config get', "from decouple import Config, RepositoryEnv\nconfig = Config(RepositoryEnv('.env'))\nx = config.get('NAME')\n", 3, True, None),
    ('decouple module', "import decouple\nx = decouple.config('NAME', default='d')\n", 2, False, 'd'),
    ('decouple alias', "from decouple import config as c\nx = c('NAME', 'd')\n", 2, False, 'd'),
    ('decouple option kw', "from decouple import config\nx = config(option='NAME', default='d')\n", 2, False, 'd'),
    ('decouple f', "from decouple import config\nx = config(f'NAME', default='d')\n", 2, False, 'd'),
    ('decouple nested default', "from decouple import config\nimport dj_database_url\nx = config('NAME', default='sqlite:///d', cast=dj_database_url.parse)\n", 3, False, 'sqlite:///d'),
    ('prettyconf eval', "from prettyconf import config\nx = config('NAME', cast=config.eval)\n", 2, True, None),
    ('prettyconf Configuration', "from prettyconf import Configuration\nconfig = Configuration()\nx = config('NAME', default='d')\n", 3, False, 'd'),
    ('starlette strict', "from starlette.config import Config\nconfig = Config('.env')\nx = config('NAME')\n", 3, True, None),
    ('starlette cast', "from starlette.config import Config\nconfig = Config('.env')\nx = config('NAME', cast=bool, default=False)\n", 3, False, 'False'),
    ('starlette cast pos', "from starlette.config import Config\nconfig = Config('.env')\nx = config('NAME', int, 5)\n", 3, False, '5'),
    ('starlette get', "from starlette.config import Config\nconfig = Config('.env')\nx = config.get('NAME', default='d')\n", 3, False, 'd'),
    ('starlette environ', "from starlette.config import environ\nx = environ['NAME']\n", 2, True, None),
    ('starlette Secret', "from starlette.config import Config\nfrom starlette.datastructures import Secret\nconfig = Config('.env')\nx = config('NAME', cast=Secret, default='d')\n", 4, False, 'd'),
    ('starlette CSS', "from starlette.config import Config\nfrom starlette.datastructures import CommaSeparatedStrings\nconfig = Config()\nx = config('NAME', cast=CommaSeparatedStrings, default='a, b')\n", 4, False, 'a, b'),
    ('dj kw', "import dj_database_url\nx = dj_database_url.config(default='sqlite:///d', env='NAME')\n", 2, False, 'sqlite:///d'),
    ('dj pos', "import dj_database_url\nx = dj_database_url.config('NAME')\n", 2, False, None),
    ('dj from', "from dj_database_url import config\nx = config('NAME', default='sqlite:///d')\n", 2, False, 'sqlite:///d'),
    ('dj parse', "import os, dj_database_url\nx = dj_database_url.parse(os.environ['NAME'])\n", 2, True, None),
    ('dj parse get', "import os, dj_database_url\nx = dj_database_url.parse(os.environ.get('NAME', 'sqlite:///d'))\n", 2, False, 'sqlite:///d'),
    ('dj alias', "import dj_database_url as dj\nx = dj.config(env='NAME', default='sqlite:///d')\n", 2, False, 'sqlite:///d'),
    ('flask from_envvar', "from flask import Flask\napp = Flask(__name__)\napp.config.from_envvar('NAME')\n", 3, True, None),
    ('flask from_envvar silent', "from flask import Flask\napp = Flask(__name__)\napp.config.from_envvar('NAME', silent=True)\n", 3, False, None),
    ('flask from_envvar kw', "from flask import Flask\napp = Flask(__name__)\napp.config.from_envvar(variable_name='NAME')\n", 3, True, None),
    ('click option envvar', "import click\n@click.option('--x', envvar='NAME', required=True)\ndef f(x): pass\n", 2, True, None),
    ('typer', "import typer\ndef f(x: str = typer.Option('d', envvar='NAME')): pass\n", 2, False, 'd'),
]  # fmt: skip

_LAYOUTS = {
    "as written": lambda code: (code, 0),
    "below text that reads nothing": lambda code: (_TEXT + code, _TEXT.count("\n")),
    "in a function": lambda code: ("def load():\n" + _indented(code), 1),
    "in double quotes": lambda code: (code.replace("'", '"'), 0),
    "over several lines": lambda code: (_spread(code), 0),
    "with carriage returns": lambda code: (code.replace("\n", "\r\n"), 0),
}
_TEXT = (
    '"""Set os.environ[\'TEXT_ONE\']."""\n# os.getenv(\'TEXT_TWO\')\ntext = "os.environ[\'TEXT_THREE\']"\n'
)


def _indented(code: str) -> str:
    return "".join(f"    {line}\n" for line in code.splitlines())


def _spread(code: str) -> str:
    """Break the last line after its last opening parenthesis or bracket."""
    *above, last = code.rstrip("\n").split("\n")
    at = max(last.rfind(sign) for sign in "([")
    return "\n".join([*above, last if at < 0 else f"{last[: at + 1]}\n        {last[at + 1 :]}"]) + "\n"


NAMES = st.text(string.ascii_uppercase, min_size=3, max_size=8).map(lambda word: f"ZZ{word}_WORD")
NAMES = NAMES.filter(lambda name: not (classify.is_needed(name) or classify.is_optional(name)))
DEFAULTS = st.text(string.ascii_letters + string.digits + " _-:/.'\"$={}%\\é", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("code", "line", "required", "default"), [form[1:] for form in FORMS], ids=[form[0] for form in FORMS]
)
@settings(max_examples=12, deadline=None)
@given(
    name=NAMES,
    fallback=DEFAULTS.filter(lambda text: bool(text.strip())),
    layout=st.sampled_from(sorted(_LAYOUTS)),
)
def test_a_form_is_found_in_any_layout(
    code: str, line: int, required: bool, default: str | None, name: str, fallback: str, layout: str
) -> None:
    written, down = _LAYOUTS[layout](code)
    literal = "'d'" if "'d'" in written else '"d"'
    written = written.replace("NAME", name).replace("name_", name.lower()).replace(literal, repr(fallback))
    found = found_in({"settings.py": written}, "python")
    fact = found[name]
    assert line + down in [proof.line for proof in fact.evidence]
    assert fact.required is required
    assert fact.default == (fallback if default == "d" else default)
    assert not any(other.startswith("TEXT_") for other in found)


# what it shows, files, what must be set of the names that are found
NEEDS = [
    (
        "names with a literal part, from a function's calls",
        {"a.py": "import os\ndef db(prefix):\n    return os.environ[f'{prefix}_PLACE'], os.environ.get(prefix.upper() + '_SIZE', '1')\nx = db('SHOP')\n"},
        {"SHOP_PLACE": True, "SHOP_SIZE": False},
    ),
    (
        "names with a literal part, from loops within loops",
        {"a.py": "import os\nfor a in ('NORTH', 'SOUTH'):\n    for b in ['DOOR', 'GATE']:\n        x = os.environ[f'{a}_{b}']\n"},
        {"NORTH_DOOR": True, "NORTH_GATE": True, "SOUTH_DOOR": True, "SOUTH_GATE": True},
    ),
    (
        "prefixed blocks of environs",
        {"a.py": "from environs import Env\nenv = Env()\nwith env.prefixed('SHOP_'):\n    with env.prefixed('DOOR_'):\n        x = env.str('COLOUR')\n    y = env.int('SIZE', 3)\n"},
        {"SHOP_DOOR_COLOUR": True, "SHOP_SIZE": False},
    ),
    (
        "constants of another module",
        {"shop/names.py": "PLACE = 'SHOP_PLACE'\n", "shop/app.py": "import os\nfrom shop.names import PLACE as P\nfrom .names import PLACE\nx = os.environ[P]\n"},
        {"SHOP_PLACE": True},
    ),
    (
        "one of several that serve",
        {"a.py": "import os\nx = os.getenv('CRM_TOKEN')\ny = os.getenv('CRM_PASSWORD')\nif not x and not y:\n    raise ValueError\n"},
        {"CRM_TOKEN": True, "CRM_PASSWORD": False},
    ),
    (
        "one of several that serve, asked at once",
        {"a.py": "import os\nx = os.getenv('CRM_TOKEN')\ny = os.getenv('CRM_PASSWORD')\nif not (x or y):\n    raise ValueError\n"},
        {"CRM_TOKEN": True, "CRM_PASSWORD": False},
    ),
    (
        "a chain of fallbacks through names",
        {"a.py": "import os\nold = os.getenv('OLD_CRM_KEY', '').strip()\nx = os.getenv('CRM_KEY', os.getenv('CRM_TOKEN', old))\n"},
        {"CRM_KEY": True, "CRM_TOKEN": False, "OLD_CRM_KEY": False},
    ),
    (
        "a key compared with nothing",
        {"a.py": "import environ\nenv = environ.Env()\nif env('CRM_KEY', default='') != '':\n    x = env('CRM_KEY')\n"},
        {"CRM_KEY": False},
    ),
    (
        "an old name beside the new one",
        {"a.py": "import os\nif os.getenv('SHOP_HOST', '') != '':\n    X = os.getenv('SHOP_HOST')\nelse:\n    X = os.getenv('OLD_SHOP_HOST', '0.0.0.0')\n"},
        {"OLD_SHOP_HOST": False, "SHOP_HOST": False},
    ),
    (
        "mail with an empty fallback",
        {"a.py": "import os\nx = os.environ.get('SENDGRID_API_KEY', '')\n"},
        {"SENDGRID_API_KEY": False},
    ),
    (
        "the one service an app is for",
        {"a.py": "import os\nx = os.environ.get('TWITTER_API_KEY', '')\n"},
        {"TWITTER_API_KEY": True},
    ),
    (
        "one of many services with an empty fallback",
        {"a.py": "import os\nx = [os.environ.get('TWITTER_API_KEY', ''), os.environ.get('SLACK_TOKEN') or '', os.environ['GITHUB_TOKEN']]\n"},
        {"TWITTER_API_KEY": False, "SLACK_TOKEN": False, "GITHUB_TOKEN": True},
    ),
    (
        "an address that only allows this machine",
        {"a.py": "import os\nx = os.environ.get('ADMIN_NETWORKS', '127.0.0.1/32')\n"},
        {"ADMIN_NETWORKS": False},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("files", "needs"), [case[1:] for case in NEEDS], ids=[case[0] for case in NEEDS])
def test_what_must_be_set(files: dict[str, str], needs: dict[str, bool]) -> None:
    found = found_in(files, "python")
    assert {name: found[name].required for name in needs} == needs
    assert set(found) == set(needs)


def test_a_folder_whose_name_starts_with_a_dot_is_no_part_of_the_app() -> None:
    assert not found_in({".tools/a.py": "import os\nx = os.environ['SHOP_PLACE']\n"}, "python")


def test_a_management_command_that_a_process_runs_is_no_task() -> None:
    files = {"shop/management/commands/talk.py": "import os\nx = os.environ['CHAT_TOKEN']\n"}
    for runs, required in [((), False), (("python", "manage.py", "talk"), True)]:
        facts = discover(Texts(files), stack="x", language="python", root=".", other_roots=(), runs=runs)
        assert [fact.required for fact in facts if isinstance(fact, ConfigVar)] == [required]
