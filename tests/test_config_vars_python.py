"""Every way that Python reads a variable is found in any layout, with its line, default and requiredness."""

# ruff: noqa: E501  (one form to a line)

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.config_vars import classify, discover
from scaffold.facts import ConfigVar
from tests.examples import examples
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
@examples(12)
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


_NEW = "from pydantic import AliasChoices, BaseModel, Field, HttpUrl, SecretStr\nfrom pydantic_settings import BaseSettings, SettingsConfigDict\n"
_OLD = "from pydantic import BaseSettings, Field\n"
_VALUES = "from configurations import Configuration, values\n"

# what it shows, code, variables with (line, required, default, kind)
MODELS = [
    ('pydantic-settings: str', _NEW + 'class S(BaseSettings):\n    name_: str\n', {'NAME_': (4, True, None, 'text')}),
    ('pydantic-settings: default', _NEW + "class S(BaseSettings):\n    name_: str = 'd'\n", {'NAME_': (4, False, 'd', 'text')}),
    ('pydantic-settings: int default', _NEW + 'class S(BaseSettings):\n    name_: int = 5\n', {'NAME_': (4, False, '5', 'number')}),
    ('pydantic-settings: bool', _NEW + 'class S(BaseSettings):\n    name_: bool = False\n', {'NAME_': (4, False, 'False', 'boolean')}),
    ('pydantic-settings: list', _NEW + "class S(BaseSettings):\n    name_: list[str] = ['a', 'b']\n", {'NAME_': (4, False, 'a,b', 'list')}),
    ('pydantic-settings: optional none', _NEW + 'class S(BaseSettings):\n    name_: str | None = None\n', {'NAME_': (4, False, None, 'text')}),
    ('pydantic-settings: optional no default', _NEW + 'class S(BaseSettings):\n    name_: str | None\n', {'NAME_': (4, True, None, 'text')}),
    ('pydantic 1: optional no default', _OLD + 'from typing import Optional\nclass S(BaseSettings):\n    name_: Optional[str]\n', {'NAME_': (4, False, None, 'text')}),
    ('pydantic-settings: ellipsis', _NEW + 'class S(BaseSettings):\n    name_: str = Field(...)\n', {'NAME_': (4, True, None, 'text')}),
    ('pydantic-settings: field no default', _NEW + "class S(BaseSettings):\n    name_: str = Field(description='The door')\n", {'NAME_': (4, True, None, 'text')}),
    ('pydantic-settings: field default', _NEW + "class S(BaseSettings):\n    name_: str = Field(default='d', description='The door')\n", {'NAME_': (4, False, 'd', 'text')}),
    ('pydantic-settings: field positional', _NEW + "class S(BaseSettings):\n    name_: str = Field('d')\n", {'NAME_': (4, False, 'd', 'text')}),
    ('pydantic-settings: default_factory', _NEW + 'class S(BaseSettings):\n    name_: list[str] = Field(default_factory=list)\n', {'NAME_': (4, False, None, 'list')}),
    ('pydantic-settings: alias', _NEW + "class S(BaseSettings):\n    x: str = Field(alias='NAME_A')\n", {'NAME_A': (4, True, None, 'text')}),
    ('pydantic-settings: validation_alias lower', _NEW + "class S(BaseSettings):\n    x: str = Field(validation_alias='name_a')\n", {'NAME_A': (4, True, None, 'text')}),
    ('pydantic-settings: AliasChoices', _NEW + "class S(BaseSettings):\n    x: str = Field(validation_alias=AliasChoices('NAME_A', 'NAME_B'))\n", {'NAME_A': (4, True, None, 'text'), 'NAME_B': (4, False, None, 'text')}),
    ('pydantic-settings: AliasChoices default', _NEW + "class S(BaseSettings):\n    x: str = Field('d', validation_alias=AliasChoices('NAME_A', 'NAME_B'))\n", {'NAME_A': (4, False, 'd', 'text'), 'NAME_B': (4, False, 'd', 'text')}),
    ('pydantic-settings: prefix', _NEW + "class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='app_')\n    name_: str = 'd'\n", {'APP_NAME_': (5, False, 'd', 'text')}),
    ('pydantic-settings: prefix dict', _NEW + "class S(BaseSettings):\n    model_config = {'env_prefix': 'APP_'}\n    name_: str\n", {'APP_NAME_': (5, True, None, 'text')}),
    ('pydantic-settings: prefix class kw', _NEW + "class S(BaseSettings, env_prefix='APP_'):\n    name_: str\n", {'APP_NAME_': (4, True, None, 'text')}),
    ('pydantic-settings: alias ignores prefix', _NEW + "class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='APP_')\n    x: str = Field(alias='NAME_A')\n", {'NAME_A': (5, True, None, 'text')}),
    ('pydantic 1: prefix', _OLD + "class S(BaseSettings):\n    name_: str\n    class Config:\n        env_prefix = 'APP_'\n", {'APP_NAME_': (3, True, None, 'text')}),
    ('pydantic 1: env', _OLD + "class S(BaseSettings):\n    x: str = Field('d', env='NAME_A')\n", {'NAME_A': (3, False, 'd', 'text')}),
    ('pydantic 1: env list', _OLD + "class S(BaseSettings):\n    x: str = Field(..., env=['NAME_A', 'NAME_B'])\n", {'NAME_A': (3, True, None, 'text'), 'NAME_B': (3, False, None, 'text')}),
    ('pydantic 1: fields', _OLD + "class S(BaseSettings):\n    x: str\n    class Config:\n        fields = {'x': {'env': 'NAME_A'}}\n", {'NAME_A': (3, True, None, 'text')}),
    ('pydantic-settings: nested', _NEW + "from pydantic import BaseModel\nclass D(BaseModel):\n    host_: str\n    port_: int = 5\nclass S(BaseSettings):\n    model_config = SettingsConfigDict(env_nested_delimiter='__')\n    db_: D\n", {'DB___HOST_': (5, True, None, 'text'), 'DB___PORT_': (6, False, '5', 'number')}),
    ('pydantic-settings: nested default', _NEW + "from pydantic import BaseModel\nclass D(BaseModel):\n    host_: str = 'd'\nclass S(BaseSettings):\n    model_config = SettingsConfigDict(env_nested_delimiter='__', env_prefix='APP_')\n    db_: D = D()\n", {'APP_DB___HOST_': (5, False, 'd', 'text')}),
    ('pydantic-settings: nested settings factory', _NEW + "class D(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='DBX_')\n    host_: str\nclass S(BaseSettings):\n    db_: D = Field(default_factory=D)\n", {'DBX_HOST_': (5, True, None, 'text')}),
    ('pydantic-settings: annotated', _NEW + "from typing import Annotated\nclass S(BaseSettings):\n    name_: Annotated[str, Field(alias='NAME_A')] = 'd'\n", {'NAME_A': (5, False, 'd', 'text')}),
    ('pydantic-settings: docstring', _NEW + 'class S(BaseSettings):\n    name_: str = \'d\'\n    """What the door is."""\n', {'NAME_': (4, False, 'd', 'text')}),
    ('pydantic-settings: secret', _NEW + "class S(BaseSettings):\n    name_: SecretStr = SecretStr('d')\n", {'NAME_': (4, False, 'd', 'text')}),
    ('pydantic-settings: inherited', _NEW + "class B(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='APP_')\nclass S(B):\n    name_: str\n", {'APP_NAME_': (6, True, None, 'text')}),
    ('pydantic-settings: module import', 'import pydantic_settings\nclass S(pydantic_settings.BaseSettings):\n    name_: str\n', {'NAME_': (3, True, None, 'text')}),
    ('pydantic-settings: neg int', _NEW + 'class S(BaseSettings):\n    name_: int = -1\n', {'NAME_': (4, False, '-1', 'number')}),
    ('pydantic-settings: expr', _NEW + 'class S(BaseSettings):\n    name_: int = 60 * 60\n', {'NAME_': (4, False, None, 'number')}),
    ('pydantic-settings: property', _NEW + "class S(BaseSettings):\n    name_: str = 'd'\n    @property\n    def other(self) -> str:\n        return 'x'\n", {'NAME_': (4, False, 'd', 'text')}),
    ('pydantic-settings: comment', _NEW + "class S(BaseSettings):\n    # x: str\n    name_: str = 'd'\n", {'NAME_': (5, False, 'd', 'text')}),
    ('pydantic-settings: exclude private', _NEW + "class S(BaseSettings):\n    _x: str = 'a'\n    name_: str = 'd'\n", {'NAME_': (5, False, 'd', 'text')}),
    ('pydantic-settings: url', _NEW + 'from pydantic import HttpUrl\nclass S(BaseSettings):\n    name_: HttpUrl\n', {'NAME_': (5, True, None, 'url')}),
    ('pydantic-settings: init=False', _NEW + "class S(BaseSettings):\n    x: str = Field('d', init=False)\n    name_: str = 'd'\n", {'NAME_': (5, False, 'd', 'text')}),
    ('django-configurations: secret', _VALUES + 'class P(Configuration):\n    NAME_A = values.SecretValue()\n', {'DJANGO_NAME_A': (3, True, None, 'text')}),
    ('django-configurations: default', _VALUES + "class P(Configuration):\n    NAME_A = values.Value('d')\n", {'DJANGO_NAME_A': (3, False, 'd', 'text')}),
    ('django-configurations: bool', _VALUES + 'class P(Configuration):\n    NAME_A = values.BooleanValue(False)\n', {'DJANGO_NAME_A': (3, False, 'False', 'boolean')}),
    ('django-configurations: int kw', _VALUES + 'class P(Configuration):\n    NAME_A = values.IntegerValue(default=5)\n', {'DJANGO_NAME_A': (3, False, '5', 'number')}),
    ('django-configurations: list', _VALUES + "class P(Configuration):\n    NAME_A = values.ListValue(['a', 'b'])\n", {'DJANGO_NAME_A': (3, False, 'a,b', 'list')}),
    ('django-configurations: no prefix', _VALUES + "class P(Configuration):\n    NAME_A = values.Value('d', environ_prefix=None)\n", {'NAME_A': (3, False, 'd', 'text')}),
    ('django-configurations: prefix', _VALUES + "class P(Configuration):\n    NAME_A = values.Value('d', environ_prefix='SHOP')\n", {'SHOP_NAME_A': (3, False, 'd', 'text')}),
    ('django-configurations: name', _VALUES + "class P(Configuration):\n    X = values.Value('d', environ_name='NAME_A')\n", {'DJANGO_NAME_A': (3, False, 'd', 'text')}),
    ('django-configurations: required', _VALUES + 'class P(Configuration):\n    NAME_A = values.Value(environ_required=True)\n', {'DJANGO_NAME_A': (3, True, None, 'text')}),
    ('django-configurations: required false', _VALUES + 'class P(Configuration):\n    NAME_A = values.Value(environ_required=False)\n', {'DJANGO_NAME_A': (3, False, None, 'text')}),
    ('django-configurations: environ false', _VALUES + "class P(Configuration):\n    NAME_A = values.Value('d', environ=False)\n", {}),
    ('django-configurations: db', _VALUES + "class P(Configuration):\n    DATABASES = values.DatabaseURLValue('sqlite:///d')\n", {'DATABASE_URL': (3, False, None, 'url')}),
    ('django-configurations: db name', _VALUES + "class P(Configuration):\n    DATABASES = values.DatabaseURLValue('sqlite:///d', environ_name='NAME_A')\n", {'NAME_A': (3, False, 'sqlite:///d', 'url')}),
    ('django-configurations: cache', _VALUES + "class P(Configuration):\n    CACHES = values.CacheURLValue('locmem://')\n", {'CACHE_URL': (3, False, None, 'url')}),
    ('django-configurations: late', _VALUES + "class P(Configuration):\n    NAME_A = values.Value('d', late_binding=True)\n", {'DJANGO_NAME_A': (3, False, 'd', 'text')}),
    ('django-configurations: imported value', 'from configurations import Configuration\nfrom configurations.values import SecretValue as SV\nclass P(Configuration):\n    NAME_A = SV()\n', {'DJANGO_NAME_A': (4, True, None, 'text')}),
    ('django-configurations: dev class', _VALUES + 'class Dev(Configuration):\n    NAME_A = values.SecretValue()\n', {'DJANGO_NAME_A': (3, False, None, 'text')}),
    ('django-configurations: outside', "from configurations import values\nx = values.Value('d', environ_name='NAME_A', environ_prefix=None)\n", {'NAME_A': (2, False, 'd', 'text')}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "wanted"), [model[1:] for model in MODELS], ids=[m[0] for m in MODELS])
