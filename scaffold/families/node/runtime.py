"""engines, version and lock files -> the Node version, the buildpack, what Heroku's build will refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold import policy
from scaffold.facts import AnyFact, Buildpack, Doubt, Evidence, Runtime, Todo, command
from scaffold.families.node.apps import NodeApp
from scaffold.families.node.build import INSTALL_SCRIPTS, build_script
from scaffold.families.node.scripts import lacking, proof_of, steps_of
from scaffold.patterns import lazy
from scaffold.repo import Repo, join

_VERSION_FILES = (".nvmrc", ".node-version", ".tool-versions")
_TOOL_LINE = lazy(r"^\s*(?:nodejs|node)\s+v?(\d+)", re.MULTILINE)
_WIDE = lazy(r"^\s*(?:\*|latest|x|>=?\s*v?\d[\d.x]*|current)\s*$")


def runtime_facts(repo: Repo, app: NodeApp, stack: str) -> Iterator[AnyFact]:
    """Yield the asked-for version and, where package.json pins none, how to pin one."""
    asked = app.package.engines.get("node", "")
    line = app.package.line("engines", "node")
    yield Runtime(
        stack=stack,
        root=app.root,
        language="node",
        asked=asked,
        evidence=(repo.proof(app.path, line or 1),),
        why="engines.node is what Heroku's build reads." if asked else "package.json asks for no version.",
    )
    if not asked:
        yield from _unpinned(repo, app, stack)
    elif gone := _ended(asked):
        yield Doubt(
            stack=stack,
            root=app.root,
            id="node/end-of-life",
            message=f"engines.node asks for Node {gone}, which gets no more security fixes.",
            remedy=command("npm", "pkg", "set", f"engines.node={_default()}.x"),
            evidence=(repo.proof(app.path, line),),
        )
    elif _WIDE.match(asked):
        yield Doubt(
            stack=stack,
            root=app.root,
            id="node/wide-engines",
            message=f"engines.node is {asked!r}: the version will change by itself one day.",
            remedy=command("npm", "pkg", "set", f"engines.node={_default()}.x"),
            evidence=(repo.proof(app.path, line),),
        )


def _default() -> str:
    known = policy.runtime("node")
    return known.default.partition(".")[0] if known else ""


def _ended(asked: str) -> str:
    """Return the major version that a range is confined to, where that one has ended."""
    known = policy.runtime("node")
    majors = {int(found) for found in re.findall(r"(?:^|[\s=^~v|])(\d+)", asked)}
    if (
        not known
        or not majors
        or (">" in asked.rsplit("||", maxsplit=1)[-1].split("<", maxsplit=1)[0] and "<" not in asked)
    ):
        return ""
    newest = max(majors)
    supported = [int(version.partition(".")[0]) for version in known.supported]
    return str(newest) if supported and newest < min(supported) and "<" not in asked else ""


def _unpinned(repo: Repo, app: NodeApp, stack: str) -> Iterator[AnyFact]:
    wanted, proofs = _default(), [repo.proof(app.path, 1)]
    known = policy.runtime("node")
    for name in _VERSION_FILES:
        path = join(app.root, name)
        if path not in repo:
            continue
        text = repo.text(path)
        found = _TOOL_LINE.search(text) if name == ".tool-versions" else re.match(r"\s*v?(\d+)", text)
        if found:
            line = text.count("\n", 0, found.start(1)) + 1
            proofs.insert(0, repo.proof(path, line))
            if known and found[1] in {version.partition(".")[0] for version in known.supported}:
                wanted = found[1]
            break
    if wanted:
        yield Todo(
            stack=stack,
            root=app.root,
            command=_inside(app, command("npm", "pkg", "set", f"engines.node={wanted}.x")),
            why="Heroku reads the Node version from package.json alone; without one it takes its newest.",
            evidence=tuple(proofs),
        )


def _inside(app: NodeApp, line: str) -> str:
    return line if app.root == "." else f"(cd {command(app.root)} && {line})"


def buildpack_facts(
    app: NodeApp, stack: str, *, support: bool, evidence: tuple[Evidence, ...]
) -> Iterator[AnyFact]:
    """Yield Heroku's Node buildpack; `support` where it builds the assets of an app in another language."""
    yield Buildpack(
        stack=stack,
        root=app.root,
        name="heroku/nodejs",
        position=20 if support else 90,
        support=support,
        evidence=evidence,
        why="package.json has a build that Heroku must run."
        if support
        else "package.json is in the app's folder.",
    )


