"""The script under test: rendered for a plan, without the questions of `init`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from scaffold import policy, render

APP = "my-app-staging"

VAR: dict[str, Any] = {
    "required": False,
    "secret": False,
    "value": None,
    "default": None,
    "generator": "",
    "description": "",
    "stage": "run",
    "provided_by": "",
    "kind": "text",
    "evidence": [],
}
POSTGRES: dict[str, Any] = {
    "service": "postgres",
    "plan": "heroku-postgresql:essential-0",
    "as": "",
    "attachments": [],
    "copies": [],
}
PLAN: dict[str, Any] = {
    "title": "Django",
    "root": ".",
    "layout": "top",
    "processes": [],
    "formation": {
        "web": {"quantity": 1, "size": "basic"},
        "worker": {"quantity": 2, "size": "standard-1x"},
    },
    "buildpacks": ["heroku/nodejs", "heroku/python"],
    "addons": [{**POSTGRES, "config_vars": ["DATABASE_URL"], "why": ""}],
    "config_vars": [
        {**VAR, "name": "SECRET_KEY", "required": True, "secret": True, "generator": "secret"},
        {**VAR, "name": "SETTINGS", "value": 'it\'s "$HOME" `id` {{ 7*7 }} \\ ü'},
        {**VAR, "name": "PAYMENT_KEY", "required": True, "secret": True, "description": "The key"},
        {**VAR, "name": "DATABASE_URL", "required": True, "provided_by": "postgres"},
    ],
    "migration": {"command": "manage migrate", "paths": ["app/migrations"], "in_release": True},
    "container": None,
    "stack_image": "heroku-24",
    "smoke": {"path": "/", "status": 200},
    "cache_clear": "",
    "region": "us",
    "team": "",
    "apps": {"staging": APP, "production": "my-app"},
    "pipeline": "",
    "branch": "main",
    "domains": {"staging": [], "production": []},
    "pages": {"maintenance": "", "error": ""},
    "stack_images": [{"name": name, **known} for name, known in policy.stack_images().items()],
}
ONE_OFF = {"migration": {"command": "cd sub && migrate", "paths": ["app/migrations"], "in_release": False}}


def script(*, deploy_vars: Mapping[str, Any] = MappingProxyType({}), **changes: Any) -> bytes:
    """Render bin/deploy for a plan, without the questions of `init`."""
    common = render.template_folder("common")
    assert common is not None
    settings = (common / "copier.yml").read_text(encoding="utf-8")
    with TemporaryDirectory(prefix="layer-") as scratch:
        layer = Path(scratch)
        for folder in ("bin", "_deploy"):
            shutil.copytree(common / folder, layer / folder)
        kept = re.findall(r"^_.*\n(?: .*\n)*", settings, flags=re.MULTILINE)
        (layer / "copier.yml").write_text("".join(kept), encoding="utf-8")
        plan = {**PLAN, **changes}
        own = [var for var in plan["config_vars"] if not var["provided_by"]]
        alike = {"": own, "staging": [], "production": []}
        context = {"plan": plan, "deploy_vars": alike | deploy_vars, "optional_files": ["bin/deploy"]}
        return render.render((layer,), context)["bin/deploy"].content
