"""Asset gems and package.json -> Node before Ruby, and what its build needs set to find its tools."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import AnyFact, Buildpack, ConfigVar, Doubt, Evidence, command
from scaffold.families.ruby.apps import STACK, RubyApp
from scaffold.manifests.package_json import NodeDep, PackageJson, parse_package_json
from scaffold.patterns import lazy
from scaffold.repo import Repo, join

_BUNDLERS = (
    "jsbundling-rails",
    "cssbundling-rails",
    "shakapacker",
    "webpacker",
    "vite_rails",
    "vite_ruby",
    "vite_hanami",
    "react_on_rails",
    "hanami-assets",
)
_TOOLS = lazy(
    r"vite|vite-plugin-ruby|esbuild|webpack|webpack-cli|rollup|@rspack/cli|@rspack/core|tailwindcss|@tailwindcss/cli"
    r"|sass|postcss|postcss-cli|shakapacker|@rails/webpacker|hanami-assets|typescript|@babel/core|parcel"
)
_SKIP_PRUNING = (
    ("yarn.lock", "YARN_PRODUCTION", "false"),
    ("", "NPM_CONFIG_PRODUCTION", "false"),
)
"""By lock file, the variable that keeps development packages until Ruby has built the assets."""


def asset_facts(repo: Repo, app: RubyApp) -> Iterator[AnyFact]:
    """Yield Node where a gem builds assets with it and there is a package.json."""
    path = join(app.root, "package.json")
    gem = app.proof(repo, *_BUNDLERS)
    if gem is None or path not in repo:
        return
    package = repo.try_parsed(path, parse_package_json)
    if package is None:
        return
    yield Buildpack(
        stack=STACK,
        root=app.root,
        name="heroku/nodejs",
        position=20,
        support=True,
        evidence=(gem, repo.proof(path, 1)),
        why="the gem builds the assets with Node, which has to be there before Ruby's build.",
    )
    yield from _development_tools(repo, app, package, gem)
    yield from _old_webpack(repo, app, package)


def _development_tools(repo: Repo, app: RubyApp, package: PackageJson, gem: Evidence) -> Iterator[AnyFact]:
    tool: NodeDep | None = next(
        (dep for name, dep in package.deps.items() if _TOOLS.fullmatch(name) and dep.dev), None
    )
    if tool is None:
        return
    proofs = (repo.proof(package.path, tool.line), gem)
    if join(app.root, "pnpm-lock.yaml") in repo:
        yield _moved(app, tool, proofs)
        return
    name, value = next(
        (name, value) for lock, name, value in _SKIP_PRUNING if not lock or join(app.root, lock) in repo
    )
    if name.startswith("YARN") and "__metadata" in repo.text(join(app.root, "yarn.lock")):
        name, value = "YARN2_SKIP_PRUNING", "true"
    yield ConfigVar(
        stack=STACK,
        root=app.root,
        name=name,
        required=True,
        value=value,
        stage="build",
        description="Keeps the development packages until the assets are built",
        evidence=proofs,
        why=f"{tool.name} is a development package, and Ruby's build runs it after Node's has pruned those.",
    )


def _moved(app: RubyApp, tool: NodeDep, proofs: tuple[Evidence, ...]) -> Doubt:
    """Return the doubt for pnpm, which leaves development packages out of every install in production."""
    text = command("pnpm", "add", "--save-prod", f"{tool.name}@{tool.range}" if tool.range else tool.name)
    return Doubt(
        stack=STACK,
        root=app.root,
        id="ruby/asset-tools-pruned",
        message=f"{tool.name} builds the assets, but is a development package: Ruby's build "
        "runs when Node's has removed those.",
        remedy=f"Make it a dependency: `{text}`.",
        evidence=proofs,
    )


def _old_webpack(repo: Repo, app: RubyApp, package: PackageJson) -> Iterator[AnyFact]:
    """Yield the switch that lets webpack 4 run on a Node with OpenSSL 3."""
    proof = app.proof(repo, "webpacker")
    major = re.search(r"\d+", package.engines.get("node", ""))
    if proof is None or not () < app.version("webpacker") < (6,) or (major and int(major[0]) < 17):
        return
    yield ConfigVar(
        stack=STACK,
        root=app.root,
        name="NODE_OPTIONS",
        required=True,
        value="--openssl-legacy-provider",
        stage="build",
        description="Lets webpack 4 hash with today's OpenSSL",
        evidence=(proof,),
        why="Webpacker below 6 runs webpack 4, which fails on the Node that Heroku takes by default.",
    )
