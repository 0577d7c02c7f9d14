"""Tasks of which people say that they run periodically -> a hint of Heroku Scheduler, with the commands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scaffold.facts import Addon, Evidence, Strength
from scaffold.patterns import lazy
from scaffold.repo import Repo, is_secondary

_PERIODIC = lazy(
    r"(?i)\b(?:heroku[ -]|by (?:a |the )?)scheduler\b|\bcron(?:tab|[ -]?job)?\b"
    r"|\bscheduled (?:once|daily|hourly|weekly|every|to run|for)\b"
    r"|\b(?:run|runs|called|executed) (?:once a|daily|hourly|nightly|weekly|every)\b"
)
_ADDON = lazy(r"(?i)\bheroku[ -]scheduler\b|\bscheduler add-?on\b|addons:(?:add|create) scheduler")
_COMMAND = lazy(
    r"(?<![\w/.-])((?:bundle exec )?(?:rake|(?:bin/)?rails) [a-z][\w:]*|python3? [\w/]*manage\.py [a-z]\w*"
    r"|python3? [\w/]+\.py|flask [a-z][\w-]*|npm run [\w:-]+|node [\w./-]+\.js|php artisan [a-z][\w:-]*)"
)
_ONCE = lazy(
    r".* (?:db|assets|server|console|new|generate|s|c|g|run|runserver|migrate|createsuperuser|collectstatic"
    r"|shell|makemigrations|loaddata|start|dev|build|test|spec|serve|tinker|key|install|secret|runner)(?::[\w:]*)?"
)
_DOCUMENT = lazy(
    r"(?i)(?:^|/)[^/]*(?:readme|heroku|deploy|install|cron|schedul|setup|production)[^/]*\.(?:md|rst|txt)$"
)
_NAMESPACE = lazy(r"^(\s*)namespace[\s(]+[:\"']?([\w]+)")
_TASK = lazy(r"^(\s*)task[\s(]+[:\"']?(\w+(?::\w+)*)")
_DESCRIBED = lazy(r"^\s*(?:desc\b|#)")
_NEAR = 6
_DEPTH = 3


def scheduled(repo: Repo) -> Iterator[Addon]:
    """Yield one hint that names the commands to enter in Heroku Scheduler."""
    found: dict[str, Evidence] = {}
    for command, proof in (*_rake(repo), *_management(repo), *_documented(repo)):
        found.setdefault(command.removeprefix("bundle exec "), proof)
    names = [f"`{command}`" for command in found]
    listed = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    proofs = tuple(dict.fromkeys(found.values())) or tuple(proof for proof, _ in _spoken(repo))
    if proofs:
        yield Addon(
            stack="declared",
            service="scheduler",
            strength=Strength.HINT,
            why=f"periodic tasks are described, and nothing here starts them; to enter there: {listed}"
            if found
            else f"{proofs[0].path} tells to set it up",
            evidence=proofs[:5],
        )


def _rake(repo: Repo) -> Iterator[tuple[str, Evidence]]:
    """Yield the rake tasks whose description, or whose file, says that they run periodically."""
    for path in repo.suffixed(".rake"):
        whole = path.rpartition("/")[2] in ("scheduler.rake", "cron.rake")
        if is_secondary(path) or not (whole or _PERIODIC.search(repo.text(path))):
            continue
        spaces: list[tuple[int, str]] = []
        said = ""
        for number, line in enumerate(repo.lines(path), 1):
            if inner := _NAMESPACE.match(line):
                spaces = [one for one in spaces if one[0] < len(inner[1])] + [(len(inner[1]), inner[2])]
            elif _DESCRIBED.match(line):
                said += line
            elif task := _TASK.match(line):
                names = [name for depth, name in spaces if depth < len(task[1])]
                if whole or _PERIODIC.search(said):
                    yield f"rake {':'.join((*names, task[2]))}", repo.proof(path, number)
                said = ""


def _management(repo: Repo) -> Iterator[tuple[str, Evidence]]:
    """Yield Django's management commands that say so at their top."""
    for path in repo.suffixed(".py"):
        if "/management/commands/" not in path or is_secondary(path):
            continue
        for number, line in enumerate(repo.lines(path)[:40], 1):
            if _PERIODIC.search(line) and not line.lstrip().startswith(("import", "from")):
                name = path.rpartition("/")[2].removesuffix(".py")
                yield f"python manage.py {name}", repo.proof(path, number)
                break


def _documented(repo: Repo) -> Iterator[tuple[str, Evidence]]:
    """Yield the commands that a document names beside Heroku Scheduler."""
    for proof, following in _spoken(repo):
        for number, line in enumerate(following, proof.line):
            for match in _COMMAND.finditer(line):
                if not _ONCE.fullmatch(match[1]):
                    yield match[1], repo.proof(proof.path, number)


def _spoken(repo: Repo) -> Iterator[tuple[Evidence, Sequence[str]]]:
    """Yield the lines of documents that speak of Heroku Scheduler, each with those that follow."""
    for path in repo.suffixed(".md", ".rst", ".txt"):
        if path.count("/") <= _DEPTH and _DOCUMENT.search(path) and _ADDON.search(repo.text(path)):
            lines = repo.lines(path)
            for at, line in enumerate(lines):
                if _ADDON.search(line):
                    yield repo.proof(path, at + 1), lines[at : at + _NEAR]
