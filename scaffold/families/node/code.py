"""JavaScript and TypeScript text -> whether it listens for HTTP, and on what. Comments never count."""

from __future__ import annotations

import re

from scaffold.families.node.tools import words
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, is_secondary, join

SUFFIXES = words(".js .mjs .cjs .ts .mts .cts .jsx .tsx .coffee")
_RESOLVE = ("", *words(" .js .ts .mjs .cjs .mts .coffee .json /index.js /index.ts /index.mjs"))

_NOISE = lazy(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`",
    re.DOTALL,
)
_LISTENS = lazy(
    r"\.listen\s*\(|\bcreateServer\s*\(|\bstartStandaloneServer\s*\(|\bserve\s*\(\s*\{|\bserve\s*\(\s*app\b|"
    r"\.startServer\s*\(|\bHapi\.[Ss]erver\s*\(|\bnew\s+(?:ApolloServer|WebSocketServer|WebSocket\.Server)\s*\(|"
    r"\bsails\.lift\s*\(|\bcreateApp\s*\([^)]*\)\s*\.start"
)
_WORDS = (
    ".listen",
    "createServer",
    "StandaloneServer",
    "serve(",
    "startServer",
    "Hapi.",
    "sails.lift",
    "new ApolloS",
    "new WebS",
)
_ON = lazy(
    r"\.listen\s*\(\s*(?:\{(?P<options>[^}]*)\}|(?P<port>[^,()]*(?:\([^()]*\))?[^,()]*))\s*(?:,\s*(?P<host>[^,()]+))?[,)]"
)
_NUMBER = lazy(r"^\d{2,5}$")
_NAME = lazy(r"^[A-Za-z_$][\w$]*$")
_ENV = lazy(r"process\.env(?:\.([A-Za-z_]\w*)|\[\s*[\"']([A-Za-z_]\w*)[\"']\s*\])")
_IMPORTS = lazy(r"(?:\brequire\s*\(\s*|\bfrom\s+|\bimport\s*\(?\s*)[\"'](\.{1,2}/[^\"'\n]+|\.{1,2})[\"']")
_PACKAGES = lazy(r"(?:\brequire\s*\(\s*|\bfrom\s+|\bimport\s*\(?\s*)[\"']([@\w][^\"'\n]*)[\"']")
_LOCAL_HOST = lazy(r"[\"'](?:localhost|127\.0\.0\.1|::1)[\"']")
_CONFIG = lazy(r"(?:^|/)(?:[Gg]ulpfile|Gruntfile|[\w.-]+\.(?:config|conf|test|spec))\.\w+$")
_LIKELY = lazy(r"^[^/]+$|server|api|config|database|queue|redis|worker|/db|^src/[^/]+$|^lib/[^/]+$|\benv\b")
_MOST = 250
_ASIDE = frozenset(
    words(
        "flow-typed client frontend front-end web-client ui public static assets dist build out coverage "
        "vendor migrations seeders android ios types typings stories tests locales i18n lang"
    )
)


@record
class Listen:
    """A `listen(...)` call: its line, and what is wrong with it, "" for nothing.

    `variable` is the environment variable the port comes from, where it is another one than PORT.
    """

    path: str
    line: int
    port: str = ""
    host: str = ""
    variable: str = ""


def blanked(text: str, *, strings: bool = True) -> str:
    """Return the text with comments (and the inside of strings) blanked out; lines stay where they are."""

    def blank(match: re.Match[str]) -> str:
        found = match[0]
        if found[0] in "\"'`" and not strings:
            return found
        keep = found[0] if found[0] in "\"'`" else ""
        return keep + "".join("\n" if char == "\n" else " " for char in found[len(keep) :])

    return _NOISE.sub(blank, text)


def code_of(repo: Repo, path: str) -> str:
    """Return a file's text with its comments blanked out; strings stay."""
    return repo.once(("node-code", path), lambda: blanked(repo.text(path), strings=False))


def listens(repo: Repo, path: str) -> int:
    """Return the line where a file starts to listen, 0 where it does not."""
    return repo.once(("node-listens", path), lambda: _listens(repo, path))


def _listens(repo: Repo, path: str) -> int:
    text = repo.text(path)
    if not any(word in text for word in _WORDS):
        return 0
    found = _LISTENS.search(blanked(text))
    return text.count("\n", 0, found.start()) + 1 if found else 0


def resolve(repo: Repo, folder: str, name: str) -> str:
    """Return the file that Node would run for `name` seen from a folder, "" where there is none."""
    base = join(folder, name)
    for ending in _RESOLVE:
        path = (base + ending).removeprefix("./")
        if path in repo:
            return path
    if base.endswith((".js", ".mjs", ".cjs")):
        stem, _, suffix = base.rpartition(".")
        source = f"{stem}.{suffix.replace('js', 'ts')}"
        return source if source in repo else ""
    return ""


def reached(repo: Repo, entry: str, *, most: int = 40) -> tuple[str, ...]:
    """Return an entry file and the repository's own files it imports, nearest first."""
    seen: dict[str, None] = {entry: None}
    queue = [entry]
    while queue and len(seen) < most:
        path = queue.pop(0)
        text = code_of(repo, path)
        for match in _IMPORTS.finditer(text):
            found = resolve(repo, path.rpartition("/")[0] or ".", match[1])
            if found and found not in seen and not found.endswith(".json"):
                seen[found] = None
                queue.append(found)
    return tuple(seen)


def packages_used(text: str) -> frozenset[str]:
    """Return the packages a file imports, by name."""
    names = set()
    for match in _PACKAGES.finditer(blanked(text, strings=False)):
        parts = match[1].split("/")
        names.add("/".join(parts[:2]) if parts[0].startswith("@") else parts[0])
    return frozenset(names)


def sources(repo: Repo, root: str) -> tuple[str, ...]:
    """Return the server-side source files of an app: no tests, browser code or output, not too many."""
    return repo.once(("node-sources", root), lambda: _sources(repo, root))


def _sources(repo: Repo, root: str) -> tuple[str, ...]:
    cut = 0 if root == "." else len(root) + 1
    packages = tuple(
        path[:-12] for path in repo.named("package.json") if path.startswith(root + "/") or root == "."
    )
    inner = tuple(folder for folder in packages if len(folder) > cut)
    found = []
    for path in sorted(repo.suffixed(*SUFFIXES, under=root), key=lambda path: not _LIKELY.search(path)):
        inside = path[cut:]
        folders = inside.split("/")[:-1]
        if not _ASIDE.isdisjoint(folders) or is_secondary(inside) or path.startswith(inner):
            continue
        if ".min." not in path and not _CONFIG.search(path):
            found.append(path)
        if len(found) >= _MOST:
            break
    return tuple(found)


def listen_calls(repo: Repo, path: str) -> tuple[Listen, ...]:
    """Return the `listen(...)` calls of a file whose port or host a dyno cannot use."""
    text = code_of(repo, path)
    found = []
    for match in _ON.finditer(text):
        options = match["options"]
        port, host = (match["port"] or "").strip(), (match["host"] or "").strip()
        if options is not None:
            port = _option(options, "port")
            host = _option(options, "host")
        port = _value(text, port)
        fixed = port if _NUMBER.match(port) else ""
        local = host if _LOCAL_HOST.search(_value(text, host)) else ""
        names = [one or two for one, two in _ENV.findall(port)]
        other = names[0] if names and "PORT" not in names and "port" not in names else ""
        if fixed or local or other:
            line = text.count("\n", 0, match.start()) + 1
            found.append(Listen(path=path, line=line, port=fixed, host=local, variable=other))
    return tuple(found)


def _option(options: str, key: str) -> str:
    found = re.search(rf"\b{key}\s*:\s*([^,\n}}]+)", options)
    return found[1].strip() if found else ""


def _value(text: str, word: str) -> str:
    """Return what a name is set to in the same file, or the word itself."""
    if not _NAME.match(word):
        return word
    found = re.search(rf"\b(?:const|let|var)\s+{re.escape(word)}\s*(?::\s*\w+\s*)?=\s*([^;\n]+)", text)
    return found[1].strip().rstrip(",") if found else word
