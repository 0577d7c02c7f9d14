"""What bundlers make of variables: names they put in themselves, what only a build reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from scaffold.config_vars import nodes
from scaffold.config_vars.reads import Read
from scaffold.patterns import lazy
from scaffold.record import replace

_BUILD = lazy(
    r"(?:.*/)?(?:(?:vite|webpack|next|nuxt|astro|svelte|vue|rollup|rspack|rsbuild|gatsby|craco|remix|quasar|gridsome|angular)"
    r"[.-]config(?:[.-][\w-]+)*|gatsby-node|\.umirc|postcss\.config|tailwind\.config)\.[cm]?[jt]s"
)
_SERVERS = frozenset("devServer server preview test proxy".split())
_DEFINED = lazy(r"(?:process\.env|import\.meta\.env)\.(\w+)")


def is_build(path: str) -> bool:
    """Tell whether a script is a bundler's configuration."""
    return _BUILD.fullmatch(path) is not None


def is_development(path: str, node: Any) -> bool:
    """Tell whether a read stands in a bundler's settings for the development server or for tests."""
    if not is_build(path) or not re.search(r"(?:vite|webpack|vue|rspack|rsbuild)[.-]config", path):
        return False
    return any(
        parent.kind() == "pair" and parent.field("key").text() in _SERVERS
        for _, parent in nodes.parents(node)
    )


def inlined(path: str, tree: Any) -> Iterator[str]:
    """Yield the names that a bundler's configuration gives values: `env: { version: pkg.version }`."""
    if not is_build(path):
        return
    for node in nodes.every(tree, "pair"):
        key, value = nodes.string(node.field("key")) or node.field("key").text(), node.field("value")
        if defined := _DEFINED.fullmatch(key):
            yield from _own(defined[1], value.text())
        elif key == "env" and value.kind() == "object" and "next.config" in path:
            for item in nodes.named(value):
                if item.kind() == "pair":
                    name = nodes.string(item.field("key")) or item.field("key").text()
                    yield from _own(name, item.field("value").text())
                elif item.kind() == "shorthand_property_identifier":
                    yield from (name for name in (item.text(),) if name != name.upper())


def _own(name: str, value: str) -> Iterator[str]:
    if not re.search(rf"\benv(?:\.|\[['\"]){re.escape(name)}\b", value):
        yield name


def settled(reads: Iterable[Read], own: frozenset[str]) -> Iterator[Read]:
    """Yield the reads without what the bundler puts in; what only its configuration reads is the build's."""
    found = list(reads)
    late = {read.name for read in found if not is_build(read.path)}
    for read in found:
        if read.name in own and not is_build(read.path):
            continue
        yield read if read.name in late or read.stage else replace(read, stage="build")
