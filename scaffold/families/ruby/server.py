"""Server gems and their config files -> the command of the web process, bound to $PORT."""

from __future__ import annotations

import re

from scaffold.facts import PORT, AnyFact, ConfigVar, Doubt, Evidence, Raw, Todo, command
from scaffold.families.ruby.apps import RubyApp
from scaffold.families.ruby.code import code
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, join, relative

_PORT_READ = lazy(r"^[ \t]*(?:port\b|bind\b|listen\b).*\bPORT\b|^[ \t]*port\s*[( ]\s*[a-z_]+", re.M)
_LOOPBACK = lazy(r"^[ \t]*(?:port|bind)\b.*(?:127\.0\.0\.1|localhost)", re.M)
_BINDS = lazy(r"^[ \t]*(?:port\b|bind\b|bind_to_activated_sockets)", re.M)
_PLACES = (
    r"directory|stdout_redirect|working_directory|std(?:out|err)_path|state_path|pidfile|pid|listen|chdir"
)
_ABSOLUTE = lazy(
    rf"^[ \t]*(?:{_PLACES})\b[ (]*(?:(?:[\"']|.*(?<!\w)[\"'])/(?!tmp/|dev/|app/)[A-Za-z]|.*\bshared)", re.M
)
_PATH_VARIABLE = lazy(
    r"^[ \t]*(\w+)\s*=\s*(?:File\.expand_path\(\s*)?[\"']/(?:home|var|srv|opt|usr|root|data|u|apps)/", re.M
)
_DAEMON = lazy(r"^[ \t]*daemonize(?:\s*$|\s+true|\(true)", re.M)
_PIDFILE = lazy(r"^[ \t]*pidfile\b(.*)$", re.M)
SERVERS = ("puma", "unicorn", "falcon", "iodine", "passenger", "thin", "rainbows", "webrick")


@record
class Server:
    """A web command, the gem that runs, its proof, and facts that go with it (doubts, variables, to-dos)."""

    command: str
    tool: str
    evidence: tuple[Evidence, ...]
    missing: bool = False
    extra: tuple[AnyFact, ...] = ()


def find_server(repo: Repo, app: RubyApp, home: str, stack: str, default: str) -> Server:
    """Return the command that serves an app whose files live in `home`; `default` is for no server gem."""
    tool = _tool(repo, app, home)
    proof = app.proof(repo, tool) if tool else None
    if proof is None:
        return _missing(app, stack, default)
    words, used, extra = _command(repo, app, home, tool, stack)
    return Server(command=command(*words), tool=tool, evidence=(proof, *used), extra=tuple(extra))


def _tool(repo: Repo, app: RubyApp, home: str) -> str:
    found = [name for name in SERVERS[:-1] if app.has(name)]
    configured = [name for name in found if _config(repo, home, name)]
    return next((name for name in (*configured, *found) if name in app.prod), next(iter(found), ""))


def _config(repo: Repo, home: str, tool: str) -> str:
    names = {
        "puma": ("config/puma.rb", "config/puma/production.rb", "puma.rb"),
        "unicorn": ("config/unicorn.rb", "config/unicorn/production.rb", "unicorn.rb"),
        "falcon": ("falcon.rb",),
        "thin": ("config/thin.yml",),
        "rainbows": ("config/rainbows.rb",),
        "passenger": ("Passengerfile.json",),
    }.get(tool, ())
    return next((join(home, name) for name in names if join(home, name) in repo), "")


def _missing(app: RubyApp, stack: str, default: str) -> Server:
    todo = Todo(
        stack=stack,
        root=app.root,
        command="bundle add puma",
        evidence=(app.evidence,),
        why="no web server is among the gems of production; Puma is the one Heroku recommends.",
    )
    return Server(command=default, tool="", evidence=(app.evidence,), missing=True, extra=(todo,))


