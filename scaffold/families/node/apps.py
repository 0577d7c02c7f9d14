"""Every package.json of a repository -> NodeApp: its packages, package manager and lock files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

from scaffold.facts import Evidence, command
from scaffold.manifests import yaml_file
from scaffold.manifests.json_file import parse_object
from scaffold.manifests.node_locks import NodeLock, parse_node_lock
from scaffold.manifests.package_json import NodeDep, PackageJson, Script, parse_package_json
from scaffold.record import made, record
from scaffold.repo import Repo, folder_of, join, relative

LOCKS = (
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "bun.lockb",
)
"""The lock files that decide the package manager."""

_MOST = 60
_DEEPEST = 4


@record
class NodeApp:
    """One package.json in its place. `top` is the folder of the lock file and workspaces it belongs to."""

    root: str
    package: PackageJson
    manager: str
    top: str
    locks: tuple[NodeLock, ...] = ()
    manager_evidence: tuple[Evidence, ...] = ()
    members: Mapping[str, str] = made(factory=dict)

    @property
    def path(self) -> str:
        """Return the path of the package.json."""
        return self.package.path

    def dep(self, *names: str) -> NodeDep | None:
        """Return the first of these packages that is declared, in whichever group."""
        return next((self.package.deps[name] for name in names if name in self.package.deps), None)

    def prod(self, *names: str) -> NodeDep | None:
        """Return the first of these packages that is still installed when the app boots."""
        deps = self.package.deps
        return next((deps[name] for name in names if name in deps and not deps[name].dev), None)

    def script(self, name: str) -> Script | None:
        """Return a script by name."""
        return self.package.scripts.get(name)

    def run(self, script: str) -> str:
        """Return the command that runs a script with the app's package manager."""
        tool = {"yarn": "yarn", "berry": "yarn", "pnpm": "pnpm"}.get(self.manager, "npm")
        return command(tool, script) if script == "start" else command(tool, "run", script)

    def execute(self, *words: str) -> str:
        """Return the command that runs an executable of an installed package."""
        tool = {"yarn": ("yarn", "run"), "berry": ("yarn", "run"), "pnpm": ("pnpm", "exec")}
        return command(*tool.get(self.manager, ("npx",)), *words)

    def at(self, path: str) -> str:
        """Return a path of this app as seen from the top of the repository."""
        return join(self.root, path)


def node_apps(repo: Repo) -> tuple[NodeApp, ...]:
    """Return the packages of the repository, shallow ones first; malformed manifests are left out."""
    return repo.once(("node-apps",), lambda: _node_apps(repo))


def app_at(repo: Repo, root: str) -> NodeApp | None:
    """Return the package in a folder."""
    return next((app for app in node_apps(repo) if app.root == root), None)


def script_proof(repo: Repo, app: NodeApp, script: Script) -> Evidence:
    """Return the line of a script."""
    return repo.proof(app.path, script.line)


def dep_proof(repo: Repo, app: NodeApp, dep: NodeDep) -> Evidence:
    """Return the line that declares a package."""
    return repo.proof(app.path, dep.line)


def _node_apps(repo: Repo) -> tuple[NodeApp, ...]:
    paths = [path for path in repo.named("package.json") if path.count("/") <= _DEEPEST][:_MOST]
    packages: dict[str, PackageJson] = {}
    for path in paths:
        parsed = repo.try_parsed(path, parse_package_json)
        if parsed is not None:
            packages[folder_of(path)] = parsed
    members = {root: _members(repo, root, package, packages) for root, package in packages.items()}
    return tuple(_app(repo, root, packages, members) for root in packages)


def _members(
    repo: Repo, root: str, package: PackageJson, packages: Mapping[str, PackageJson]
) -> dict[str, str]:
    """Return the workspace members of a package: name (or folder) -> folder from the top."""
    globs = [glob for glob in (*package.workspaces, *_more_globs(repo, root)) if not glob.startswith("!")]
    found: dict[str, str] = {}
    for folder, member in packages.items():
        inside = relative(root, folder)
        if folder != root and any(_matches(inside, glob) for glob in globs):
            found.setdefault(member.name or inside, folder)
    return found


def _more_globs(repo: Repo, root: str) -> list[str]:
    globs: list[str] = []
    pnpm, lerna = join(root, "pnpm-workspace.yaml"), join(root, "lerna.json")
    if pnpm in repo:
        listed = repo.try_parsed(pnpm, yaml_file.parse)
        globs += _texts(listed.at("packages") if listed else None)
    if lerna in repo:
        document = repo.try_parsed(lerna, parse_object)
        globs += _texts(document.at("packages") if document else None)
    return globs


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _matches(folder: str, glob: str) -> bool:
    glob = glob.removeprefix("./").rstrip("/")
    if "**" in glob:
        return folder.startswith(glob.split("**")[0])
    return folder.count("/") == glob.count("/") and fnmatchcase(folder, glob)


def _app(
    repo: Repo,
    root: str,
    packages: Mapping[str, PackageJson],
    members: Mapping[str, Mapping[str, str]],
) -> NodeApp:
    package = packages[root]
    locks = _locks(repo, root)
    top = root
    if not locks:
        owner = next((above for above, inside in members.items() if root in inside.values()), "")
        if owner:
            top, locks = owner, _locks(repo, owner)
    manager, evidence = _manager(repo, packages.get(top, package), locks)
    return NodeApp(
        root=root,
        package=package,
        manager=manager,
        top=top,
        locks=locks,
        manager_evidence=evidence,
        members=members[root],
    )


def _locks(repo: Repo, root: str) -> tuple[NodeLock, ...]:
    found = []
    for name in LOCKS:
        path = join(root, name)
        if path in repo:
            lock = repo.try_parsed(path, parse_node_lock)
            if lock is not None:
                found.append(lock)
    return tuple(found)


def _manager(
    repo: Repo, package: PackageJson, locks: tuple[NodeLock, ...]
) -> tuple[str, tuple[Evidence, ...]]:
    """Decide the package manager as Heroku does: by lock file, `packageManager` where that does not tell."""
    asked = re.match(r"(npm|yarn|pnpm|bun)@(\d+)?", package.package_manager)
    proof = (repo.proof(package.path, package.line("packageManager")),) if asked else ()
    if len(locks) == 1:
        return locks[0].manager, (repo.proof(locks[0].path), *proof)
    if asked:
        berry = asked[1] == "yarn" and int(asked[2] or 1) > 1
        return "berry" if berry else asked[1], proof
    for manager in ("yarn", "berry", "pnpm", "npm", "bun"):
        for lock in locks:
            if lock.manager == manager:
                return manager, (repo.proof(lock.path),)
    return "npm", ()
