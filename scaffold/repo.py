"""The repository as detectors see it: one sorted list of files, each read and parsed at most once."""

from __future__ import annotations

import copy
import fnmatch
import os
import re
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from scaffold.derived import WATCHED, Derived, Trace
from scaffold.errors import ManifestError
from scaffold.facts import Evidence
from scaffold.git_folder import GitFolder
from scaffold.patterns import lazy

T = TypeVar("T")

MAX_BYTES = 2_000_000
"""Larger files are listed but not read: no manifest or source file that tells anything is this big."""

SKIPPED_FOLDERS = frozenset(
    ".git .hg .svn .scaffold node_modules bower_components jspm_packages site-packages dist-packages "
    "__pycache__ .venv .tox .nox .eggs .mypy_cache .pytest_cache .ruff_cache .bundle .gradle .mvn "
    ".dart_tool .pub-cache .next .nuxt .svelte-kit .terraform .idea .vscode .direnv Pods _build "
    ".parcel-cache .cache .yarn .pnp .turbo .expo".split()
)
"""Environments, caches and vendored code: never the app's own source."""

SKIPPED_PATHS = ("vendor/bundle/", "vendor/cache/", "vendor/ruby/")

_ENVIRONMENT_MARKS = ("pyvenv.cfg", "bin/activate_this.py", "Scripts/activate.bat", "bin/activate")

SECONDARY = frozenset(
    "test tests testing spec specs __tests__ __mocks__ e2e cypress fixtures fixture example examples "
    "sample samples demo demos doc docs documentation benchmark benchmarks bench template templates "
    "cookbook tutorial tutorials playground sandbox storybook .github .circleci .storybook dummy "
    "boilerplate archive archived old legacy backup deprecated".split()
)
"""Folders whose content says little about what the repository deploys."""


def is_secondary(path: str) -> bool:
    """Tell whether a path lies in a tests, examples, documentation or hidden folder, or in a template's."""
    parts = path.split("/")[:-1]
    return any(
        part.lower() in SECONDARY or (part[:1] == "." and part not in (".", "..")) or "{{" in part
        for part in parts
    )


def folder_of(path: str) -> str:
    """Return the folder of a file path: "." for the top."""
    return path.rpartition("/")[0] or "."


def join(root: str, path: str) -> str:
    """Join a root ("." or "sub") and a path relative to it; `..` and `.` parts are resolved."""
    parts: list[str] = [] if root == "." else root.split("/")
    for part in path.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return "/".join(parts) or "."


def relative(root: str, path: str) -> str:
    """Return `path` as seen from `root`; the path itself when it does not lie below."""
    if root == ".":
        return path
    return path[len(root) + 1 :] if path.startswith(root + "/") else path


_URL_PASSWORD = lazy(r"(://[^/\s:@'\"]*:)[^@\s'\"$<{]+@")
_SECRET_VALUE = lazy(
    r"(?i)((?:secret|passw(?:or)?d|passwd|token|api_?key|access_?key|private_?key|credential)\w*[\"'\])]*\s*"
    r"(?:=>|:=|[:=,])\s*[bruf]?)([\"'])(?!\2)[^\"']{6,}\2"
)


def redact(text: str) -> str:
    """Mask passwords in URLs and literals beside secret names: proof is shown, logged and committed."""
    return _SECRET_VALUE.sub(r"\1\2***\2", _URL_PASSWORD.sub(r"\1***@", text))


