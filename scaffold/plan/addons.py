"""Addon facts and config vars -> the add-ons to create, the names they go by, and what is only said.

An add-on is created on proof: a driver that production code uses, or a variable that only an add-on sets.
What the app calls its address becomes an attachment (NAME_URL) or a copy, never a second variable to set.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from scaffold import policy
from scaffold.facts import Addon, AnyFact, ConfigVar, Doubt, Strength, Withdrawn
from scaffold.plan.model import Loser, Note, PlannedAddon
from scaffold.plan.withdrawn import Gone, holds, loser
from scaffold.record import replace

Variables = Mapping[str, ConfigVar]


def plan_addons(
    facts: Iterable[AnyFact], variables: Variables, withdrawn: Gone
) -> tuple[tuple[PlannedAddon, ...], tuple[Loser, ...]]:
    """Return the add-ons to create, one per role and those asked for beside it, and those that are not."""
    seen = [fact for fact in facts if isinstance(fact, Addon)]
    services = {fact.service for fact in seen}
    apart = {fact.var for fact in seen if fact.also}
    meant = {name: var for name, var in variables.items() if name not in apart}
    found = [_needed(fact, meant, services) for fact in seen]
    best: dict[tuple[str, str], Addon] = {}
    for fact in sorted((*found, *_read(variables)), key=lambda f: (-int(f.strength), repr(f))):
        best.setdefault((fact.service, fact.var if fact.also else ""), fact)
    first = {(fact.service, fact.var) for fact in best.values() if not fact.also}
    ordered = [
        best[key] for key in sorted(best) if not best[key].also or (key[0], best[key].var) not in first
    ]
    able = [fact for fact in ordered if _is_taken(fact, ordered)]
    out = {fact: why for fact in able if (why := _withdrawn(fact, withdrawn))}
    taken = [fact for fact in able if fact not in out]
    claimed = _claims(taken, variables)
    apart = {fact.var for fact in taken if fact.also}
    for fact in sorted(found, key=repr):
        if fact.var and fact.strength > Strength.HINT and fact.var not in apart:
            claimed[fact.service] = (*claimed.get(fact.service, ()), fact.var)
    planned = tuple(
        _planned(fact, () if fact.also else claimed.get(fact.service, ()), variables) for fact in taken
    )
    lost = (_lost(fact) for fact in ordered if fact not in able)
    return planned, (*lost, *(loser("add-on", _name(fact), why) for fact, why in out.items()))


def _withdrawn(fact: Addon, withdrawn: Gone) -> Withdrawn | None:
    """Return why an add-on is not to be, None where it is: a person's file may name it all the same."""
    one = f"{fact.service} as {fact.var.removesuffix('_URL')}"
    why = withdrawn.get(one) or withdrawn.get(fact.service)
    return None if holds(fact) else why


def _name(fact: Addon) -> str:
    return policy.addon(fact.service).name or fact.plan or fact.service


def is_scheduler(fact: AnyFact) -> bool:
    """Tell whether a fact hints at a scheduler, which an app with a clock process can do without."""
    return isinstance(fact, Addon) and fact.service == "scheduler" and fact.strength <= Strength.HINT


def _needed(fact: Addon, variables: Variables, seen: Collection[str]) -> Addon:
    """Take a driver as proven where the code cannot do without a variable that means this service alone."""
    if fact.strength > Strength.HINT or fact.also or fact.var:
        return fact
    for name, var in sorted(variables.items()):
        meant = [role for role in sorted(seen) if policy.addon(role).calls("reads", name)]
        if meant == [fact.service] and var.required and not var.spared and var.value is None:
            why = f"a driver is there, and {name} must be set"
            evidence = tuple(dict.fromkeys((*fact.evidence, *var.evidence[:2])))
            return replace(fact, strength=Strength.GENERIC, var=name, why=why, evidence=evidence)
    return fact