def _command(
    repo: Repo, app: RubyApp, home: str, tool: str, stack: str
) -> tuple[tuple[str, ...], tuple[Evidence, ...], list[AnyFact]]:
    config = _config(repo, home, tool)
    here = relative(app.root, config) if config else ""
    proofs = (repo.proof(config, 0),) if config else ()
    base = ("bundle", "exec", tool)
    if tool == "puma":
        return _puma(repo, app, config, here, stack)
    if tool in ("unicorn", "rainbows"):
        fault = _fault(repo, config) if config else None
        if fault:
            doubt = _own_server(app, stack, fault, tool)
            return (*base, "-p", PORT, "-E", Raw("${RACK_ENV:-production}")), (), [doubt]
        return (*base, "-p", PORT, *(("-c", here) if here else ())), proofs, []
    if tool == "falcon":
        if config and "host" in code(repo, config):
            return (*base, "host"), proofs, []
        return (*base, "serve", "--bind", Raw("http://0.0.0.0:$PORT")), proofs, []
    if tool == "passenger":
        return (*base, "start", "-p", PORT, "--max-pool-size", Raw("${WEB_CONCURRENCY:-2}")), proofs, []
    if tool == "thin":
        return (*base, "start", "-R", "config.ru", "-p", PORT, "-e", Raw("${RACK_ENV:-production}")), (), []
    return (*base, "-p", PORT), (), []


def _puma(
    repo: Repo, app: RubyApp, config: str, here: str, stack: str
) -> tuple[tuple[str, ...], tuple[Evidence, ...], list[AnyFact]]:
    base = ("bundle", "exec", "puma")
    if not config:
        return (*base, "-p", PORT), (), []
    fault = _fault(repo, config)
    if fault:
        # Puma reads config/puma.rb even when it is not named; `-C -` keeps it from that.
        return (*base, "-C", "-", "-p", PORT), (), [_own_server(app, stack, fault, "puma")]
    words: list[str] = [*base, "-C", here]
    text = code(repo, config)
    if (_BINDS.search(text) and not _PORT_READ.search(text)) or _LOOPBACK.search(text):
        words += ["-p", PORT]
    extra: list[AnyFact] = []
    pid = _PIDFILE.search(text)
    if pid and not repo.has_folder(join(app.root, "tmp/pids")) and not _guarded(pid[1]):
        line = text.count("\n", 0, pid.start(1)) + 1
        if "PIDFILE" in pid[1]:
            extra.append(_pid_variable(app, stack, repo.proof(config, line)))
        elif "tmp/" in pid[1] and '"/tmp/' not in pid[1] and "'/tmp/" not in pid[1]:
            words += ["--pidfile", "/tmp/puma.pid"]
    return tuple(words), (repo.proof(config, 1),), extra


def _guarded(text: str) -> bool:
    """Tell whether a pidfile is only written on request, or where the folder surely exists."""
    return bool(re.search(r"\bif\b", text)) or (
        "PIDFILE" in text and re.search(r"[\"']/tmp/", text) is not None
    )


def _pid_variable(app: RubyApp, stack: str, proof: Evidence) -> ConfigVar:
    return ConfigVar(
        stack=stack,
        root=app.root,
        name="PIDFILE",
        required=True,
        value="/tmp/puma.pid",
        description="Where Puma writes its process id",
        evidence=(proof,),
        why="its usual folder tmp/pids is not in the repository, and Puma does not make it.",
    )


def _fault(repo: Repo, config: str) -> Evidence | None:
    """Return the line of a server's config that cannot work on Heroku: a server's paths, a daemon."""
    text = code(repo, config)
    for pattern in (_ABSOLUTE, _DAEMON, _PATH_VARIABLE):
        if found := pattern.search(text):
            start = found.start() + len(found[0]) - len(found[0].lstrip())
            return repo.proof(config, text.count("\n", 0, start) + 1)
    return None


def _own_server(app: RubyApp, stack: str, fault: Evidence, tool: str) -> Doubt:
    return Doubt(
        stack=stack,
        root=app.root,
        id="ruby/server-config",
        message=f"{fault.path} is written for another server (paths, a daemon): {tool} runs without it.",
        remedy="Keep threads, workers and hooks in a config file that reads PORT; add that to the command.",
        evidence=(fault,),
    )
