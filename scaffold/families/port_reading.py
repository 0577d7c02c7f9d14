"""How a compiled server learns its port: PORT, a variable that PORT can be handed to, or a fixed number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import Doubt, Evidence, Raw
from scaffold.families.code_text import find
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo

_PORT = lazy(r"""["']PORT["',:]|\$\{\??PORT\b|\$PORT\b|[("'._]env_?[Pp]ort\b""")
_OTHER = lazy(
    r"""(?<!ini:)(?<!yaml:)(?<!json:)(?<!toml:)["'{?]((?:APP|SERVER|HTTP|WEB|API|LISTEN|LISTENING|SERVICE|BIND|GATEWAY|BACKEND|REST|ROCKET|"""
    r"""[A-Z]+_(?:SERVER|HTTP|API|APP|WEB))_PORT)["'},:]"""
)
_ADDRESS = lazy(
    r"""(?<!ini:)(?<!yaml:)(?<!json:)(?<!toml:)["'{?]((?:APP|SERVER|HTTP|WEB|API|LISTEN|SERVICE|BIND)_(?:ADDR|ADDRESS)|ADDR|ADDRESS|LISTEN|BIND)["'},:]"""
)


@record
class Port:
    """Where the port comes from. `words` go before the command so that Heroku's PORT arrives."""

    known: bool
    words: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def port_of(repo: Repo, paths: tuple[str, ...], *, address: str = "0.0.0.0:$PORT") -> Port:
    """Say how the code in these files learns its port; `address` is how the language writes host and port."""
    if found := find(repo, paths, _PORT):
        return Port(known=True, evidence=(found.evidence,))
    if found := find(repo, paths, _OTHER):
        return Port(known=True, words=(Raw(f"{found.match[1]}=$PORT"),), evidence=(found.evidence,))
    if found := find(repo, paths, _ADDRESS):
        return Port(known=True, words=(Raw(f"{found.match[1]}={address}"),), evidence=(found.evidence,))
    return Port(known=False)


def fixed_port(stack: str, root: str, proof: Evidence, remedy: str) -> Doubt:
    """Doubt a server that binds a port of its own."""
    return Doubt(
        stack=stack,
        root=root,
        id=f"{stack}/fixed-port",
        message=f"{proof.path} binds a port without reading PORT; Heroku stops an app that does so (R10).",
        remedy=remedy,
        evidence=(proof,),
    )


_LOOPBACK = lazy(r"""["'](?:https?://)?(?:localhost|127\.0\.0\.1)(?::(?:\d+|"|'|%[sdv]|\{))""")


def loopback(
    repo: Repo, stack: str, root: str, paths: tuple[str, ...], binds: re.Pattern[str]
) -> Iterator[Doubt]:
    """Doubt a server that listens on this machine only: a line that binds and names localhost."""
    local = ("localhost", "127.0.0.1")
    for path in paths:
        if not any(word in repo.text(path) for word in local):
            continue
        for number, line in enumerate(repo.lines(path), 1):
            if (
                binds.search(line)
                and _LOOPBACK.search(line)
                and not line.lstrip().startswith(("//", "#", "*"))
            ):
                yield Doubt(
                    stack=stack,
                    root=root,
                    id=f"{stack}/loopback",
                    message="The server listens on this machine only; Heroku's router does not reach it.",
                    remedy="Bind 0.0.0.0 (all interfaces).",
                    evidence=(repo.proof(path, number),),
                )
                return
