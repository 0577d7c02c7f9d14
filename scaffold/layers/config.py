"""copier.yml of an organisation's template -> its questions and settings, merged with the shipped ones.

What would run a program, load code, read other files or keep a secret in a committed file is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scaffold.errors import ManifestError, UserError
from scaffold.record import made, record

RESERVED = frozenset(
    "plan app_json manifest_vars vars_by_group deploy_vars slugignore "
    "detected because choices offered template".split()
)
"""Names that a template sees; no question can have one."""

_REFUSED = {
    "tasks": "a template runs no programs",
    "migrations": "a template runs no programs",
    "jinja_extensions": "a template loads no code",
    "external_data": "a template reads no other files",
    "secret_questions": "answers are committed, so none can be a secret",
    "preserve_symlinks": "scaffold writes plain files",
}
_REMEDY = {
    "secret_questions": "Let the app read it as a config var, and list it in config-vars.toml.",
}
_ENVOPS = frozenset(
    "block_start_string block_end_string variable_start_string variable_end_string comment_start_string "
    "comment_end_string line_statement_prefix line_comment_prefix trim_blocks lstrip_blocks "
    "newline_sequence keep_trailing_newline autoescape undefined".split()
)
_STRICT = "jinja2.StrictUndefined"


@record
class LayerConfig:
    """What a template's copier.yml says: its own settings and questions, as copier would read them."""

    path: str = ""
    settings: Mapping[str, Any] = made(factory=dict)
    questions: Mapping[str, Mapping[str, Any]] = made(factory=dict)


def shipped(folder: Path) -> LayerConfig:
    """Read the copier.yml of a shipped layer, which needs no check."""
    from scaffold.manifests import yaml_file

    path = folder / "copier.yml"
    if not path.is_file():
        return LayerConfig()
    value: dict[str, Any] = yaml_file.plain(path.read_text(encoding="utf-8"), str(path))
    return _parted("copier.yml", value)


def read(folder: Path) -> LayerConfig:
    """Read and check the copier.yml of a template. Raises UserError, with the line."""
    from scaffold.manifests import yaml_file

    there = [name for name in ("copier.yml", "copier.yaml") if (folder / name).is_file()]
    if not there:
        return LayerConfig()
    if len(there) > 1:
        raise _fault("copier.yaml", 0, "there is a copier.yml too", "Keep one of them.")
    name = there[0]
    try:
        text = (folder / name).read_text(encoding="utf-8")
        document = yaml_file.parse(text, name)
        value = yaml_file.plain(text, name)
    except UnicodeDecodeError:
        raise _fault(name, 0, "it is no UTF-8 text") from None
    except ManifestError as error:
        raise _fault(name, error.line, error.message) from None
    if value is None:
        return LayerConfig(path=name)
    if not isinstance(value, dict):
        raise _fault(name, 1, "a mapping of settings and questions is expected")
    config = _parted(name, {str(key): item for key, item in value.items()})
    _check_settings(config, {key: document.line(f"_{key}") for key in config.settings})
    for key, question in config.questions.items():
        _check_question(config.path, key, question, document.line(key), document.line(key, "secret"))
    return config


def _parted(path: str, value: Mapping[str, Any]) -> LayerConfig:
    questions = {
        name: item if isinstance(item, dict) else {"default": item}
        for name, item in value.items()
        if not name.startswith("_")
    }
    settings = {name[1:]: item for name, item in value.items() if name.startswith("_")}
    return LayerConfig(path=path, settings=settings, questions=questions)


def _check_settings(config: LayerConfig, lines: Mapping[str, int]) -> None:
    for name, why in _REFUSED.items():
        if config.settings.get(name):
            raise _fault(
                config.path,
                lines[name],
                f"_{name} is not taken: {why}",
                _REMEDY.get(name, f"Take it out of the template's {config.path}."),
            )
    envops = config.settings.get("envops") or {}
    line = lines.get("envops", 0)
    if not isinstance(envops, dict):
        raise _fault(config.path, line, "_envops: a mapping is expected")
    if envops.get("undefined", _STRICT) != _STRICT:
        raise _fault(
            config.path, line, "_envops: an undefined name is an error here", "Take `undefined` out."
        )
    unknown = sorted(str(name) for name in envops if name not in _ENVOPS)
    if unknown:
        raise _fault(config.path, line, f"_envops: {unknown[0]} is not taken")
    _check_shapes(config, lines)
    _check_version(config, lines.get("min_copier_version", 0))


