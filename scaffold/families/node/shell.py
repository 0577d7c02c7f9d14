"""The text of a package.json script -> its simple commands, wrappers (cross-env, npx, dotenv) taken off."""

from __future__ import annotations

import shlex

from scaffold.patterns import lazy
from scaffold.record import record

_ASSIGNMENT = lazy(r"[A-Za-z_][A-Za-z0-9_]*=")
_PLAIN_WRAPPERS = ("exec", "sudo", "time", "nohup", "npx", "bunx", "pnpx", "command")
_EXEC_WRAPPERS = {("npm", "exec"), ("pnpm", "exec"), ("pnpm", "dlx"), ("yarn", "exec"), ("yarn", "dlx")}
_KEYWORDS = ("then", "else", "do", "!", "{")
_VALUE_FLAGS = frozenset(["-e", "-f", "-c", "-p", "--file", "--env", "--package", "--env-file", "-x"])
_ENV_TOOLS = frozenset(
    [
        "cross-env",
        "cross-env-shell",
        "env",
        "dotenv",
        "env-cmd",
        "dotenvx",
        "doppler",
        "infisical",
        "better-npm-run",
    ]
)


@record
class Simple:
    """One command without operators: `text` as written, `program` and `args` without wrappers.

    `sets` are the assignments before it, `tools` the wrappers that must be installed for it to run,
    `background` tells that it ends in `&`.
    """

    text: str
    program: str
    args: tuple[str, ...]
    sets: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    background: bool = False


def split_commands(text: str) -> tuple[Simple, ...]:
    """Split a script at `&&`, `||`, `;`, `|` and `&` outside quotes."""
    parts: list[tuple[str, bool]] = []
    start, at, quote = 0, 0, ""
    while at < len(text):
        char = text[at]
        if quote:
            quote = "" if char == quote else quote
        elif char == "\\":
            at += 1
        elif char in "\"'`":
            quote = char
        elif char in ";|\n" or (char == "&" and text[at - 1 : at] != ">" and text[at + 1 : at + 2] != ">"):
            double = text[at : at + 2] in ("&&", "||")
            parts.append((text[start:at], char == "&" and not double))
            at += 1 if double else 0
            start = at + 1
        at += 1
    parts.append((text[start:], False))
    return tuple(simple(part.strip(" ()"), background=behind) for part, behind in parts if part.strip(" ()"))


def words_of(text: str) -> list[str]:
    """Split a simple command to words; a text with an open quote is split at blanks."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def simple(text: str, *, background: bool = False) -> Simple:
    """Take the wrappers off a simple command."""
    words = words_of(text)
    sets: list[str] = []
    tools: list[str] = []
    while words:
        head = words[0].rpartition("node_modules/.bin/")[2]
        if _ASSIGNMENT.match(head):
            sets.append(head)
            words = words[1:]
        elif head in _ENV_TOOLS:
            if head != "env":
                tools.append(head)
            words = _after_flags(words[2:] if words[1:2] == ["run"] else words[1:])
        elif head in _PLAIN_WRAPPERS:
            words = _after_flags(words[1:])
        elif tuple(words[:2]) in _EXEC_WRAPPERS:
            words = _after_flags(words[2:])
        elif head in _KEYWORDS:
            words = words[1:]
        else:
            words[0] = head
            break
    program, args = (words[0], tuple(words[1:])) if words else ("", ())
    return Simple(
        text=text, program=program, args=args, sets=tuple(sets), tools=tuple(tools), background=background
    )


def _after_flags(words: list[str]) -> list[str]:
    while words and words[0].startswith("-"):
        if words[0] == "--":
            return words[1:]
        words = words[2:] if words[0] in _VALUE_FLAGS else words[1:]
    return words
