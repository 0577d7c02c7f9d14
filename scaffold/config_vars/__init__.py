"""The app's source -> every config var it reads, with proof: read from syntax trees, never by running it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from scaffold.config_vars import (
    classify,
    containers,
    env_files,
    env_in_git,
    mentions,
    readers,
    scripts,
    secrets,
    spare,
    unquoted,
)
from scaffold.config_vars.env_files import Told
from scaffold.config_vars.reads import Read
from scaffold.config_vars.require import Context, Verdict, is_spared, judge, with_companions
from scaffold.facts import ConfigVar, Doubt, Evidence, Strength
from scaffold.patterns import lazy
from scaffold.record import replace
from scaffold.repo import Repo


def discover(  # noqa: PLR0913  (each is what the plan knows of the app)
    repo: Repo,
    *,
    stack: str,
    language: str,
    root: str,
    other_roots: Collection[str],
    runs: Collection[str] = (),
    container: bool = False,
) -> Iterator[ConfigVar | Doubt]:
    """Yield the variables that the app at `root` reads, and doubts about secrets written into its code.

    `runs` are the words of the commands of its processes: a management command among them is no task.
    """
    others = tuple(sorted(other_roots))
    key = ("config-reads", language, root, others, frozenset(runs))
    reads = list(repo.once(key, lambda: tuple(readers.read(repo, language, root, others, runs))))
    told = env_files.read(repo, root, others)
    reads += mentions.read(repo, language, root, others, told, {read.name for read in reads})
    reads += scripts.read(repo, language, root, container=container)
    if container:
        reads += containers.read(repo, root, told, tuple(reads))
    by_name: dict[str, list[Read]] = {}
    for read in sorted(reads, key=lambda read: (read.name, read.path, read.line)):
        if not classify.is_foreign(read.name):
            by_name.setdefault(read.name, []).append(read)
    context = Context(
        reads=by_name,
        told=told,
        tested=readers.tested(repo, root, others, by_name),
        spare=spare.find(repo, root, by_name, told),
    )
    verdicts = with_companions({name: judge(name, context) for name in by_name}, context)
    for name in sorted(by_name):
        fact = _variable(repo, name, context, verdicts[name], language)
        yield replace(fact, stack=stack, root=root)
    yield from secrets.doubts(repo, stack, root, others, language, reads)
    yield from env_in_git.doubts(repo, stack, root)


def _variable(repo: Repo, name: str, context: Context, verdict: Verdict, language: str) -> ConfigVar:
    reads = context.reads[name]
    told = context.told.get(name)
    provider = classify.provider(name, language)
    secret = classify.is_secret(name) or classify.is_credential(verdict.default)
    generated = (verdict.default is None or secret) and classify.is_generated(
        name, [read.bound for read in reads], told.description if told is not None else ""
    )
    generator = "secret" if generated and not any(read.formed for read in reads) else ""
    if provider == "platform":
        generator = ""
    default = None if secret else verdict.default
    return ConfigVar(
        stack=language,
        name=name,
        required=verdict.required and not generator and provider != "platform",
        secret=secret,
        value=_switched_off(name, told),
        default=default,
        generator=generator,
        description=_description(repo, reads, context),
        stage=next((read.stage for read in reads if read.stage), classify.stage(name)),
        provided_by=provider,
        kind=classify.kind(name, default, next((read.kind for read in reads if read.kind), "")),
        spared=is_spared(name, context),
        evidence=_places(repo, reads),
        strength=Strength.GENERIC,
        why="any random text will do: the app alone signs with it" if generator else verdict.why,
    )


def _switched_off(name: str, told: Told | None) -> str | None:
    """Return what turns debugging off, in the word that a committed .env turns it on with."""
    held = told.committed if told is not None else None
    if not held or not classify.matches("development", "switches", name.upper()):
        return None
    return _OPPOSITES.get(held)


_OPPOSITES = {"True": "False", "true": "false", "TRUE": "FALSE", "1": "0", "on": "off", "yes": "no"}


def _places(repo: Repo, reads: Sequence[Read]) -> tuple[Evidence, ...]:
    places = sorted({(read.path, read.line) for read in reads})
    return tuple(secrets.redacted(unquoted.covered(repo.proof(path, line))) for path, line in places)


def _description(repo: Repo, reads: Sequence[Read], context: Context) -> str:
    told = context.told.get(reads[0].name)
    if told is not None and told.description:
        return told.description
    for read in reads:
        if read.told:
            return " ".join(read.told.split())[:200]
    return next((said for read in reads if (said := _comment(repo, read.path, read.line))), "")


_COMMENT = lazy(r"\s*(?:#|//|--)+\s*(.*?)\s*$")
_SENTENCE = lazy(r"[A-Z][^{}();=]{8,}")
_END = lazy(r"(?<=\w\w)\.(?: (?=[A-Z])|$)")
_MOST_LINES = 12


_BESIDE = lazy(
    r"([^'\"`]*(?:(['\"`])[^'\"`]*\2[^'\"`]*)*?)\s(?:#|//)\s+(?!TODO|FIXME|NO)([A-Z][^{}();=\"'`]{8,})"
)


def _comment(repo: Repo, path: str, line: int) -> str:
    """Return the comment beside a read, or the first sentence of the one right above it."""
    lines = repo.lines(path)
    own = lines[line - 1].rstrip()[:300] if 0 < line <= len(lines) else ""
    beside = _BESIDE.fullmatch(own)
    if beside is not None and beside[1].strip():
        return env_files.clean(beside[3])
    said: list[str] = []
    for above in reversed(lines[max(0, line - 1 - _MOST_LINES) : line - 1] if line <= len(lines) else []):
        found = _COMMENT.match(above)
        if found is None:
            break
        said.insert(0, found[1])
    text = " ".join(said).split("  ")[0]
    sentence = _END.split(text)[0] if len(said) > 1 else text
    return env_files.clean(sentence) if _SENTENCE.fullmatch(sentence) else ""