def _check_shapes(config: LayerConfig, lines: Mapping[str, int]) -> None:
    exclude = config.settings.get("exclude", [])
    if not isinstance(exclude, list) or not all(isinstance(item, str) for item in exclude):
        raise _fault(config.path, lines["exclude"], "_exclude: a list of patterns is expected")
    for name in ("subdirectory", "templates_suffix", "answers_file"):
        if not isinstance(config.settings.get(name, ""), str):
            raise _fault(config.path, lines[name], f"_{name}: a text is expected")
    parts = config.settings.get("subdirectory", "").split("/")
    if (parts[0] == "" and len(parts) > 1) or ".." in parts:
        raise _fault(config.path, lines["subdirectory"], "_subdirectory leaves the template")


def _check_version(config: LayerConfig, line: int) -> None:
    wanted = config.settings.get("min_copier_version")
    if wanted is None:
        return
    from importlib.metadata import version

    from packaging.version import InvalidVersion, Version

    try:
        is_newer = Version(str(wanted)) > Version(version("copier"))
    except InvalidVersion:
        raise _fault(config.path, line, f"_min_copier_version: {wanted} is no version") from None
    if is_newer:
        raise _fault(
            config.path,
            line,
            f"the template needs copier {wanted}, and {version('copier')} is installed",
            f"pipx inject --force heroku-scaffold 'copier>={wanted}'",
        )


def _check_question(path: str, name: str, question: Mapping[str, Any], line: int, secret: int) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise _fault(path, line, f"{name}: a question's name is lower-case letters, digits and _")
    if name in RESERVED:
        raise _fault(
            path, line, f"{name}: templates see something else by this name", "Give it another name."
        )
    if question.get("secret"):
        raise _fault(
            path,
            secret or line,
            f"{name}: answers are committed, so none can be a secret",
            "Let the app read it as a config var, and list it in config-vars.toml.",
        )


def merged_questions(base: LayerConfig, layer: LayerConfig) -> dict[str, dict[str, Any]]:
    """Return the shipped questions, with what the template says of them, and then its own."""
    found = {name: dict(question) for name, question in base.questions.items()}
    for name, question in layer.questions.items():
        found[name] = {**found.get(name, {}), **question}
    return found


def own_questions(base: LayerConfig, layer: LayerConfig) -> dict[str, Mapping[str, Any]]:
    """Return the questions of the template that no shipped layer asks."""
    return {name: question for name, question in layer.questions.items() if name not in base.questions}


def shipped_document(base: LayerConfig, layer: LayerConfig) -> str:
    """Return a copier.yml with the shipped questions, as the template would have them."""
    questions = merged_questions(base, layer)
    kept = {name: questions[name] for name in base.questions}
    return _dumped({"_envops": base.settings["envops"], **kept})


def own_document(base: LayerConfig, layer: LayerConfig, hidden: tuple[str, ...] = ()) -> str:
    """Return the copier.yml to ask and render a template by: `hidden` patterns are never written."""
    own = layer.settings
    exclude = list(own["exclude"] if "exclude" in own else base.settings["exclude"])
    answers_file = str(own.get("answers_file", ".copier-answers.yml"))
    settings: dict[str, Any] = {
        "_exclude": [*exclude, *hidden, f"/{answers_file}", "{{ _copier_conf.answers_file }}"],
        "_templates_suffix": own.get("templates_suffix", base.settings["templates_suffix"]),
        "_subdirectory": own.get("subdirectory", ""),
        "_answers_file": answers_file,
        "_envops": {**base.settings["envops"], **(own.get("envops") or {})},
    }
    return _dumped({**settings, **own_questions(base, layer)})


def _dumped(document: Mapping[str, Any]) -> str:
    import yaml

    return yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True)


def several(questions: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers with those to questions of several choices as lists, which are recorded with commas."""
    return {
        name: [part.strip() for part in value.split(",") if part.strip()]
        if isinstance(value, str) and not value.startswith("[") and questions.get(name, {}).get("multiselect")
        else value
        for name, value in values.items()
    }


def fault_at(path: str, line: int, message: str) -> UserError:
    """Make the error for a template that cannot be rendered."""
    return _fault(path, line, message)


def _fault(path: str, line: int, message: str, remedy: str = "") -> UserError:
    where = f"{path}:{line}" if line else path
    return UserError(
        "templates/refused",
        f"the template cannot be used: {where}: {message}",
        remedy=remedy or "Mend it in the template; nothing was written.",
    )