def test_a_class_that_a_library_fills(
    code: str, wanted: dict[str, tuple[int, bool, str | None, str]]
) -> None:
    found = found_in({"settings.py": code}, "python")
    assert {
        name: (fact.evidence[0].line, fact.required, fact.default, fact.kind) for name, fact in found.items()
    } == wanted


def test_a_prefix_is_inherited_from_a_class_of_another_module() -> None:
    files = {
        "shop/base.py": _NEW
        + "class Base(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='SHOP_')\n",
        "shop/settings.py": "from shop.base import Base\nclass Settings(Base):\n    place: str\n",
    }
    assert set(found_in(files, "python")) == {"SHOP_PLACE"}


_DYNACONF = (
    "from dynaconf import Dynaconf, Validator\n"
    "settings = Dynaconf(envvar_prefix='SHOP', settings_files=['settings.toml'], validators=[\n"
    "    Validator('DOOR', must_exist=True), Validator('SIZE', default=3)])\n"
)

# what it shows, files, variables with (line, required, default)
OBJECTS = [
    (
        "dynaconf's validators",
        {"config.py": _DYNACONF},
        {"SHOP_DOOR": (3, True, None), "SHOP_SIZE": (3, False, "3")},
    ),
    (
        "uses of dynaconf's settings",
        {
            "config.py": _DYNACONF.replace("Validator('DOOR', must_exist=True), Validator('SIZE', default=3)", ""),
            "app.py": "from config import settings\na = settings.PLACE\nb = settings['COLOUR']\nc = settings.get('TIME', 'noon')\nd = settings.TABLE.WIDTH\nsettings.OWN = 1\nsettings.reload()\n",
            "settings.toml": "[default]\nCOLOUR = 'red'\n[default.table]\nwidth = 2\n",
        },
        {
            "SHOP_PLACE": (2, True, None),
            "SHOP_COLOUR": (3, False, "red"),
            "SHOP_TIME": (4, False, "noon"),
            "SHOP_TABLE__WIDTH": (5, False, "2"),
        },
    ),
    ("dynaconf's own settings", {"app.py": "from dynaconf import settings\nx = settings.COLOUR\n"}, {"DYNACONF_COLOUR": (2, True, None)}),
    (
        "dynaconf without a prefix",
        {"app.py": "from dynaconf import Dynaconf\nconf = Dynaconf(envvar_prefix=False)\nx = conf.MAP_COLOUR\n"},
        {"MAP_COLOUR": (3, True, None)},
    ),
    ("Django's settings are not dynaconf's", {"c.py": "import dynaconf\nsettings = dynaconf.Dynaconf()\n", "a.py": "from django.conf import settings\nx = settings.COLOUR\n"}, {}),
    (
        "Flask's prefixed variables",
        {"app.py": "from flask import Flask\napp = Flask(__name__)\napp.config.from_mapping(SIZE=3)\napp.config.from_prefixed_env()\nx = app.config['DOOR']\ny = app.config['SIZE']\nz = app.config.get('COLOUR')\n"},
        {"FLASK_DOOR": (5, True, None), "FLASK_SIZE": (6, False, "3"), "FLASK_COLOUR": (7, False, None)},
    ),
    (
        "Flask's variables with a prefix of its own",
        {"app.py": "from flask import Flask\napp = Flask(__name__)\napp.config.from_prefixed_env(prefix='SHOP')\n", "views.py": "from flask import current_app\nx = current_app.config['DOOR']\n"},
        {"SHOP_DOOR": (2, True, None)},
    ),
    ("Flask without prefixed variables", {"app.py": "from flask import Flask\napp = Flask(__name__)\nx = app.config['DOOR']\n"}, {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "wanted"), [case[1:] for case in OBJECTS], ids=[case[0] for case in OBJECTS]
)
def test_an_object_that_takes_every_prefixed_variable(
    files: dict[str, str], wanted: dict[str, tuple[int, bool, str | None]]
) -> None:
    found = found_in(files, "python")
    assert {
        name: (fact.evidence[0].line, fact.required, fact.default) for name, fact in found.items()
    } == wanted


@examples(60)
@given(
    field=st.text(string.ascii_lowercase, min_size=3, max_size=8).map(lambda word: f"zz{word}_word"),
    prefix=st.sampled_from(["", "SHOP_", "shop_"]),
    fallback=st.none() | DEFAULTS.filter(lambda text: bool(text.strip())),
    kind=st.sampled_from(["str", "str | None", "Annotated[str, Field(description='x')]"]),
    style=st.sampled_from(["plain", "field", "keyword"]),
)
def test_a_pydantic_field_is_found(
    field: str, prefix: str, fallback: str | None, kind: str, style: str
) -> None:
    value = "" if fallback is None else f" = {fallback!r}"
    if style != "plain":
        given_value = "..." if fallback is None else repr(fallback)
        value = f" = Field({'default=' if style == 'keyword' else ''}{given_value}, description='What it is')"
    code = (
        _NEW
        + f"class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix={prefix!r})\n    {field}: {kind}{value}\n"
    )
    found = found_in({"settings.py": code}, "python")
    (fact,) = found.values()
    assert fact.name == f"{prefix}{field}".upper()
    assert (fact.evidence[0].line, fact.required, fact.default) == (5, fallback is None, fallback)
    assert fact.description == ("What it is" if style != "plain" else "x" if kind.startswith("A") else "")


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
        "a way that is not the one chosen by default",
        {"a.py": "import os\nfrom enum import Enum\nclass Way(Enum):\n    POST = 'post'\n    FAST_LANE = 'fast'\nway = Way(os.getenv('SHOP_WAY', 'post'))\nif way == Way.FAST_LANE:\n    x = os.environ['LANE_COLOUR']\nif way == Way.POST:\n    y = os.environ['POST_COLOUR']\nif os.getenv('SHOP_KIND', 'small') == 'large':\n    z = os.environ['LARGE_COLOUR']\n"},
        {"SHOP_WAY": False, "LANE_COLOUR": False, "POST_COLOUR": True, "SHOP_KIND": False, "LARGE_COLOUR": False},
    ),
    (
        "what the code puts there itself",
        {"a.py": "import os\ndef go(key):\n    if key:\n        os.environ['CRM_API_KEY'] = key\n    else:\n        os.environ['CRM_API_KEY'] = 'x'\n    return os.environ['CRM_API_KEY']\n"},
        {"CRM_API_KEY": False},
    ),
    (
        "what the code puts there from the same variable",
        {"a.py": "import os\nos.environ['CRM_API_KEY'] = os.environ.get('CRM_API_KEY')\nx = os.environ['CRM_API_KEY']\n"},
        {"CRM_API_KEY": True},
    ),
    (
        "the one of a chain that is insisted on",
        {".env.example": "OLD_CRM_KEY=\n", "a.py": "import os\nOLD = os.getenv('OLD_CRM_KEY')\nKEY = os.getenv('CRM_KEY', OLD)\nif not KEY:\n    raise ValueError\n"},
        {"CRM_KEY": True, "OLD_CRM_KEY": False},
    ),
    (
        "a class of the app's own that reads by its annotations",
        {
            "shop/base.py": "import os\nfrom typing import get_type_hints\nclass Base:\n    inner: str\n    def __init__(self, env=os.environ):\n        for name in get_type_hints(type(self)):\n            setattr(self, name, env[name])\n",
            "shop/env.py": "from shop.base import Base\nclass Env(Base):\n    SHOP_PLACE: str\n    SHOP_SIZE: int = 3\n    other: str = ''\n",
        },
        {"SHOP_PLACE": True, "SHOP_SIZE": False},
    ),
    (
        "a data class filled by the names of its fields",
        {"a.py": "import os\nfrom dataclasses import dataclass, fields\n@dataclass\nclass Env:\n    place: str\n    size: int = 3\n    @classmethod\n    def load(cls):\n        return cls(**{f: os.environ['SHOP_' + f.upper()] for f in fields(cls)})\n"},
        {"SHOP_PLACE": True, "SHOP_SIZE": False},
    ),
    (
        "a table that the code puts there itself",
        {"a.py": "import os\nKEYS = ('MAP_COLOUR', 'MAP_SIZE')\nfor key in KEYS:\n    if key in os.environ:\n        os.environ.pop(key)\n    os.environ[key] = 'x'\n    print(os.environ[key])\n"},
        {"MAP_COLOUR": False, "MAP_SIZE": False},
    ),
    (
        "a fallback that only development sets",
        {"a.py": "import os\nDEBUG = 'DEBUG' in os.environ\nif DEBUG:\n    os.environ.setdefault('SHOP_PLACE', 'here')\n    if 'SHOP_SIZE' not in os.environ:\n        os.environ['SHOP_SIZE'] = '3'\nx = os.environ['SHOP_PLACE']\ny = os.environ['SHOP_SIZE']\n"},
        {"DEBUG": False, "SHOP_PLACE": True, "SHOP_SIZE": True},
    ),
    (
        "a feature that its credential switches on",
        {"a.py": "import os\nKEY = os.environ.get('CRM_KEY', '')\nHAS_CRM = bool(KEY)\n"},
        {"CRM_KEY": False},
    ),
    (
        "the address of error tracking, by where it goes",
        {"a.py": "import os\nstart(dsn=os.environ.get('SHOP_DSN', ''))\n"},
        {"SHOP_DSN": False},
    ),
    (
        "settings for a CI service",
        {"shop/settings/circleci.py": "import os\nx = os.environ['BROWSER_KEY']\n", "shop/settings/prod.py": "import os\nx = os.environ['SHOP_PLACE']\n"},
        {"SHOP_PLACE": True},
    ),
    (
        "an address that only allows this machine",
        {"a.py": "import os\nx = os.environ.get('ADMIN_NETWORKS', '127.0.0.1/32')\n"},
        {"ADMIN_NETWORKS": False},
    ),
    (
        "a variable that the settings put there for others",
        {
            "shop/settings.py": "import os\nos.environ['MAP_COLOUR'] = 'red'\nos.environ['MAP_SIZE'] = os.environ['SHOP_SIZE']\n",
            "shop/map.py": "import os\nx = os.environ['MAP_COLOUR']\ny = os.environ['SHOP_PLACE']\n",
        },
        {"SHOP_PLACE": True, "SHOP_SIZE": True},
    ),
    (
        "a variable that one script puts there for itself",
        {"tune.py": "import os\nos.environ['SHOP_PLACE'] = 'here'\n", "a.py": "import os\nx = os.environ['SHOP_PLACE']\n"},
        {"SHOP_PLACE": True},
    ),
    (
        "a function that fails only if it is told to",
        {"a.py": "import os\ndef ask(name, default=None, needed=False):\n    value = os.environ.get(name, default)\n    if needed and not value:\n        raise ValueError(name)\n    return value\nx = ask('SHOP_PLACE', needed=True)\ny = ask('CRM_KEY')\nz = ask('SHOP_SIZE', '3')\nw = ask('SHOP_TIME', None, True)\n"},
        {"SHOP_PLACE": True, "CRM_KEY": False, "SHOP_SIZE": False, "SHOP_TIME": True},
    ),
    (
        "a function that fails unless it is told not to",
        {"a.py": "import os\ndef ask(name, *, spare=False):\n    value = os.environ.get(name)\n    if value is None and not spare:\n        raise ValueError(name)\n    return value\nx = ask('SHOP_PLACE')\ny = ask('CRM_KEY', spare=True)\n"},
        {"SHOP_PLACE": True, "CRM_KEY": False},
    ),
    (
        "names that a loop's body makes, and what one of them switches on",
        {"a.py": "import os\nfor word in ('north', 'south'):\n    head = word.upper()\n    door = os.environ.get(f'{head}_DOOR')\n    if door:\n        x = os.environ[f'{head}_SECRET']\n    y = os.environ[word.upper() + '_GATE']\n"},
        {"NORTH_DOOR": False, "SOUTH_DOOR": False, "NORTH_SECRET": False, "SOUTH_SECRET": False, "NORTH_GATE": True, "SOUTH_GATE": True},
    ),
    (
        "a class and a function of another module that are handed the environment",
        {
            "a.py": "import os\nfrom shop import Shop, doors\nenv = os.environ\nshop = Shop(3, env)\ndoors(source=os.environ)\n",
            "shop.py": "class Shop:\n    def __init__(self, floor, env):\n        self.env = env\n        self.place = env['SHOP_PLACE']\n        self.size = int(env.get('SHOP_SIZE', 3))\n        self.key = self.env['CRM_KEY']\n\ndef doors(source):\n    return source['SHOP_DOOR']\n\ndef other(table):\n    return table['OTHER_THING']\n",
        },
        {"SHOP_PLACE": True, "SHOP_SIZE": False, "CRM_KEY": True, "SHOP_DOOR": True},
    ),
    (
        "a parameter that holds something else in another function",
        {
            "a.py": "import os\nfrom shop import doors\ndoors(os.environ)\n",
            "shop.py": "def doors(source):\n    return source['SHOP_DOOR']\n\ndef other(source):\n    return source['OTHER_THING']\n",
        },
        {},
    ),
    (
        "classes for development beside one for production",
        {"config.py": "import os\nclass Config:\n    KEY = os.environ['CRM_KEY']\nclass DevConfig(Config):\n    PLACE = os.environ.get('DEV_PLACE')\nclass TestingConfig(Config):\n    KEY = os.environ.get('CRM_KEY')\nclass ProductionConfig(Config):\n    PLACE = os.environ['SHOP_PLACE']\n"},
        {"CRM_KEY": True, "SHOP_PLACE": True},
    ),
    (
        "classes for development that production is built on, or without one for production",
        {
            "config.py": "import os\nclass LocalConfig:\n    PLACE = os.environ.get('SHOP_SIZE')\nclass ProductionConfig(LocalConfig):\n    PLACE = os.environ['SHOP_PLACE']\n",
            "other.py": "import os\nclass DevConfig:\n    PLACE = os.environ.get('SHOP_TIME', '3')\n",
        },
        {"SHOP_SIZE": False, "SHOP_PLACE": True, "SHOP_TIME": False},
    ),
    (
        "functions of a library whose module is named for the environment",
        {
            "a.py": "from acme.base.envs import get_bool, get_text as text\nx = text('SHOP_PLACE', required=True)\ny = get_bool(name='SHOP_OPEN', default=False, description='Whether the doors are open')\nz = text('SHOP_SIZE', '3')\nw = text('lower words')\nv = text('CRM_KEY', required=True, default='')\n",
            "b.py": "from shop.env import get_bool\nfrom flask import request\nx = get_bool('OWN_TABLE')\ny = request.environ.get('USER_PLACE')\n",
            "shop/__init__.py": "",
            "shop/env.py": "import os\ndef get_bool(name):\n    return TABLE[name]\ndef text(name, default=None):\n    return os.environ.get(name, default)\n",
        },
        {"SHOP_PLACE": True, "SHOP_OPEN": False, "SHOP_SIZE": False, "CRM_KEY": True},
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
    for path, command in [("shop/management/commands/talk.py", "talk"), ("bin/talk.py", "bin/talk.py")]:
        _is_required_where_it_runs(path, command)


def _is_required_where_it_runs(path: str, command: str) -> None:
    files = {path: "import os\nx = os.environ['CHAT_TOKEN']\n"}
    for runs, required in [((), False), (("python", "manage.py", command), True)]:
        facts = discover(Texts(files), stack="x", language="python", root=".", other_roots=(), runs=runs)
        assert [fact.required for fact in facts if isinstance(fact, ConfigVar)] == [required]


def test_the_first_sentence_of_a_comment_above_describes_a_variable() -> None:
    code = (
        "import os\n# Where the shop is, as the post\n# writes it. It may be long.\nx = os.getenv('SHOP_PLACE')\n"
        "# x = os.getenv('OLD_PLACE')\ny = os.getenv('SHOP_SIZE')\n"
        "# Times\n#\n# When the doors open.\nz = os.getenv('SHOP_TIME')\n"
    )
    found = found_in({"a.py": code}, "python")
    assert [found[f"SHOP_{word}"].description for word in ("PLACE", "SIZE")] == [
        "Where the shop is, as the post writes it",
        "",
    ]