def builds_assets(repo: Repo, app: NodeApp) -> Evidence | None:
    """Return the script that Heroku must run to build something, None where there is none."""
    name = build_script(app)
    if name == "heroku-postbuild" or (
        name and any(s.kind not in ("shell", "migrate") for s in steps_of(repo, app, name))
    ):
        return repo.proof(app.path, app.package.scripts[name].line)
    for script in ("postinstall", "install"):
        if any(step.kind in ("build", "install") for step in steps_of(repo, app, script)):
            return repo.proof(app.path, app.package.scripts[script].line)
    return None


def manager_doubts(repo: Repo, app: NodeApp, stack: str) -> Iterator[AnyFact]:
    """Yield what Heroku's build refuses: two lock files, one out of step, a manager it has not."""
    locks = app.locks
    if len(locks) > 1:
        keep = next((lock for lock in locks if lock.manager == app.manager), locks[0])
        others = [lock.path for lock in locks if lock is not keep]
        yield Doubt(
            stack=stack,
            root=app.root,
            id="node/two-lockfiles",
            message=f"{' and '.join(lock.path for lock in locks)}: Heroku refuses two lock files.",
            remedy=f"Keep the one of {keep.manager}: {command('git', 'rm', *others)}",
            evidence=tuple(repo.proof(lock.path) for lock in locks),
        )
    for lock in locks[:1]:
        yield from _sync(repo, app, stack)
        if lock.manager == "bun":
            yield Doubt(
                stack=stack,
                root=app.root,
                id="node/bun",
                message="the lock file is Bun's, which Heroku's Node buildpack does not read.",
                remedy="Commit a package-lock.json (npm install), or deploy with a Dockerfile.",
                evidence=(repo.proof(lock.path),),
            )
        if (
            lock.manager == "berry"
            and not app.package.package_manager
            and join(app.top, ".yarnrc.yml") not in repo
        ):
            yield Doubt(
                stack=stack,
                root=app.root,
                id="node/yarn-version",
                message="yarn.lock is of Yarn 2 or newer, but no packageManager or yarnPath says which.",
                remedy="Run `yarn set version stable` and commit what it writes.",
                evidence=(repo.proof(lock.path),),
            )


def _sync(repo: Repo, app: NodeApp, stack: str) -> Iterator[AnyFact]:
    if app.top != app.root or len(app.locks) > 1:
        return
    lock = app.locks[0]
    for dep in app.package.deps.values():
        if dep.group != "peerDependencies" and not lock.knows(dep.name, dep.range):
            yield Doubt(
                stack=stack,
                root=app.root,
                id="node/lockfile-out-of-sync",
                message=f"{lock.path} does not hold {dep.name} {dep.range}: `npm ci` will refuse it.",
                remedy="Run `npm install` and commit the lock file.",
                evidence=(repo.proof(app.path, dep.line),),
            )
            return


def install_doubts(repo: Repo, app: NodeApp, stack: str) -> Iterator[AnyFact]:
    """Yield install scripts that fail, and packages that cannot be fetched, in Heroku's build."""
    for name in INSTALL_SCRIPTS:
        for step in steps_of(repo, app, name):
            missing = lacking(step)
            if (
                missing
                and missing[1]
                and name == "postinstall"
                and build_script(app) == ""
                and step.kind == "dev"
            ):
                yield Doubt(
                    stack=stack,
                    root=app.root,
                    id="node/install-script",
                    message=f"the script {name} runs {missing[0]}, a development dependency.",
                    remedy="Move it to the dependencies, or the step to the build script.",
                    evidence=(proof_of(repo, step),),
                )
    for dep in app.package.deps.values():
        if re.match(r"git\+ssh:|git@|ssh:", dep.range) and not dep.dev:
            yield Doubt(
                stack=stack,
                root=app.root,
                id="node/private-git",
                message=f"{dep.name} is fetched over SSH, for which Heroku's build has no key.",
                remedy="Use an https address, or a registry.",
                evidence=(repo.proof(app.path, dep.line),),
            )
        if dep.name == "node-sass":
            yield Doubt(
                stack=stack,
                root=app.root,
                id="node/node-sass",
                message="node-sass is retired and does not compile with the Node versions Heroku offers.",
                remedy="Replace it by sass: npm uninstall node-sass && npm install sass",
                evidence=(repo.proof(app.path, dep.line),),
            )
