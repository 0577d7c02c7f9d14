"""The Go modules of a repository and the programs in them: what each imports, whether it listens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scaffold.facts import Evidence
from scaffold.families.code_text import Found, blank, find
from scaffold.manifests.go_mod import GoMod, binary_name, parse
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, folder_of, join, relative

_SKIPPED = frozenset(("vendor", "testdata", "third_party", "node_modules"))
_IGNORED = lazy(r"^//(?:go:build|\s*\+build)\s+(?:ignore|tools?|generate|none|wasm|js|mage)\b", re.MULTILINE)
_PACKAGE = lazy(r"^\s*package\s+(\w+)", re.MULTILINE)
_MAIN = lazy(r"^func\s+main\(\s*\)", re.MULTILINE)
_IMPORTS = lazy(r"^import\s*\(([^)]*)\)|^import\s+(?:[\w.]+\s+)?([\"`][^\"`\n]+[\"`])", re.MULTILINE)
_QUOTED = lazy(r"[\"`]([^\"`\n]+)[\"`]")

LISTENS = lazy(
    r"\bListenAndServe(?:TLS)?\(|\bhttp\.Serve\(|\bnet\.Listen\(|\bfcgi\.Serve\(|\bserver\.Serve\(|\bautocert\.NewListener"
)
"""Calls that open a port, whatever is imported."""

_FRAMEWORK_CALLS = {
    "github.com/gin-gonic/gin": r"\.Run\(",
    "github.com/labstack/echo": r"\.Start(?:Server|TLS|AutoTLS)?\(",
    "github.com/gofiber/fiber": r"\.Listen\(",
    "github.com/kataras/iris": r"\.(?:Listen|Run)\(",
    "github.com/beego/beego": r"\.Run\(",
    "github.com/astaxie/beego": r"\.Run\(",
    "github.com/gobuffalo/buffalo": r"\.Serve\(",
    "github.com/go-martini/martini": r"\.Run(?:OnAddr)?\(",
    "github.com/urfave/negroni": r"\.Run\(",
    "github.com/codegangsta/negroni": r"\.Run\(",
    "github.com/gogf/gf": r"\.Run\(",
    "goyave.dev/goyave": r"\.Start\(",
    "gofr.dev": r"\.(?:Run|Start)\(",
    "github.com/pocketbase/pocketbase": r"\.Start\(",
    "github.com/go-kratos/kratos": r"\.Run\(",
    "github.com/cloudwego/hertz": r"\.Spin\(",
    "github.com/zeromicro/go-zero": r"\.Start\(",
}

_BOTS = (
    "github.com/bwmarrin/discordgo",
    "github.com/go-telegram-bot-api/telegram-bot-api",
    "github.com/go-telegram/bot",
    "gopkg.in/tucnak/telebot",
    "gopkg.in/telebot",
    "github.com/tucnak/telebot",
    "github.com/mymmrac/telego",
    "github.com/PaulSonOfLars/gotgbot",
    "github.com/slack-go/slack",
    "github.com/nlopes/slack",
    "github.com/diamondburned/arikawa",
    "github.com/disgoorg/disgo",
    "github.com/gempir/go-twitch-irc",
    "github.com/shomali11/slacker",
    "github.com/mattermost/mattermost-server",
    "maunium.net/go/mautrix",
)

_CONSUMERS = (
    "github.com/hibiken/asynq",
    "github.com/gocraft/work",
    "github.com/RichardKnop/machinery",
    "github.com/riverqueue/river",
    "github.com/streadway/amqp",
    "github.com/rabbitmq/amqp091-go",
    "github.com/segmentio/kafka-go",
    "github.com/robfig/cron",
    "github.com/go-co-op/gocron",
    "github.com/jrallison/go-workers",
    "github.com/bgentry/que-go",
    "go.temporal.io/sdk",
    "github.com/vgarvardt/gue",
    "github.com/adjust/rmq",
)


@record
class GoProgram:
    """A main package: folder, binary, own files, all the module's files it is built of, what it imports."""

    folder: str
    name: str
    main: Evidence
    own: tuple[str, ...]
    files: tuple[str, ...]
    imports: frozenset[str]
    listens: Found | None
    framework: str = ""

    def imported(self, prefixes: Iterable[str]) -> str:
        """Return the first of these modules that the program imports, "" for none."""
        return next(
            (p for p in prefixes if any(i == p or i.startswith((p + "/", p + ".")) for i in self.imports)), ""
        )

    @property
    def bot(self) -> str:
        """Return the chat library it imports, "" for none."""
        return self.imported(_BOTS)

    @property
    def consumer(self) -> str:
        """Return the job or queue library it imports, "" for none."""
        return self.imported(_CONSUMERS)


