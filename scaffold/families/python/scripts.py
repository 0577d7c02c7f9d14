"""Data apps and scripts that serve by themselves (Streamlit, Gradio, http.server) -> their web command."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import PORT, Evidence, Raw, command
from scaffold.families.python.apps import PythonApp
from scaffold.families.python.entries import ENTRIES
from scaffold.families.python.imports import importable, opened_files
from scaffold.families.python.roots import from_root
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, folder_of, is_secondary, join, relative

_ALL = "0.0.0.0"
_MENTIONED = (
    "README.md",
    "README.rst",
    "README.txt",
    "README",
    "Dockerfile",
    "Makefile",
    "docker-compose.yml",
)
_SIDE_FOLDERS = frozenset({"pages", "page", "utils", "components", "lib", "src/utils", "notebooks"})
READS_PORT = lazy(r"""(?:environ|getenv|config|env)\b[^\n]{0,20}["']PORT["']|["']PORT["']\s*(?:,|\)|\])""")
_GUARD = lazy(r"^if\s+__name__\s*==", re.MULTILINE)


@record
class Tool:
    """A tool that runs a script as a web app.

    `package` declares it, the pattern `text` marks its scripts, `words` is the command, {} the script.
    """

    package: str
    title: str
    text: str
    words: tuple[str, ...]
    names: tuple[str, ...] = ()


TOOLS = (
    Tool(
        package="streamlit",
        title="Streamlit",
        text=r"^\s*(?:import streamlit|from streamlit)\b",
        words=(
            "streamlit",
            "run",
            "{}",
            "--server.port",
            PORT,
            "--server.address",
            _ALL,
            "--server.headless",
            "true",
        ),
        names=("streamlit_app", "home", "app", "main", "dashboard", "index"),
    ),
    Tool(
        package="chainlit",
        title="Chainlit",
        text=r"^\s*(?:import chainlit|from chainlit)\b",
        words=("chainlit", "run", "{}", "--host", _ALL, "--port", PORT, "--headless"),
    ),
    Tool(
        package="gradio",
        title="Gradio",
        text=r"\.launch\(",
        words=(Raw("GRADIO_SERVER_NAME=0.0.0.0"), Raw("GRADIO_SERVER_PORT=$PORT"), "python", "{}"),
    ),
    Tool(
        package="panel",
        title="Panel",
        text=r"\.servable\(",
        words=("panel", "serve", "{}", "--address", _ALL, "--port", PORT, "--allow-websocket-origin=*"),
    ),
    Tool(
        package="shiny",
        title="Shiny",
        text=r"^\s*(?:from shiny|import shiny)\b",
        words=("shiny", "run", "--host", _ALL, "--port", PORT, "{}"),
    ),
    Tool(
        package="solara",
        title="Solara",
        text=r"^\s*(?:import solara|from solara)\b",
        words=("solara", "run", "{}", "--host", _ALL, "--port", PORT, "--production"),
    ),
    Tool(
        package="bokeh",
        title="Bokeh",
        text=r"\bcurdoc\(\)",
        words=("bokeh", "serve", "{}", "--address", _ALL, "--port", PORT, "--allow-websocket-origin=*"),
    ),
    Tool(
        package="web-py",
        title="web.py",
        text=r"\bweb\.application\(",
        words=("python", "{}", PORT),
    ),
)
"""Tools whose command serves a script; the flags give the port and every interface."""

SELF_SERVING = {
    "tornado": lazy(r"tornado\.(?:web|httpserver|ioloop)|\.listen\("),
    "aiohttp": lazy(r"\bweb\.run_app\(|TCPSite\("),
    "bottle": lazy(r"^\s*(?:bottle\.)?run\(", re.MULTILINE),
    "cherrypy": lazy(r"cherrypy\.(?:quickstart|engine\.start)\("),
    "sanic": lazy(r"\.run\("),
    "nicegui": lazy(r"\bui\.run\("),
    "websockets": lazy(r"\bserve\("),
    "werkzeug": lazy(r"\brun_simple\("),
    "waitress": lazy(r"\bserve\("),
    "python-socketio": lazy(r"eventlet\.wsgi\.server\(|run_app\("),
    "": lazy(r"\b(?:HTTPServer|TCPServer|ThreadingHTTPServer|make_server|create_server)\("),
}
"""Libraries whose server a script starts itself, and the call; "" is the standard library."""


@record
class Script:
    """A script to run as the web process."""

    command: str
    tool: str
    title: str
    path: str
    evidence: tuple[Evidence, ...]
    reads_port: bool = True