class Repo:
    """A repository's files. Paths are POSIX strings relative to its top.

    `hidden` paths (scaffold's own unedited output) are left out: they are evidence of nothing.
    `pristine` is the text that scaffold wrote to a file which a person has edited since; in a Procfile
    and an .env.example, the lines of scaffold's that they left are blank to a reader.
    `problems` collects what could not be read, as lines for the user. `environments` are the Python
    environments among the files, which are otherwise left out. `git` is no evidence of anything: it differs
    from clone to clone, and only the questions look at it.
    """

    def __init__(
        self,
        top: Path,
        files: Collection[str],
        *,
        hidden: Collection[str] = (),
        pristine: Mapping[str, str] | None = None,
        git: GitFolder | None = None,
    ) -> None:
        self.top = top
        self.git = git or GitFolder()
        self.pristine: Mapping[str, str] = pristine or {}
        self._text: dict[str, str] = {}
        self._whole: dict[str, str] = {}
        self._parsed: dict[tuple[str, Callable[[str, str], object], bool], object] = {}
        self._broken: dict[tuple[str, Callable[[str, str], object], bool], ManifestError] = {}
        self._shared: dict[tuple[object, ...], Derived] = {}
        self._memo: dict[tuple[object, ...], Derived] = {}
        self._traces: list[Trace] = []
        self._hidden: frozenset[str] = frozenset()
        self._problems: dict[str, str] = {}
        self.unparsed: dict[str, tuple[int, str]] = {}
        self.reads = 0
        kept = sorted(set(_without_environments(files)) - set(hidden))
        self._files: tuple[str, ...] = tuple(kept)
        self._watched = frozenset(path for path in kept if path.rpartition("/")[2] in WATCHED)
        self.environments = tuple(sorted(folder_of(path) for path in files if path.endswith("/pyvenv.cfg")))
        self._set = frozenset(kept)
        self._by_name: dict[str, list[str]] = {}
        self._by_suffix: dict[str, list[str]] = {}
        for path in kept:
            name = path.rpartition("/")[2]
            self._by_name.setdefault(name, []).append(path)
            dot = name.rfind(".")
            if dot >= 0:
                self._by_suffix.setdefault(name[dot:], []).append(path)

    def without(self, paths: Collection[str]) -> Repo:
        """Return the same repository with these files hidden too.

        What was read and parsed is shared, and what was derived without them.
        """
        hidden = self._set.intersection(paths)
        view = copy.copy(self)
        view._files = tuple(path for path in self._files if path not in hidden)
        view._hidden = self._hidden | hidden
        if not hidden.issubset(self._watched):
            view._shared = {}
        view._set = self._set - hidden
        view.pristine = {path: text for path, text in self.pristine.items() if path not in hidden}
        view._memo = {}
        view._traces = []
        view._by_name = _left(self._by_name, hidden)
        view._by_suffix = _left(self._by_suffix, hidden)
        return view

    def __contains__(self, path: object) -> bool:
        if path in self._watched:
            self._touch(path)
        return path in self._set

    @property
    def files(self) -> tuple[str, ...]:
        """Return every path, sorted. What is memoised asks for `where`: it depends on fewer of them."""
        self._touch(*self._watched)
        return self._files

    def where(self, accepts: Callable[[str], object]) -> Iterator[str]:
        """Yield the paths that a function accepts, sorted."""
        self._touch(*(filter(accepts, self._watched) if self._traces else ()))
        yield from filter(accepts, self._files)

    def _touch(self, *paths: object) -> None:
        """Note for the value that is being made that it depends on these paths, if they are watched."""
        if self._traces:
            self._traces[-1].paths.update(self._watched.intersection(paths))

    @property
    def problems(self) -> tuple[str, ...]:
        """Files that were needed and could not be read, one line each."""
        return tuple(self._problems[path] for path in sorted(self._set.intersection(self._problems)))

    def named(self, *names: str) -> tuple[str, ...]:
        """Return the paths whose last part is one of `names`, shallow ones first."""
        if self._traces:
            self._touch(*(path for path in self._watched if path.rpartition("/")[2] in names))
        found = [path for name in names for path in self._by_name.get(name, ())]
        return tuple(sorted(found, key=lambda path: (path.count("/"), path)))

    def suffixed(self, *suffixes: str, under: str = ".") -> tuple[str, ...]:
        """Return the paths that end in one of `suffixes` (".py"), below `under`, shallow ones first."""
        if self._traces:
            self._touch(*(path for path in self._watched if path.endswith(suffixes)))
        found = [path for suffix in suffixes for path in self._by_suffix.get(suffix, ())]
        if under != ".":
            found = [path for path in found if path.startswith(under + "/")]
        return tuple(sorted(found, key=lambda path: (path.count("/"), path)))

    def under(self, folder: str) -> Iterator[str]:
        """Yield the files below a folder ("." for all), sorted."""
        if folder == ".":
            yield from self.files
            return
        prefix = folder + "/"
        yield from self.where(lambda path: path.startswith(prefix))

    def shows(self, *patterns: str) -> bool:
        """Tell whether any file has one of these names: plain, `*.suffix`, or a shell pattern."""
        self._touch(*self._watched)
        rest = []
        for pattern in patterns:
            if not re.search(r"[*?\[]", pattern):
                if pattern in self._by_name:
                    return True
            elif re.fullmatch(r"\*\.\w+", pattern):
                if pattern[1:] in self._by_suffix:
                    return True
            else:
                rest.append(fnmatch.translate(pattern))
        if not rest:
            return False
        match = re.compile("|".join(rest)).match
        return any(match(name) for name in self._by_name)

    def has_folder(self, folder: str) -> bool:
        """Tell whether any listed file lies below a folder."""
        return next(self.under(folder), None) is not None

    def text(self, path: str) -> str:
        r"""Return a file's text with `\n` line ends and no byte-order mark; "" where it cannot be read."""
        if path in self._watched:
            self._touch(path)
        if path not in self._set:
            return ""
        if path not in self._text:
            text, own = self.whole(path), self.pristine.get(path, "")
            self._text[path] = _without_lines(path, text, own) if own else text
        return self._text[path]

    def whole(self, path: str) -> str:
        """Like `text`, with the lines that are scaffold's own."""
        if path in self._watched:
            self._touch(path)
        if path not in self._set:
            return ""
        if path not in self._whole:
            self._whole[path] = self._read(path)
        return self._whole[path]

    def written(self, path: str, parse: Callable[[str, str], T]) -> T | None:
        """Return what scaffold wrote to a file that was edited since, parsed; None where it wrote none."""

        def make() -> T | None:
            try:
                return parse(self.pristine[path], path) if path in self.pristine else None
            except ManifestError:
                return None

        return self.once(("written", path, parse), make)

    def lines(self, path: str) -> list[str]:
        """Return the lines of a file, without line ends."""
        return self.text(path).split("\n")

    def parsed(self, path: str, parse: Callable[[str, str], T]) -> T:
        """Return `parse(text, path)`, computed once per file and parser. Raises what `parse` raises."""
        if path in self._watched:
            self._touch(path)
        key = (path, parse, path in self._set)
        if key in self._broken:
            raise self._broken[key]
        if key not in self._parsed:
            try:
                self._parsed[key] = parse(self.text(path), path)
            except ManifestError as error:
                self._broken[key] = error
                self._problems.setdefault(path, error.summary)
                raise
        return self._parsed[key]  # type: ignore[return-value]

    def try_parsed(self, path: str, parse: Callable[[str, str], T]) -> T | None:
        """Like `parsed`, but None for a malformed file; the fault is kept in `broken` and `problems`."""
        try:
            return self.parsed(path, parse)
        except ManifestError:
            return None

    def broken(self, root: str) -> ManifestError | None:
        """Return the first malformed manifest directly in `root` that a detector met, if any."""
        met = (fault for fault in self._broken.values() if fault.path in self._set)
        faults = [fault for fault in met if folder_of(fault.path) == root]
        return min(faults, key=lambda fault: fault.path, default=None)

    def once(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Return `make()`, computed once per key: for what a family of stacks shares."""
        known = self._memo.get(key)
        if known is None:
            known = self._shared.get(key)
            if known is None or (self._hidden and not known.holds(self._hidden, self.derived)):
                known = self._derive(make)
                own = self._hidden and (known.calls or not known.paths.isdisjoint(self._hidden))
                (self._memo if own else self._shared)[key] = known
        if self._traces:
            self._traces[-1].paths.update(known.paths)
            self._traces[-1].calls.update(known.calls)
        return known.value  # type: ignore[return-value]

    def derived(self, function: Callable[..., T], *arguments: Hashable) -> T:
        """Return `function(self, *arguments)`, made once: what is made of it depends on its result alone."""
        key = ("derived", function, arguments)
        known = self._memo.get(key)
        if known is None:
            known = self._derive(lambda: function(self, *arguments))
            self._memo[key] = known
        if self._traces:
            self._traces[-1].calls[function, arguments] = known.value
        return known.value  # type: ignore[return-value]

    def _derive(self, make: Callable[[], object]) -> Derived:
        """Make a value and note from which watched files."""
        trace = Trace()
        self._traces.append(trace)
        try:
            value = make()
        finally:
            self._traces.pop()
        return Derived(value=value, paths=frozenset(trace.paths), calls=tuple(trace.calls.items()))

    def line_of(self, path: str, pattern: str | re.Pattern[str], *, after: int = 0) -> int:
        """Return the 1-based number of the first line after line `after` that matches, or 0."""
        seek = re.compile(pattern) if isinstance(pattern, str) else pattern
        for number, line in enumerate(self.lines(path)[after:], after + 1):
            if seek.search(line):
                return number
        return 0

    def proof(self, path: str, line: int = 0) -> Evidence:
        """Return the evidence for a line (1-based; 0 for the file as such), with its text."""
        lines = self.lines(path) if line else []
        text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        return Evidence(path=path, line=line, text=redact(text)[:200])

    def _read(self, path: str) -> str:
        self.reads += 1
        try:
            with open(f"{self.top}/{path}", "rb", buffering=0) as file:
                if os.fstat(file.fileno()).st_size > MAX_BYTES:
                    self._problems[path] = f"{path}: larger than {MAX_BYTES // 1_000_000} MB, not read"
                    return ""
                raw = file.read()
        except OSError as error:
            self._problems[path] = f"{path}: cannot be read ({error.strerror})"
            return ""
        return self._decode(path, raw)

    def _decode(self, path: str, raw: bytes) -> str:
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            self._problems[path] = f"{path}: UTF-16 text; Heroku needs UTF-8"
            text = raw.decode("utf-16", "replace")
        else:
            if b"\0" in raw[:4096]:
                return ""
            text = raw.decode("utf-8-sig", "replace")
        return text.replace("\r\n", "\n").replace("\r", "\n")


def _left(index: Mapping[str, list[str]], hidden: Collection[str]) -> dict[str, list[str]]:
    """Return an index of paths without the hidden ones, nor keys that have no path then."""
    touched = {key for key, paths in index.items() if not set(paths).isdisjoint(hidden)}
    left = {key: [path for path in index[key] if path not in hidden] for key in touched}
    return {key: left.get(key, paths) for key, paths in index.items() if left.get(key, paths)}


def _without_lines(path: str, text: str, own: str) -> str:
    """Blank the lines that are scaffold's own; what stands beside them keeps its number."""
    told = _LINE_KEYS.get(path.rpartition("/")[2])
    if told is None:
        return text
    lines = frozenset(map(told, own.split("\n")))
    return "\n".join("" if told(line) in lines else line for line in text.split("\n"))


def _process_line(line: str) -> tuple[str, str]:
    """Return what a line of a Procfile says, however it is spaced."""
    name, _, text = line.partition(":")
    return (name.strip(), text.strip())


_LINE_KEYS: Mapping[str, Callable[[str], object]] = {".env.example": str, "Procfile": _process_line}
"""Files of lines that say something each, and what a line says."""


def _without_environments(files: Collection[str]) -> list[str]:
    """Drop environments, caches and vendored code; a virtualenv is known by its files, whatever its name."""
    environments = set()
    for path in files:
        for mark in _ENVIRONMENT_MARKS:
            if path.endswith("/" + mark):
                environments.add(path[: -len(mark)])
        cut = path.find("/site-packages/")
        if cut > 0:
            above = path[:cut].rpartition("/lib")[0] or path[:cut].rpartition("/Lib")[0]
            if above:
                environments.add(above + "/")
    prefixes = tuple(environments)
    return [
        path
        for path in files
        if SKIPPED_FOLDERS.isdisjoint(path.split("/")[:-1])
        and not (prefixes and path.startswith(prefixes))
        and not any(path.startswith(part) or "/" + part in path for part in SKIPPED_PATHS)
    ]
