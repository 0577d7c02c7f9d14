"""A Go program -> the command that starts it on Heroku: subcommand, port flag or variable."""

from __future__ import annotations

import re

from scaffold.facts import Evidence, Raw, command
from scaffold.families.code_text import Found, find, find_each
from scaffold.families.go.apps import GoProgram
from scaffold.families.port_reading import Port, port_of
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo

_COMMANDS = (
    "github.com/spf13/cobra",
    "github.com/urfave/cli",
    "gopkg.in/urfave/cli",
    "github.com/alecthomas/kong",
)
_SERVE = lazy(r"""\b(?:Use|Name):\s*"(serve|server|start|web|api|http|run|listen|serve-http|daemon)\b""")
_MIGRATE = lazy(r"""\b(?:Use|Name):\s*"(migrate|migration|migrations|db:migrate|migrate-up|migrate:up)\b""")
_MIGRATE_WORD = lazy(r"""(?:case|==)\s*"(migrate|migrations|db:migrate)\"""")
_WORKER = lazy(r"""\b(?:Use|Name):\s*"(worker|workers|consumer|queue|jobs|scheduler|cron)\b""")
_ARGUMENTS = lazy(r"\bos\.Args\b|\bflag\.Arg\(")
_UP = lazy(r"""\b(?:Use|Name):\s*"up\b""")
_ROOT_RUNS = lazy(r"""rootCmd\s*=\s*&cobra\.Command\{[^}]*?\bRunE?:""", re.IGNORECASE | re.DOTALL)
_FLAG = lazy(
    r"""\bflag\.(String|Int|Uint)(?:Var)?\((?:&[\w.]+,\s*)?"(port|addr|listen|http|bind|address|httpAddr|http-addr)","""
)
_LONG_FLAG = lazy(
    r"""(?:\b\w*[fF]lag\w*[({]\s*(?:Name:\s*)?|\.[fF]lags\(\)\.(?:String|Int|Uint)\w*\((?:&[\w.]+,\s*)?)"""
    r""""(port|addr|listen|bind|address)(?:,[^"]*)?\""""
)
_EMPTY_RUN = lazy(r"\.Run\(\s*\)")
_READS_AUTO = lazy(r"""\bAutomaticEnv\(\)""")
_VIPER_PORT = lazy(r"""Get(?:String|Int)?\(\s*"(?:port|PORT)"\s*\)""")

MIGRATES_AT_BOOT = lazy(r"\.AutoMigrate\(|\bgoose\.Up\(|\bmigrate\.Up\(|\bm\.Up\(\)|\.Migrate\(\)")


@record
class Started:
    """The command of a program, and the lines that it rests on; `port_known` is false for a fixed port."""

    command: str
    evidence: tuple[Evidence, ...]
    port_known: bool


def started(repo: Repo, program: GoProgram) -> Started:
    """Return how to start a program that serves."""
    sub = subcommand(repo, program)
    words, port = _port(repo, program)
    name = [*port.words, f"bin/{program.name}", *([sub.match[1]] if sub else []), *words]
    proof = [program.main, *([sub.evidence] if sub else []), *port.evidence]
    return Started(command=command(*name), evidence=tuple(dict.fromkeys(proof)), port_known=port.known)


def _port(repo: Repo, program: GoProgram) -> tuple[tuple[str, ...], Port]:
    near = program.own + tuple(path for path in program.files if path not in program.own)
    port = port_of(repo, near, address=":$PORT")
    if port.known and not port.words:
        return (), port
    if (
        program.framework == "github.com/gin-gonic/gin"
        and program.listens
        and _EMPTY_RUN.match(program.listens.match[0] + ")")
    ):
        line = program.listens.evidence.text
        if _EMPTY_RUN.search(line):
            return (), Port(known=True, evidence=(program.listens.evidence,))
    viper = find(repo, near, _VIPER_PORT)
    if viper and find(repo, near, _READS_AUTO):
        return (), Port(known=True, evidence=(viper.evidence,))
    flag = find(repo, program.own, _FLAG)
    if flag:
        value = "$PORT" if flag.match[1] != "String" or flag.match[2] == "port" else ":$PORT"
        return (f"-{flag.match[2]}", Raw(value)), Port(known=True, evidence=(flag.evidence,))
    option = find(repo, near, _LONG_FLAG) if program.imported(_COMMANDS) else None
    if option and not port.known:
        value = "$PORT" if option.match[1] == "port" else ":$PORT"
        return (f"--{option.match[1]}", Raw(value)), Port(known=True, evidence=(option.evidence,))
    return (), port


def subcommand(repo: Repo, program: GoProgram) -> Found | None:
    """Return the subcommand that serves, where the program is a command line with several."""
    if not program.imported(_COMMANDS) or find(repo, program.files, _ROOT_RUNS):
        return None
    order = ("serve", "server", "serve-http", "start", "web", "http", "api", "listen", "daemon", "run")
    found = list(find_each(repo, program.files, _SERVE))
    return min(found, key=lambda item: order.index(item.match[1]), default=None)


def worker_command(repo: Repo, program: GoProgram) -> Started | None:
    """Return the program's own subcommand that works beside the server, None where it has none."""
    found = find(repo, program.files, _WORKER) if program.imported(_COMMANDS) else None
    if found is None:
        return None
    words = (f"bin/{program.name}", found.match[1])
    return Started(command=command(*words), evidence=(found.evidence,), port_known=True)


def migration(repo: Repo, program: GoProgram) -> Started | None:
    """Return the program's own migrate subcommand, None where it has none or migrates as it boots."""
    known = program.imported(_COMMANDS)
    found = find(repo, program.files, _MIGRATE) if known else find(repo, program.own, _MIGRATE_WORD)
    if found is None or not (known or find(repo, program.own, _ARGUMENTS)):
        return None
    up = find(repo, [found.evidence.path], _UP)
    words = [f"bin/{program.name}", found.match[1], *(["up"] if up else [])]
    return Started(command=command(*words), evidence=(found.evidence,), port_known=True)