def _read(variables: Variables) -> Iterator[Addon]:
    """Yield what the names of variables tell: an add-on's own prove it, those of an account are a hint."""
    for name, var in sorted(variables.items()):
        for role in () if var.strength is Strength.DECLARED else policy.addon_roles():
            known = policy.addon(role)
            own = known.calls("own", name)
            if own or known.calls("account", name):
                yield Addon(
                    stack=var.stack,
                    root=var.root,
                    service=role,
                    var=name if own and known.calls("reads", name) and name not in known.config_vars else "",
                    strength=Strength.GENERIC if own and not var.spared else Strength.HINT,
                    why=_told_by(name, own=own, spared=var.spared),
                    evidence=var.evidence[:3],
                )


def _told_by(name: str, *, own: bool, spared: bool) -> str:
    if not own:
        return f"{name} is read: set it to what your account there gives"
    return f"an add-on sets {name}, and the app " + ("can do without" if spared else "reads it")


def _is_taken(fact: Addon, others: Iterable[Addon]) -> bool:
    """Tell whether an add-on is to be created: of several that do the same, only one that is declared."""
    known = policy.addon(fact.service)
    if fact.strength <= Strength.HINT or not known.service:
        return False
    rivals = [
        other
        for other in others
        if known.kind
        and other.service != fact.service
        and other.strength > Strength.HINT
        and policy.addon(other.service).kind == known.kind
    ]
    return all(other.strength < fact.strength for other in rivals)


def _lost(fact: Addon) -> Loser:
    known = policy.addon(fact.service)
    why = fact.why or "seen, but nothing shows that the app runs on it in production"
    how = f"; to have one from Heroku: heroku addons:create {known.slug}" if known.service else ""
    return Loser(what="add-on", value=known.name, why=f"{why.rstrip('.')}{how}", evidence=fact.evidence)


def _claims(taken: Iterable[Addon], variables: Variables) -> dict[str, tuple[str, ...]]:
    """Return, per service, the variables that must be set and mean its address; each goes to one service."""
    services = [fact.service for fact in taken if not fact.also]
    given = {name for role in services for name in policy.addon(role).config_vars if name in variables}
    beside = {place for name in given for place in _places(variables[name])}
    apart = {fact.var for fact in taken if fact.also}
    claimed: dict[str, list[str]] = {}
    for name, var in sorted(variables.items()):
        wanted = var.required and var.value is None and not var.generator and name not in apart
        if name not in given and not beside.isdisjoint(_places(var)):
            continue  # read where an add-on's own is: one in place of the other
        able = [
            role
            for role in policy.addon_roles()
            if role in services and policy.addon(role).calls("reads", name)
        ]
        shown = " ".join((var.default or "", *(proof.text for proof in var.evidence)))
        spoken = [role for role in able if any(f"{s}://" in shown for s in policy.addon(role).schemes)]
        if wanted and able:
            claimed.setdefault((spoken or able)[0], []).append(name)
    return {role: tuple(names) for role, names in claimed.items()}


def _places(var: ConfigVar) -> set[tuple[str, int]]:
    return {(proof.path, proof.line) for proof in var.evidence if proof.line}


def _planned(fact: Addon, claimed: tuple[str, ...], variables: Variables) -> PlannedAddon:
    """Name an add-on: what the app calls it where it never reads the add-on's own; the rest beside."""
    slug = fact.plan or policy.addon(fact.service).slug
    own = policy.addon_config_vars(slug)
    read_own = not fact.also and bool(own) and own[0] in variables
    names = [name for name in dict.fromkeys((fact.var, *claimed)) if name and name not in own]
    urls = [name for name in names if name.endswith("_URL")]
    renamed = fact.var if fact.var in urls and not read_own else ""
    source = renamed or (own[0] if own else "")
    return PlannedAddon(
        service=fact.service,
        plan=slug,
        attach_as=renamed[:-4],
        config_vars=(renamed,) if renamed else own,
        attachments=tuple(name[:-4] for name in urls if name != renamed),
        copies=tuple((name, _source(name, own, source)) for name in names if name not in urls and source),
        why=fact.why,
        evidence=fact.evidence,
    )


def _source(name: str, own: tuple[str, ...], usual: str) -> str:
    """Return the add-on's variable that a name of the app's means: of several, the one that ends alike."""
    ending = name.rpartition("_")[2]
    return next((var for var in own if len(own) > 1 and var.endswith(f"_{ending}")), usual)