def tool_scripts(repo: Repo, app: PythonApp) -> Iterator[Script]:
    """Yield the script of each declared tool: the best-named one that uses it."""
    for tool in TOOLS:
        if declared := app.uses(tool.package):
            pattern = re.compile(tool.text, re.MULTILINE)
            found = [path for path in _scripts(repo, app) if pattern.search(repo.text(path))]
            found.sort(key=lambda path: _script_rank(repo, app, path, tool))
            for path in found[:1]:
                line = repo.line_of(path, pattern)
                yield Script(
                    command=_in_folder(repo, app, path, tool.words),
                    tool=tool.package,
                    title=tool.title,
                    path=path,
                    evidence=(declared.evidence, repo.proof(path, line)),
                )


def serving_scripts(repo: Repo, app: PythonApp) -> Iterator[Script]:
    """Yield the scripts that start a server themselves, those that read PORT first."""
    found = []
    for path in _scripts(repo, app):
        text = repo.text(path)
        for package, pattern in SELF_SERVING.items():
            hit = pattern.search(text) if not package or app.has(package) else None
            if hit and (package or "import" in text) and _runs(text, hit.start()):
                line = text.count("\n", 0, hit.start()) + 1
                reads = READS_PORT.search(text)
                if not reads and join(folder_of(path), "__init__.py") in repo:
                    break
                proofs = [repo.proof(path, line)]
                if reads:
                    proofs.append(repo.proof(path, text.count("\n", 0, reads.start()) + 1))
                found.append(
                    Script(
                        command=_run_by_python(repo, app, path),
                        tool=package or "python",
                        title=package or "the standard library's server",
                        path=path,
                        evidence=tuple(proofs),
                        reads_port=bool(reads),
                    )
                )
                break
    yield from sorted(
        found, key=lambda one: (not one.reads_port, one.path.count("/"), not _is_entry(one.path))
    )


def _runs(text: str, at: int) -> bool:
    """Tell whether a file is run as a script: it has a main guard, or the call stands at its top level."""
    return bool(_GUARD.search(text)) or text[text.rfind("\n", 0, at) + 1 : at + 1][:1].strip() != ""


def _is_entry(path: str) -> bool:
    return path.rpartition("/")[2].removesuffix(".py").lower() in ENTRIES


def _scripts(repo: Repo, app: PythonApp) -> tuple[str, ...]:
    """Return the Python files at or just below the app's root that may be scripts."""
    depth = 0 if app.root == "." else app.root.count("/") + 1
    return tuple(
        path
        for path in repo.suffixed(".py", under=app.root)
        if path.count("/") - depth <= 2
        and not is_secondary(path)
        and not path.rpartition("/")[2].startswith(("test_", "__init__", "setup.py", "conftest"))
    )[:300]


def _script_rank(repo: Repo, app: PythonApp, path: str, tool: Tool) -> tuple[bool, bool, int, int, str]:
    folder, _, name = path.rpartition("/")
    stem = name.removesuffix(".py").lower()
    names = tool.names or ("app", "main", "demo", "index", "server")
    place = next(
        (i for i, known in enumerate(names) if known in stem.split("-") or known == stem), len(names)
    )
    depth = path.count("/")
    side = folder.rpartition("/")[2].lower() in _SIDE_FOLDERS
    return (not _is_mentioned(repo, app, name, tool), side, depth, place, path)


def _is_mentioned(repo: Repo, app: PythonApp, name: str, tool: Tool) -> bool:
    """Tell whether a README or Dockerfile runs this very script with the tool."""
    line = re.compile(rf"\b(?:{tool.package}|python3?)\b[^\n]*(?<![\w-]){re.escape(name)}")
    files = dict.fromkeys(join(root, file) for root in (app.root, ".") for file in _MENTIONED)
    return any(line.search(repo.text(path)) for path in files if path in repo)


def _run_by_python(repo: Repo, app: PythonApp, path: str) -> str:
    """Return the command that runs a script; a package's own entry point is run as the package."""
    place = importable(repo, path, app.root) if path.endswith("/__main__.py") else None
    package = place.module.removesuffix(".__main__") if place and place.folder == "." else ""
    if place and package != place.module:
        return command("python", "-m", package)
    return _in_folder(repo, app, path, ("python", "{}"))


def _in_folder(repo: Repo, app: PythonApp, path: str, words: tuple[str, ...]) -> str:
    """Return the command for a script; run from its own folder where it opens files by relative paths."""
    folder = folder_of(path)
    inside = relative(app.root, path) if app.root != "." else path
    opened = opened_files(repo, path)
    moved = folder != app.root and any(
        join(folder, name) in repo and join(app.root, name) not in repo for name in opened if name != path
    )
    script = path.rpartition("/")[2] if moved else inside
    line = command(*(script if word == "{}" else word for word in words))
    return f"{command('cd', from_root(app, folder))} && {line}" if moved else line
