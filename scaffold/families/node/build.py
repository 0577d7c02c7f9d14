"""tsconfig.json and bundler flags -> where a source file ends up, and which script puts it there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from scaffold.facts import Evidence
from scaffold.families.node.apps import NodeApp
from scaffold.families.node.code import code_of
from scaffold.families.node.scripts import Step, proof_of, steps_of
from scaffold.manifests.json_file import parse_object
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, folder_of, is_secondary, join, relative

BUILD_SCRIPTS = ("heroku-postbuild", "build")
"""The scripts Heroku's buildpack runs after installing: the first of them that exists."""

INSTALL_SCRIPTS = ("postinstall", "install", "prepare", "heroku-prebuild")

_TYPESCRIPT = (".ts", ".tsx", ".mts", ".cts")
_COMMA = lazy(r",(\s*[}\]])")
_FLAGS = lazy(r"(?:^|\s)(?:--outDir|--out-dir|--outdir|--dist-dir|-d|-o|--out)[ =]([\w./-]+)")
_OUTFILE = lazy(r"(?:^|\s)(?:--outfile|--out-file|--file|-o)[ =]([\w./-]+\.[mc]?js)\b")
_CONFIG = lazy(r"(?:^|\s)(?:-p|--project|-b|--build)[ =]([\w./-]+)")


@record
class Output:
    """A built file (`path` from the top) and the lines that prove where it is written."""

    path: str
    evidence: tuple[Evidence, ...]


def build_script(app: NodeApp) -> str:
    """Return the script that Heroku's build runs, "" for none."""
    return next((name for name in BUILD_SCRIPTS if app.script(name)), "")


def build_steps(repo: Repo, app: NodeApp) -> tuple[Step, ...]:
    """Return the steps that run during Heroku's build, those of the install scripts included."""
    names = [name for name in (*INSTALL_SCRIPTS, build_script(app)) if name]
    return tuple(step for name in names for step in steps_of(repo, app, name))


def output_of(repo: Repo, app: NodeApp, source: str) -> Output | None:
    """Return where the build writes a source file, None where it cannot be told."""
    steps = [step for step in _compilers(repo, app) if step.app.root == app.root]
    for step in steps:
        if out := _by_flags(repo, app, step, source):
            return out
    if any(step.simple.program == "nx" for step in steps) and (out := _by_nx(repo, app, source)):
        return out
    for step in steps:
        if step.simple.program in ("tsc", "nest", "lb-tsc", "tspath") and (
            out := _by_tsconfig(repo, app, source, step)
        ):
            return out
    return None


def typescript_output(repo: Repo, app: NodeApp, source: str) -> Output | None:
    """Return where plain `tsc` would write a source file, by tsconfig.json."""
    return _by_tsconfig(repo, app, source, None)


def _compilers(repo: Repo, app: NodeApp) -> Iterator[Step]:
    """Yield the build steps of every script that Heroku runs, then of those it could run."""
    yield from (step for step in build_steps(repo, app) if step.kind == "build")
    for name in (
        "compile",
        "build:server",
        "build:ts",
        "build-ts",
        "tsc",
        "build:prod",
        "dist",
        "prestart",
        "start",
        "transpile",
    ):
        if app.script(name):
            yield from (step for step in steps_of(repo, app, name) if step.kind == "build")


def _by_flags(repo: Repo, app: NodeApp, step: Step, source: str) -> Output | None:
    program, text = step.simple.program, step.simple.text
    inside = relative(app.root, source)
    stem = re.sub(r"\.[mc]?[jt]sx?$", "", inside)
    name = stem.rpartition("/")[2]
    proof = (proof_of(repo, step),)
    file = _OUTFILE.search(text)
    folder = _FLAGS.search(text)
    if file and program != "tsc":
        return Output(path=app.at(file[1]), evidence=proof)
    if program == "ncc":
        return Output(path=app.at(f"{folder[1] if folder else 'dist'}/index.js"), evidence=proof)
    if program == "tsup":
        return Output(path=app.at(f"{folder[1] if folder else 'dist'}/{name}.js"), evidence=proof)
    if program == "esbuild" and folder:
        return Output(path=app.at(f"{folder[1]}/{name}.js"), evidence=proof)
    if program in ("babel", "swc") and folder:
        given = next((word for word in step.simple.args if not word.startswith("-")), "src").strip("./")
        below = relative(given, stem) if given and stem.startswith(given + "/") else stem
        keeps = program == "swc" and "--strip-leading-paths" not in text
        return Output(path=app.at(f"{folder[1]}/{stem if keeps else below}.js"), evidence=proof)
    if program in ("rollup", "webpack"):
        return _by_config(repo, app, program, name)
    return None


