"""Ruby source, its ERB in YAML and views -> reads of ENV; what Rails' credentials need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffold.config_vars import nodes, scope
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.config_vars.ruby_places import Places
from scaffold.patterns import lazy
from scaffold.repo import Repo

_ERB = lazy(r"<%[=-]?(?!#|%)(.*?)-?%>", re.DOTALL)
_TOP_KEY = lazy(r"^([A-Za-z_]\w*):", re.MULTILINE)
_DEV_KEYS = ("development", "test", "dev", "testing", "ci")
_TAKEN_FROM_URL = ("config/database.yml", "config/database.yaml")
_METHODS = (
    "fetch",
    "[]",
    "key?",
    "has_key?",
    "include?",
    "member?",
    "values_at",
    "dig",
    "slice",
    "fetch_values",
)
_MASTER_KEY = "The key that opens the encrypted credentials: what config/master.key holds"
_LIBRARY = lazy(r"Figaro|Anyway|Dotenv")


def read(repo: Repo, root: str, others: tuple[str, ...]) -> Iterator[Read]:
    """Yield every read of the environment in the Ruby files of the app."""
    for path in scope.files(repo, root, others, (".rb", ".ru", ".rake", ".jbuilder")):
        text = repo.text(path)
        if ("ENV" in text or _LIBRARY.search(text)) and scope.is_readable(text):
            yield from Script(path, nodes.parse(text, "ruby")).reads()
    for path in _named(repo, root, ("Rakefile", "Capfile")):
        if "ENV" in repo.text(path):
            yield from Script(path, nodes.parse(repo.text(path), "ruby")).reads()
    for path in scope.files(repo, root, others, (".yml", ".yaml", ".erb")):
        text = repo.text(path)
        if "<%" in text and "ENV" in text and scope.is_readable(text):
            yield from _erb(path, text, "" if root == "." else root + "/")
    yield from _credentials(repo, root)


def _named(repo: Repo, root: str, names: tuple[str, ...]) -> list[str]:
    prefix = "" if root == "." else root + "/"
    return [prefix + name for name in names if prefix + name in repo]


def _erb(path: str, text: str, prefix: str) -> Iterator[Read]:
    """Read the Ruby between `<%` and `%>`, line by line as it stands; development sections are left out."""
    from scaffold.record import replace

    kept, at = [], 0
    for found in _ERB.finditer(text):
        kept.append("\n" * text.count("\n", at, found.start(1)) + found[1] + ";")
        at = found.end(1)
    yaml = path.endswith((".yml", ".yaml"))
    keys = [(text.count("\n", 0, key.start()) + 1, key[1]) for key in _TOP_KEY.finditer(text)] if yaml else []
    url = path.startswith(prefix) and path[len(prefix) :] in _TAKEN_FROM_URL
    for found_read in Script(path, nodes.parse("".join(kept), "ruby")).reads():
        section = next((key for line, key in reversed(keys) if line <= found_read.line), "")
        if section in _DEV_KEYS:
            continue
        spare = url or path.endswith(("storage.yml", ".html.erb"))
        yield (
            replace(found_read, guarded=True) if spare and found_read.mode is not Mode.STRICT else found_read
        )


class Script:
    """One Ruby text: its reads of ENV."""

    def __init__(self, path: str, tree: Any) -> None:
        self.path = path
        self.tree = tree
        self.places = Places(tree)

    def reads(self) -> Iterator[Read]:
        """Yield the script's reads."""
        from scaffold.record import replace

        found = [*self._indexed(), *self._calls()]
        task = scope.is_task(self.path)
        for read in self.places.settled(found):
            yield replace(read, guarded=True) if task else read

    def _indexed(self) -> Iterator[Read]:
        for node in nodes.every(self.tree, "element_reference"):
            parts = nodes.named(node)
            if len(parts) == 2 and parts[0].text() in ("ENV", "::ENV"):
                yield from self._placed(node, self.places.texts(parts[1]), Mode.PLAIN, None)

    def _calls(self) -> Iterator[Read]:
        for node in nodes.every(self.tree, "call"):
            receiver, method = node.field("receiver"), node.field("method")
            if receiver is None or method is None:
                continue
            if receiver.text() in ("ENV", "::ENV") and method.text() in _METHODS:
                yield from self._environment(node, method.text())
            elif receiver.text() == "Figaro.env":
                word = method.text()
                yield from self._placed(
                    node, [word.rstrip("!?").upper()], Mode.STRICT if word.endswith("!") else Mode.PLAIN, None
                )
            elif receiver.text() in ("Figaro", "Dotenv") and method.text() in ("require_keys", "require_key"):
                names = [
                    name for item in nodes.named(node.field("arguments")) for name in self.places.texts(item)
                ]
                yield from self._placed(node, names, Mode.STRICT, None)
        yield from self._anyway()

    def _environment(self, node: Any, method: str) -> Iterator[Read]:
        arguments = nodes.named(node.field("arguments"))
        if method in ("values_at", "slice", "fetch_values"):
            names = [name for item in arguments for name in self.places.texts(item)]
            yield from self._placed(
                node, names, Mode.STRICT if method == "fetch_values" else Mode.PLAIN, None
            )
            return
        names = self.places.texts(arguments[0]) if arguments else []
        if method != "fetch":
            mode = Mode.PLAIN if method in ("dig", "[]") else Mode.TEST
            yield from self._placed(node, names, mode, None)
            return
        block = node.field("block")
        given = arguments[1] if len(arguments) > 1 else None
        if block is not None:
            inner = nodes.named(nodes.named(block)[-1]) if nodes.named(block) else []
            given = inner[-1] if inner else None
        if given is None:
            yield from self._placed(node, names, Mode.STRICT if block is None else Mode.PLAIN, None)
            return
        mode, default = self.places.fallback(given)
        yield from self._placed(node, names, mode, default)

    def _placed(self, node: Any, names: list[str], mode: Mode, default: str | None) -> Iterator[Read]:
        for name in names:
            if is_name(name):
                found = self.places.read(self.path, node, name, mode, default)
                if found is not None:
                    yield found

    def _anyway(self) -> Iterator[Read]:
        """`class Mail < Anyway::Config; attr_config :host, port: 25; required :host; end` reads MAIL_HOST."""
        for node in nodes.every(self.tree, "class"):
            text = node.text()
            if not re.match(r"class\s+[\w:]+\s*<\s*(?:Anyway::Config|ApplicationConfig)\b", text):
                continue
            title = re.match(r"class\s+(?:\w+::)*(\w+?)(?:Config)?\s*<", text)
            said = re.search(r"^\s*(?:config_name|env_prefix)\s+[:\"'](\w+)", text, re.MULTILINE)
            prefix = (said[1] if said else re.sub(r"(?<!^)(?=[A-Z])", "_", title[1] if title else "")).upper()
            required = set(
                re.findall(r":(\w+)", " ".join(re.findall(r"^\s*required\s+(.*)$", text, re.MULTILINE)))
            )
            for call in nodes.every(node, "call"):
                method = call.field("method")
                if method is None or method.text() != "attr_config":
                    continue
                for item in nodes.named(call.field("arguments")):
                    key = nodes.named(item)[0].text() if item.kind() == "pair" else item.text()
                    name = key.strip(":'\" ")
                    value = nodes.string(nodes.named(item)[-1]) if item.kind() == "pair" else None
                    mode = (
                        Mode.STRICT
                        if name in required
                        else Mode.DEFAULT
                        if item.kind() == "pair"
                        else Mode.TEST
                    )
                    yield Read(
                        name=f"{prefix}_{name.upper()}",
                        path=self.path,
                        line=nodes.line(item),
                        mode=mode,
                        default=value,
                    )


def _credentials(repo: Repo, root: str) -> Iterator[Read]:
    """Yield RAILS_MASTER_KEY where credentials are encrypted and production needs them."""
    prefix = "" if root == "." else root + "/"
    sealed = [
        path
        for name in ("config/credentials/production.yml.enc", "config/credentials.yml.enc")
        if (path := prefix + name) in repo
    ]
    if not sealed or any(
        prefix + name in repo for name in ("config/master.key", "config/credentials/production.key")
    ):
        return
    yield Read(name="RAILS_MASTER_KEY", path=sealed[0], line=0, mode=Mode.STRICT, told=_MASTER_KEY)
