"""Which setting of Rails a value is given to, where that says what the value must be."""

from __future__ import annotations

from typing import Any

from scaffold.config_vars import nodes
from scaffold.patterns import lazy

_MAIL = {"host": "default_url_options", "user_name": "smtp_settings", "address": "smtp_settings"}
_ENCRYPTION = ("primary_key", "deterministic_key", "key_derivation_salt")
_ENCRYPTS = lazy(r"(?:\b|_)[eE]ncryption\b")


def is_for_mail(node: Any, bound: str) -> bool:
    """Tell whether a value is one without which Rails fails to write or send a mail."""
    setting = _MAIL.get(bound)
    return setting is not None and any(
        parent.kind() == "assignment" and parent.field("left").text().endswith(setting)
        for _, parent in nodes.parents(node)
    )


def is_for_encryption(node: Any, bound: str) -> bool:
    """Tell whether a value is a key that Active Record derives its own keys from: any text."""
    return bound in _ENCRYPTION and any(
        _ENCRYPTS.search(_head(parent)) is not None
        for _, parent in nodes.parents(node)
        if parent.kind() in ("assignment", "call")
    )


def _head(node: Any) -> str:
    """Return what an assignment sets, or what a call calls."""
    return str(node.field("left").text() if node.kind() == "assignment" else node.text().partition("(")[0])
