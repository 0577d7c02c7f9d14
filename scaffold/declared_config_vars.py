"""config-vars.toml as a person edited it -> what they say of each variable, and no line of scaffold's own.

What differs from the text that scaffold wrote last is theirs; where scaffold wrote none, all is.
"""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.errors import ManifestError
from scaffold.facts import AnyFact, Doubt, Evidence, Strength, VarEdit
from scaffold.manifests import config_vars_toml
from scaffold.manifests.config_vars_toml import FIELDS, NAME, Entry, Manifest
from scaffold.record import replace
from scaffold.repo import Repo, redact

_AUTHORITY = "declared"
_ENVIRONMENTS = "staging production review test"


def config_vars_facts(repo: Repo) -> Iterator[AnyFact]:
    """Yield the edits of the config-vars.toml at the top. Raises ManifestError where it is malformed."""
    if NAME not in repo:
        return
    theirs = repo.parsed(NAME, config_vars_toml.parse)
    base = _base(repo)
    yield from _misspelt_tables(repo, theirs)
    for name, entry in sorted(theirs.vars.items()):
        yield from _edit(repo, entry, base.vars.get(name))
    for name in sorted(base.vars.keys() - theirs.vars.keys()):
        yield VarEdit(stack=_AUTHORITY, name=name, dropped=True, strength=Strength.DECLARED, evidence=())
    for environment, entries in sorted(theirs.env.items()):
        said = base.env.get(environment, {})
        for name, entry in sorted(entries.items()):
            yield from _edit(repo, entry, said.get(name), environment)


def _base(repo: Repo) -> Manifest:
    try:
        return config_vars_toml.parse(repo.pristine.get(NAME, "format = 1"), NAME)
    except ManifestError:
        return Manifest(path=NAME, format=1, vars={}, env={})


def _edit(repo: Repo, entry: Entry, base: Entry | None, environment: str = "") -> Iterator[AnyFact]:
    proof = repo.proof(NAME, entry.line)
    yield from _misspelt_keys(entry, proof)
    before = base or Entry(name=entry.name)
    changed = [field for field in FIELDS if getattr(entry, field) != getattr(before, field)]
    said = {field: value for field in changed if (value := getattr(entry, field)) is not None}
    cleared = tuple(field for field in changed if field not in said)
    if base is not None and not changed:
        return
    rest = ((field, getattr(entry, field)) for field in FIELDS if field not in changed)
    edit = VarEdit(
        stack=_AUTHORITY,
        name=entry.name,
        environment=environment,
        cleared=cleared,
        strength=Strength.DECLARED,
        why=f"{NAME} declares it",
        evidence=(proof,),
        rest=tuple((field, value) for field, value in rest if value is not None),
        **said,
    )
    yield from _without_secret(edit, proof)


def _without_secret(edit: VarEdit, proof: Evidence) -> Iterator[AnyFact]:
    """Take a value off that must not stand in a committed file, with a doubt that never shows it."""
    from scaffold.config_vars import classify

    held = [field for field in ("value", "default") if getattr(edit, field)]
    secret = edit.secret is None and (
        classify.is_secret(edit.name) or any(redact(text := getattr(edit, f)) != text for f in held)
    )
    if not secret:
        yield edit
        return
    yield replace(edit, secret=True, value=None, default=None)
    if held:
        yield Doubt(
            stack=_AUTHORITY,
            id="config-vars/secret-value",
            message=f"{NAME} gives {edit.name} a {' and a '.join(held)}, and that looks like a secret: "
            "it is copied nowhere.",
            remedy="Set it on Heroku and take it out of the file; if it is no secret, say `secret = false`.",
            evidence=(proof,),
        )


def _misspelt_tables(repo: Repo, manifest: Manifest) -> Iterator[Doubt]:
    for key, line in manifest.unknown.items():
        yield from _misspelt(key, "vars env", f"has `{key}` at its top", repo.proof(NAME, line))
    for name, line in manifest.env_lines.items():
        if name not in _ENVIRONMENTS.split():
            yield from _misspelt(name, _ENVIRONMENTS, f"speaks of {name}", repo.proof(NAME, line))


def _misspelt_keys(entry: Entry, proof: Evidence) -> Iterator[Doubt]:
    for key in entry.unknown:
        yield from _misspelt(key, " ".join(FIELDS), f"says `{key}` of {entry.name}", proof)


def _misspelt(word: str, known: str, said: str, proof: Evidence) -> Iterator[Doubt]:
    """Doubt a word that nothing reads and that resembles one which is read."""
    import difflib

    meant = difflib.get_close_matches(word, known.split(), n=1, cutoff=0.65)
    if meant:
        yield Doubt(
            stack=_AUTHORITY,
            id="config-vars/unknown-key",
            message=f"{NAME} {said}, which scaffold does not know.",
            remedy=f"If `{meant[0]}` was meant, write that.",
            evidence=(proof,),
        )
