"""Plan and repository -> the job that tests the app: language, installation, services, variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from scaffold import policy
from scaffold.ci.installing import Install, install
from scaffold.ci.scalars import scalar
from scaffold.facts import ConfigVar
from scaffold.plan.model import Plan
from scaffold.plan.processes import cd_prefix
from scaffold.record import record
from scaffold.repo import Repo

_INTERPOLATED = ("${{", "<<", "\n")
"""What a CI service would read as its own in a text of the repository."""
_MODES = frozenset(
    "RAILS_ENV RACK_ENV NODE_ENV MIX_ENV APP_ENV FLASK_ENV DJANGO_ENV DJANGO_SETTINGS_MODULE ENVIRONMENT ENV "
    "APP_SETTINGS RAILS_MASTER_KEY ASPNETCORE_ENVIRONMENT DOTNET_ENVIRONMENT SPRING_PROFILES_ACTIVE".split()
)
"""Variables that choose the settings, or open those of production: not for tests."""
_PRODUCTION = ("production", "prod", "live", "staging")
_HARMLESS = {"boolean": "false", "number": "1", "url": "http://localhost", "list": "test-only"}


@record
class Service:
    """A container beside the tests, and the variables that hold its address."""

    name: str
    image: str
    port: int
    health: str
    url: str
    env: Mapping[str, str]
    variables: tuple[str, ...]


@record
class Job:
    """How the app is tested. `missing` says why it cannot be, `left_out` what its tests may lack."""

    command: str = ""
    root: str = "."
    action: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    image: str = ""
    install: tuple[str, ...] = ()
    tool_steps: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    missing: str = ""
    remedy: str = ""
    left_out: tuple[str, ...] = ()

    def data(self, host: str) -> dict[str, Any]:
        """Return it as templates see it, texts as YAML scalars; services are at `host`, "": by their name."""
        addresses = [
            (name, service.url.format(host=host or service.name))
            for service in self.services
            for name in service.variables
        ]
        return {
            "command": scalar(self.command),
            "root": "" if self.root == "." else scalar(self.root),
            "cd": "" if self.root == "." else scalar(cd_prefix(self.root).removesuffix(" && ")),
            "action": self.action,
            "inputs": [(name, value if value == "true" else scalar(value)) for name, value in self.inputs],
            "image": scalar(self.image),
            "script": [scalar(line) for line in self.install],
            "install": _lines(self.install),
            "own_install": _lines(self.tool_steps),
            "env": [(name, scalar(value)) for name, value in [*addresses, *self.env]],
            "services": [
                {
                    "name": service.name,
                    "image": scalar(service.image),
                    "port": service.port,
                    "health": service.health,
                    "env": [(name, scalar(value)) for name, value in service.env.items()],
                }
                for service in self.services
            ],
        }


def _lines(commands: tuple[str, ...]) -> str:
    """Write commands as the value of a step: one as it is, several as a block, each in its line."""
    if len(commands) < 2:
        return scalar(commands[0]) if commands else ""
    return "|" + "".join(f"\n{' ' * 12}{line}" for line in commands)


def test_job(plan: Plan, repo: Repo) -> Job:
    """Return the test job of an app."""
    if not plan.test_command:
        return Job(
            missing="nothing in the repository shows how its tests are run",
            remedy="Run `scaffold update` once there are tests, or add the job yourself: your edit stays.",
        )
    known = policy.table("ci")["languages"].get(plan.language)
    steps = install(plan, repo)
    if known is None or steps is None or plan.container:
        return Job(missing=f"how {plan.title} is set up in CI is not known")
    command = steps.around + plan.test_command.removeprefix(cd_prefix(plan.root))
    if any(mark in text for mark in _INTERPOLATED for text in (command, plan.root, *steps.commands)):
        return Job(missing="its command or its folder has characters that CI services read as their own")
    return _job(plan, known, steps, command)


def _job(plan: Plan, known: Mapping[str, Any], steps: Install, command: str) -> Job:
    version = _version(plan, known)
    services, left_out = _services(plan)
    taken = {name for service in services for name in service.variables}
    modes = {name: value for name, value in known.get("env", {}).items() if _reads(plan, name)}
    return Job(
        command=command,
        root=plan.root,
        action=known["action"],
        inputs=_inputs(plan, known, version, steps),
        image=known["image"].format(version=version or known.get("default", "latest"))
        if known["image"]
        else "",
        install=steps.commands,
        tool_steps=steps.on_github if steps.on_github is not None else steps.commands,
        services=services,
        env=tuple(sorted({**modes, **_variables(plan, taken)}.items())),
        left_out=left_out,
    )


def _reads(plan: Plan, name: str) -> bool:
    """Tell whether a mode is that of this app: Rails reads its own, other Ruby apps that of Rack."""
    migration = plan.migration.command if plan.migration else ""
    rails = any(
        "rails" in text for text in (plan.test_command, migration, *(p.command for p in plan.processes))
    )
    return name not in ("RAILS_ENV", "RACK_ENV") or rails == (name == "RAILS_ENV")


def _version(plan: Plan, known: Mapping[str, Any]) -> str:
    """Return the version of the plan; of a range, which only some languages have, its lower end."""
    asked = plan.runtime.version if plan.runtime else ""
    found = re.search(r"\d+(?:\.\d+){0,2}", asked)
    if found is None:
        return str(known.get("default", ""))
    parts = found[0].split(".")
    return found[0] if asked == found[0] else ".".join(parts[:2])


def _inputs(
    plan: Plan, known: Mapping[str, Any], version: str, steps: Install
) -> tuple[tuple[str, str], ...]:
    if not known["action"]:
        return ()
    found = {**known.get("with", {}), known["input"]: version} if version else dict(known.get("with", {}))
    if plan.language == "elixir":
        otp = policy.table("ci")["otp"]
        found["otp-version"] = otp.get(".".join(version.split(".")[:2]), otp["1.18"])
    return (*found.items(), *steps.inputs)


def _services(plan: Plan) -> tuple[tuple[Service, ...], tuple[str, ...]]:
    known = policy.table("ci")["services"]
    found: dict[str, Service] = {}
    left_out = []
    for addon in plan.addons:
        row = known.get(addon.service)
        names = tuple(
            name for name in addon.sets if name.endswith(("_URL", "_URI")) or name in addon.config_vars[:1]
        )
        if not isinstance(row, dict):
            left_out.append(f"the test job has no {addon.plan}: its tests run without it")
            continue
        before = found[addon.service].variables if addon.service in found else ()
        found[addon.service] = Service(
            name=addon.service,
            image=row["image"],
            port=row["port"],
            health=row["health"],
            url=row["url"],
            env=row.get("env", {}),
            variables=tuple(dict.fromkeys((*before, *names))),
        )
    return tuple(found.values()), tuple(dict.fromkeys(left_out))


def _variables(plan: Plan, taken: set[str]) -> dict[str, str]:
    """Return the variables that the app does not start without, with values that open nothing."""
    said = {var.name: var for var in plan.env_vars.get("test", ())}
    wanted = (var for var in plan.config_vars if var.required or var.generator or var.name in said)
    return {
        var.name: _value(said.get(var.name, var), said=var.name in said)
        for var in wanted
        if not (var.name in taken or var.name in _MODES or var.provided_by or var.stage == "build")
        and (var.name in said or var.value not in _PRODUCTION)
    }


def _value(var: ConfigVar, *, said: bool) -> str:
    known: Mapping[str, str] = policy.table("ci")["values"]
    if var.name in known and not said:
        return known[var.name]
    text = var.value if said or not var.secret else None
    if text is None or any(mark in text for mark in (*_INTERPOLATED, "$")):
        return _HARMLESS.get(var.kind, "test-only")
    return text
