"""A Python file -> the dotted name to import it by and the folder to stand in.

Both follow from the file's own imports, not from a convention.
"""

from __future__ import annotations

import sys

from scaffold.families.python.code import Import, Module, module_of
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, folder_of, join, relative

_FOLLOWED = 16
_LOADABLE = lazy(r"[\w-]+")
_FILE = lazy(r"""["']((?:\./)?[\w-][\w./-]*\.\w{1,8})["']""")


@record
class Importable:
    """How to import a file: `module` ("app.main") with `folder` (relative to the build root) on the path."""

    folder: str
    module: str


def python_folders(repo: Repo) -> frozenset[str]:
    """Return every folder with a Python file somewhere below it."""

    def make() -> frozenset[str]:
        found: set[str] = {"."}
        for path in repo.suffixed(".py"):
            folder = folder_of(path)
            while folder not in found:
                found.add(folder)
                folder = folder_of(folder)
        return frozenset(found)

    return repo.once(("python-folders",), make)


def module_file(repo: Repo, folder: str, dotted: str) -> str:
    """Return the file that `import DOTTED` loads with `folder` on the path, "" where there is none."""
    path = join(folder, dotted.replace(".", "/"))
    for candidate in (f"{path}/__init__.py", f"{path}.py"):
        if candidate in repo:
            return candidate
    return ""


def target_of(repo: Repo, module: Module, found: Import, folders: tuple[str, ...]) -> str:
    """Return the repository's file that an import names (its submodule first), "" for a foreign one."""
    if found.level:
        base = folder_of(module.path)
        for _ in range(found.level - 1):
            base = folder_of(base)
        bases: tuple[str, ...] = (base,)
    else:
        bases = folders
    for base in bases:
        if found.name:
            inner = f"{found.module}.{found.name}".strip(".")
            path = module_file(repo, base, inner)
            if path and path != module.path:
                return path
        path = module_file(repo, base, found.module) if found.module else _package(repo, base)
        if path and path != module.path:
            return path
    return ""


def _package(repo: Repo, folder: str) -> str:
    path = join(folder, "__init__.py")
    return path if path in repo else ""


def importable(repo: Repo, path: str, root: str = ".") -> Importable | None:
    """Return how to import `path` from the build root, so that its own imports work; None where it cannot be.

    The folder is the one from which most absolute imports of the file, and of the files it leads to, are
    found: of equal ones a `src` that holds packages, then the shallowest. Heroku puts the build root on
    the path, so what lies there is always found.
    """
    return repo.once(("python-importable", path, root), lambda: _importable(repo, path, root))


def _importable(repo: Repo, path: str, root: str) -> Importable | None:
    folders = [folder for folder in _above(path, root) if _name_from(repo, folder, path)]
    if not folders:
        return None
    ranked = folders
    if len(folders) > 1:
        ranked = sorted(
            folders,
            key=lambda folder: (
                _misses(repo, path, folder, root),
                not _is_source_root(repo, folder, path),
                _depth(folder),
            ),
        )
    best = ranked[0]
    return Importable(
        folder=relative(root, best) if best != root else ".", module=_name_from(repo, best, path)
    )


def _is_source_root(repo: Repo, folder: str, path: str) -> bool:
    """Tell whether a folder is the `src` of a src layout: no package itself, one of its holds the file."""
    package = join(folder, relative(folder, path).partition("/")[0])
    plain = folder.rpartition("/")[2] == "src" and join(folder, "__init__.py") not in repo
    return plain and package != path and join(package, "__init__.py") in repo


def _depth(folder: str) -> int:
    return 0 if folder == "." else folder.count("/") + 1


def _above(path: str, root: str) -> list[str]:
    """Return the folders from the file's own up to the root."""
    folder = folder_of(path)
    found = [folder]
    while folder not in (root, "."):
        folder = folder_of(folder)
        found.append(folder)
    return found


def _name_from(repo: Repo, folder: str, path: str) -> str:
    """Return the dotted name of a file seen from a folder, "" where that name means another file or none.

    Servers import by text, so the file itself may be called `my-app.py`.
    """
    parts = relative(folder, path).removesuffix(".py").split("/")
    if parts[-1] == "__init__":
        parts.pop()
    if not parts or not all(part.isidentifier() for part in parts[:-1]) or not _LOADABLE.fullmatch(parts[-1]):
        return ""
    dotted = ".".join(parts)
    return dotted if module_file(repo, folder, dotted) == path else ""


def _misses(repo: Repo, path: str, folder: str, root: str) -> int:
    """Count what would not be found with `folder` as the working folder: local imports, and files opened."""
    seen, waiting = {path}, [path]
    misses = _unopened(repo, path, folder, root)
    folders = tuple(dict.fromkeys((folder, root)))
    everywhere = tuple(dict.fromkeys((*folders, *_above(path, root))))
    while waiting:
        module = module_of(repo, waiting.pop(0))
        if _too_high(module, folder):
            misses += 10
        for found in module.imports:
            if not found.top or (not found.level and _is_foreign(found, everywhere, repo)):
                continue
            target = target_of(repo, module, found, folders)
            misses += not target and not found.level and bool(target_of(repo, module, found, everywhere))
            if target and target not in seen and len(seen) < _FOLLOWED:
                seen.add(target)
                waiting.append(target)
    return misses


def _unopened(repo: Repo, path: str, folder: str, root: str) -> int:
    """Count the relative file names in the module that are right from another folder, not from this."""
    others = _above(path, root)
    names = [name for name in opened_files(repo, path) if not name.endswith(".py")]
    return sum(
        join(folder, name) not in repo and any(join(other, name) in repo for other in others)
        for name in names
    )


def opened_files(repo: Repo, path: str) -> tuple[str, ...]:
    """Return the literals of a file that look like relative file names: what the module may open."""
    found = {name.removeprefix("./") for name in _FILE.findall(repo.text(path))}
    return tuple(sorted(found))


def _is_foreign(found: Import, folders: tuple[str, ...], repo: Repo) -> bool:
    top = found.module.split(".")[0]
    if top in sys.stdlib_module_names:
        return True
    known = python_folders(repo)
    return not any(join(folder, top) in known or join(folder, f"{top}.py") in repo for folder in folders)


def _too_high(module: Module, folder: str) -> bool:
    """Tell whether a relative import would climb out of the folder on the path."""
    depth = relative(folder, module.path).count("/")
    return any(found.level > depth for found in module.imports if found.top)