def _by_config(repo: Repo, app: NodeApp, program: str, name: str) -> Output | None:
    for suffix in (".js", ".mjs", ".cjs", ".ts"):
        path = app.at(f"{program}.config{suffix}")
        if path not in repo:
            continue
        text = code_of(repo, path)
        file = re.search(r"\bfile\s*:\s*[\"']([\w./-]+\.[mc]?js)[\"']", text)
        folder = re.search(r"\bdir\s*:\s*[\"']([\w./-]+)[\"']", text) or re.search(
            r"\bpath\s*:\s*(?:path\.)?(?:resolve|join)\(\s*__dirname\s*,\s*[\"']([\w./-]+)[\"']", text
        )
        found = file or folder
        if found:
            line = text.count("\n", 0, found.start()) + 1
            named = re.search(r"\bfilename\s*:\s*[\"']([\w.-]+\.[mc]?js)[\"']", text)
            built = found[1] if file else f"{found[1]}/{named[1] if named else name + '.js'}"
            return Output(path=app.at(built), evidence=(repo.proof(path, line),))
    return None


def _by_nx(repo: Repo, app: NodeApp, source: str) -> Output | None:
    """Return the output of the Nx project whose main file this is."""
    for path in repo.named("project.json"):
        document = repo.try_parsed(path, parse_object)
        options = document.at("targets", "build", "options") if document else None
        if isinstance(options, dict) and isinstance(options.get("outputPath"), str):
            main = options.get("main", options.get("entryFile"))
            if main == relative(app.root, source):
                name = re.sub(r"\.[mc]?ts$", ".js", source.rpartition("/")[2])
                folder = re.sub(r"^\{workspaceRoot\}/", "", options["outputPath"])
                line = repo.line_of(path, r'"outputPath"')
                return Output(path=app.at(f"{folder}/{name}"), evidence=(repo.proof(path, line),))
    return None


def _by_tsconfig(repo: Repo, app: NodeApp, source: str, step: Step | None) -> Output | None:
    asked = _CONFIG.search(step.simple.text) if step else None
    names = [asked[1] if asked[1].endswith(".json") else f"{asked[1]}/tsconfig.json"] if asked else []
    if step and step.simple.program == "nest":
        names.append("tsconfig.build.json")
    for name in (*names, "tsconfig.json"):
        path = app.at(name)
        if path in repo and (config := read_tsconfig(repo, path)) is not None:
            return _output(repo, app, source, path, config, step)
    return None


def _output(
    repo: Repo, app: NodeApp, source: str, path: str, config: dict[str, Any], step: Step | None
) -> Output | None:
    options = config.get("compilerOptions")
    options = options if isinstance(options, dict) else {}
    flag = _FLAGS.search(step.simple.text) if step else None
    out = flag[1] if flag else options.get("outDir")
    if options.get("noEmit") is True:
        return None
    base = options.get("rootDir")
    folder = folder_of(path)
    if isinstance(out, str) and out:
        origin = (
            join(folder, base) if isinstance(base, str) else _common_root(repo, app, source, config, folder)
        )
        below = relative(origin, source)
        target = join(folder, f"{out}/{below}")
    elif step is None:
        return None
    else:
        target = source
    built = re.sub(r"\.(m|c)?tsx?$", lambda match: f".{match[1] or ''}js", target)
    line = repo.line_of(path, r'"outDir"')
    return Output(path=built, evidence=(repo.proof(path, line),))


def _common_root(repo: Repo, app: NodeApp, source: str, config: dict[str, Any], folder: str) -> str:
    """Return the folder tsc takes as rootDir: the deepest that holds every file of the program."""
    included = [
        join(folder, item.split("*")[0])
        for item in config.get("include") or config.get("files") or ["."]
        if isinstance(item, str)
    ]
    excluded = [
        join(folder, item.split("*")[0].rstrip("/"))
        for item in config.get("exclude") or []
        if isinstance(item, str) and not item.startswith("*")
    ]
    files = [
        path
        for path in repo.suffixed(*_TYPESCRIPT, under=app.root)
        if not path.endswith((".d.ts", ".spec.ts", ".test.ts"))
        and any(item in (".", path) or path.startswith(item.rstrip("/") + "/") for item in included)
        and not any(item != "." and (path == item or path.startswith(item + "/")) for item in excluded)
    ]
    shared = folder_of(source).split("/")
    for path in (path for path in files if "include" in config or not is_secondary(path)):
        parts = folder_of(path).split("/")
        length = 0
        while length < min(len(shared), len(parts)) and shared[length] == parts[length]:
            length += 1
        shared = shared[:length]
    return "/".join(shared) or "."


def read_tsconfig(repo: Repo, path: str, depth: int = 0) -> dict[str, Any] | None:
    """Return a tsconfig with what it extends merged in; comments and trailing commas are allowed in it."""
    text = _COMMA.sub(r"\1", code_of(repo, path))
    try:
        own = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(own, dict):
        return None
    parent = own.get("extends")
    if isinstance(parent, str) and parent.startswith(".") and depth < 4:
        above = join(folder_of(path), parent if parent.endswith(".json") else f"{parent}.json")
        base = read_tsconfig(repo, above, depth + 1) if above in repo else None
        if base:
            both = [part.get("compilerOptions") for part in (base, own)]
            merged = {key: value for part in both if isinstance(part, dict) for key, value in part.items()}
            own = {**base, **own, "compilerOptions": merged}
    return own