def provided(variables: Variables, addons: Iterable[PlannedAddon]) -> tuple[ConfigVar, ...]:
    """Return the config vars with those marked that an add-on of the plan sets, by itself or by a copy."""
    by_addon = {name: addon.service for addon in addons for name in addon.sets}
    copies = {name: source for addon in addons for name, source in addon.copies}
    return tuple(
        _told(_provided(var, by_addon.get(name, "")), copies.get(name, ""))
        for name, var in sorted(variables.items())
    )


def _provided(var: ConfigVar, service: str) -> ConfigVar:
    if service:
        return replace(var, provided_by=service, required=False, value=None, generator="")
    return var if var.provided_by in ("", "platform") else replace(var, provided_by="")


def _told(var: ConfigVar, source: str) -> ConfigVar:
    if not source:
        return var
    said = f"{var.description.rstrip('. ')}; " if var.description else ""
    return replace(var, description=f"{said}the value of {source}, which bin/deploy copies")


def notes(
    addons: Iterable[PlannedAddon], variables: Variables, language: str, known: Iterable[AnyFact]
) -> Iterator[Note]:
    """Yield what is left to do about names that an add-on does not set by itself."""
    doubted = {fact.id for fact in known if isinstance(fact, Doubt)}
    for addon in addons:
        if addon.copies:
            pairs = " ".join(f'{name}="$(heroku config:get {var} -a NAME)"' for name, var in addon.copies)
            wanted = ", ".join(name for name, _ in addon.copies)
            sources = ", ".join(dict.fromkeys(var for _, var in addon.copies))
            proofs = (variables[name].evidence[:1] for name, _ in addon.copies if name in variables)
            yield Note(
                id="addon/copied",
                message=f"the app reads {wanted}, and {addon.plan.partition(':')[0]} sets only {sources}: "
                "bin/deploy copies that; do so where it does not deploy.",
                remedy=f"heroku config:set {pairs} -a NAME",
                evidence=tuple(proof for proofs_of in proofs for proof in proofs_of)[:4],
            )
    if not any(one.endswith(("/database-parts", "/database-url")) for one in doubted):
        hinted = (fact.service for fact in known if isinstance(fact, Addon))
        yield from _in_parts(
            {addon.service: addon.config_vars for addon in addons}, hinted, variables, language
        )


def _in_parts(
    planned: Mapping[str, tuple[str, ...]], hinted: Iterable[str], variables: Variables, language: str
) -> Iterator[Note]:
    """Yield a note where the app puts an address together from pieces, and never reads it whole."""
    said: set[str] = set()
    for service in dict.fromkeys((*planned, *sorted(hinted))):
        role = policy.addon(service)
        sets = planned.get(service, role.config_vars)
        pieces = [
            name for name, var in variables.items() if role.calls("parts", name) and not _is_merged(var)
        ]
        whole = any(role.calls("reads", name) or name in sets for name in variables)
        if len(pieces) < _ENOUGH_PIECES or whole or not sets or not said.isdisjoint(pieces):
            continue
        said.update(pieces)
        yield Note(
            id="addon/parts",
            message=f"the app puts the address of {role.name} together from {', '.join(pieces)}; "
            f"the add-on sets {sets[0]} alone, and changes it when credentials change.",
            remedy=f"Read {sets[0]} in the code and split it"
            + (f" ({_SPLIT[language]})" if language in _SPLIT else "")
            + f"; `heroku config:get {sets[0]} -a NAME` shows the pieces, but a copy of them does not last.",
            evidence=tuple(variables[name].evidence[0] for name in pieces if variables[name].evidence)[:4],
        )


def _is_merged(var: ConfigVar) -> bool:
    """Tell whether only Rails' database.yml reads a variable: Rails lays DATABASE_URL over it."""
    return all(proof.path.endswith("config/database.yml") for proof in var.evidence)


_ENOUGH_PIECES = 2
_SPLIT = {
    "python": "urllib.parse.urlsplit",
    "node": "new URL(...), or the driver's connectionString",
    "ruby": "URI.parse",
    "php": "parse_url",
    "go": "url.Parse",
    "java": "Heroku also sets JDBC_DATABASE_URL and its USERNAME and PASSWORD",
    "elixir": "the url option of Ecto.Repo",
}
