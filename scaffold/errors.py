"""What can go wrong through the user's input, as values: id, exit code, summary, evidence, remedy.

Exit codes of every command: 0 fine, 1 findings, drift or conflicts left, 2 usage or bad input,
3 nothing detected, candidates of equal rank, or an answer is needed and there is no terminal,
4 Heroku could not be reached, or refuses (no login, no such app),
70 a bug in scaffold, 130 interrupted.
"""

from __future__ import annotations

from collections.abc import Iterable

OK, FINDINGS, BAD_INPUT, UNDECIDED, HEROKU, BUG, INTERRUPTED = 0, 1, 2, 3, 4, 70, 130


class UserError(Exception):
    """A mistake in the input, reported as summary, evidence, reason and remedy, never as a traceback."""

    exit_code = BAD_INPUT

    def __init__(
        self,
        error_id: str,
        summary: str,
        *,
        evidence: Iterable[str] = (),
        why: str = "",
        remedy: str = "",
    ) -> None:
        super().__init__(summary)
        self.error_id = error_id
        self.summary = summary
        self.evidence = tuple(evidence)
        self.why = why
        self.remedy = remedy


class ManifestError(UserError):
    """A file of the repository that cannot be parsed; carries its path and 1-based line."""

    def __init__(self, path: str, line: int, message: str, *, why: str = "", remedy: str = "") -> None:
        where = f"{path}:{line}" if line else path
        super().__init__(
            "manifest/malformed",
            f"{where}: {message}",
            why=why or "Heroku's build reads this file and would fail on it too.",
            remedy=remedy or f"Mend {path} and run the command again.",
        )
        self.path = path
        self.line = line
        self.message = message


class Undecided(UserError):
    """Nothing detected, a tie, or an answer that is needed without a terminal."""

    exit_code = UNDECIDED


class HerokuError(UserError):
    """Heroku cannot be asked or refuses: no login, no such app, too many requests, no connection."""

    exit_code = HEROKU