@record
class GoApp:
    """A module with its programs, the one at the root first."""

    root: str
    mod: GoMod
    programs: tuple[GoProgram, ...]


def go_apps(repo: Repo) -> tuple[GoApp, ...]:
    """Return the Go modules of the repository, shallow ones first."""
    return repo.once(("go", "apps"), lambda: tuple(_apps(repo)))


def _apps(repo: Repo) -> Iterator[GoApp]:
    roots = [folder_of(path) for path in repo.named("go.mod") if _SKIPPED.isdisjoint(path.split("/"))][:20]
    for root in roots:
        mod = repo.try_parsed(join(root, "go.mod"), parse)
        if mod is None:
            continue
        inner = tuple(f"{r}/" for r in roots if r != root and (root == "." or r.startswith(root + "/")))
        folders: dict[str, list[str]] = {}
        for path in repo.suffixed(".go", under=root):
            if not path.endswith("_test.go") and not path.startswith(inner) and _is_source(root, path):
                folders.setdefault(folder_of(path), []).append(path)
        programs = [_program(repo, root, mod, folder, folders) for folder in _candidates(repo, folders)]
        found = tuple(program for program in programs if program)
        yield GoApp(root=root, mod=mod, programs=found)


def _is_source(root: str, path: str) -> bool:
    parts = relative(root, path).split("/")
    return _SKIPPED.isdisjoint(parts) and not any(part.startswith(("_", ".")) for part in parts)


def _candidates(repo: Repo, folders: dict[str, list[str]]) -> Iterator[str]:
    """Yield the folders that hold a main package, judged by one file each."""
    for folder, paths in folders.items():
        if len(folders) > 300 and "/cmd/" not in f"/{folder}/" and f"{folder}/main.go" not in repo:
            continue
        first = f"{folder}/main.go" if f"{folder}/main.go" in repo else paths[0]
        for path in dict.fromkeys((first, *paths)):
            text = repo.text(path)
            if _IGNORED.search(text[:400]):
                continue
            package = _PACKAGE.search(blank(text[:20_000], path))
            if package and package[1] == "main":
                yield folder
            break


def _program(
    repo: Repo, root: str, mod: GoMod, folder: str, folders: dict[str, list[str]]
) -> GoProgram | None:
    own = tuple(path for path in folders[folder] if not _IGNORED.search(repo.text(path)[:400]))
    main = find(repo, own, _MAIN)
    if main is None:
        return None
    files, imports = _closure(repo, root, mod, own, folders)
    inside = relative(root, folder) if folder != root else ""
    listens, framework = _listening(repo, own, files, imports)
    return GoProgram(
        folder=folder,
        name=binary_name(f"{mod.module}/{inside}" if inside else mod.module),
        main=main.evidence,
        own=own,
        files=files,
        imports=imports,
        listens=listens,
        framework=framework,
    )


def _closure(
    repo: Repo, root: str, mod: GoMod, own: tuple[str, ...], folders: dict[str, list[str]]
) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the module's own files a program is built of, and every package they import."""
    files = list(own)
    imports: set[str] = set()
    for path in files:
        for package in imports_of(repo, path):
            if package in imports:
                continue
            imports.add(package)
            if package == mod.module or package.startswith(mod.module + "/"):
                inside = join(root, package[len(mod.module) + 1 :] or ".")
                if len(files) < 400:
                    files += [other for other in folders.get(inside, ()) if other not in own]
    return tuple(dict.fromkeys(files)), frozenset(imports)


def imports_of(repo: Repo, path: str) -> tuple[str, ...]:
    """Return the packages a Go file imports."""
    return repo.once(("go", "imports", path), lambda: tuple(_imports(repo.text(path), path)))


def _imports(text: str, path: str) -> Iterator[str]:
    body = re.search(r"^(?:func|type|var|const)\b", text, re.MULTILINE)
    for match in _IMPORTS.finditer(blank(text[: body.start()] if body else text, path)):
        yield from _QUOTED.findall(match[1] or match[2] or "")


def _listening(
    repo: Repo, own: tuple[str, ...], files: tuple[str, ...], imports: frozenset[str]
) -> tuple[Found | None, str]:
    frameworks = [f for f in _FRAMEWORK_CALLS if any(i == f or i.startswith(f + "/") for i in imports)]
    for framework in frameworks:
        calls = re.compile(_FRAMEWORK_CALLS[framework])
        using = [path for path in files if any(i.startswith(framework) for i in imports_of(repo, path))]
        beside = {folder_of(path) for path in using}
        near = [path for path in files if folder_of(path) in beside]
        if found := find(repo, using, calls) or find(repo, own, calls) or find(repo, near, calls):
            return found, framework
    found = find(repo, files, LISTENS)
    return found, frameworks[0] if frameworks else ""
