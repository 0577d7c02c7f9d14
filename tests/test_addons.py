"""Add-ons of a plan: what proves one, what is only said, the names it goes by; in any order of the facts."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.facts import Addon, AnyFact, ConfigVar, Evidence, Strength, Uses
from scaffold.plan import make_plan
from scaffold.plan.model import Choice, Plan, PlannedAddon
from scaffold.record import replace

PROOF = (Evidence(path="app.py", line=1, text="x"),)
USES = Uses(stack="flask", evidence=PROOF)


def driver(service: str, var: str = "", **kwargs: object) -> Addon:
    return Addon(stack="flask", service=service, var=var, evidence=PROOF, **kwargs)  # type: ignore[arg-type]


def hint(service: str) -> Addon:
    return driver(service, strength=Strength.HINT)


def needed(name: str, text: str = "x") -> ConfigVar:
    proof = (Evidence(path=f"{name}.py", line=2, text=text),)
    return ConfigVar(stack="flask", name=name, required=True, evidence=proof, strength=Strength.GENERIC)


def at(line: int, name: str) -> ConfigVar:
    return replace(needed(name), evidence=(Evidence(path="app.py", line=line, text="x"),))


def spared(name: str) -> ConfigVar:
    return ConfigVar(stack="flask", name=name, spared=True, evidence=PROOF, strength=Strength.GENERIC)


def plan(*facts: AnyFact) -> Plan:
    family = frozenset({"flask", "python"})
    return make_plan((USES, *facts), Choice(uses=USES, title="Flask", language="python", family=family))


def shown(addon: PlannedAddon) -> str:
    names = [addon.plan, *([f"--as {addon.attach_as}"] if addon.attach_as else [])]
    names += [f"+{name}" for name in addon.attachments]
    names += [f"{name}={source}" for name, source in addon.copies]
    return " ".join(names)


PG, KVS, MQ, MEM = "heroku-postgresql:essential-0", "heroku-redis:mini", "cloudamqp:lemur", "memcachier:dev"

# facts, the add-ons to create with the names they go by
CREATED: list[tuple[list[AnyFact], list[str]]] = [
    ([driver("postgres")], [PG]),
    ([driver("postgres", "DB_URL")], [f"{PG} --as DB"]),
    ([driver("postgres", "DB_DSN")], [f"{PG} DB_DSN=DATABASE_URL"]),
    ([driver("postgres"), needed("DB_URL")], [f"{PG} +DB"]),
    ([driver("postgres"), needed("DATABASE_URL"), needed("POSTGRES_URL")], [f"{PG} +POSTGRES"]),
    ([driver("postgres", "DB_URL"), needed("DATABASE_URL")], [f"{PG} +DB"]),
    ([driver("postgres"), needed("DATABASE_URL"), needed("DIRECT_URL")], [f"{PG} +DIRECT"]),
    ([driver("postgres"), needed("SQLALCHEMY_DATABASE_URI")], [f"{PG} SQLALCHEMY_DATABASE_URI=DATABASE_URL"]),
    ([driver("mysql", "CLEARDB_DATABASE_URL")], ["jawsdb:kitefin --as CLEARDB_DATABASE"]),
    ([driver("redis"), spared("REDIS_URL"), needed("REDIS_CACHE_URL")], [f"{KVS} +REDIS_CACHE"]),
    ([driver("postgres"), at(5, "DATABASE_URL"), at(5, "DB_URI")], [PG]),
    ([driver("postgres"), at(5, "DATABASE_URL"), at(6, "DB_URI")], [f"{PG} DB_URI=DATABASE_URL"]),
    ([driver("postgres"), spared("POSTGRES_URL")], [PG]),
    ([driver("postgres"), needed("LEGACY_DATABASE_URL")], [PG]),
    ([driver("redis", "REDISCLOUD_URL")], [f"{KVS} --as REDISCLOUD"]),
    ([driver("redis"), needed("REDISTOGO_URL")], [f"{KVS} +REDISTOGO"]),
    ([driver("redis"), needed("CELERY_BROKER_URL")], [f"{KVS} +CELERY_BROKER"]),
    (
        [driver("redis"), needed("REDIS_URL"), needed("CELERY_BROKER_URL"), needed("CELERY_RESULT_BACKEND")],
        [f"{KVS} +CELERY_BROKER CELERY_RESULT_BACKEND=REDIS_URL"],
    ),
    ([driver("redis"), needed("RAILS_CACHE_URL")], [f"{KVS} +RAILS_CACHE"]),
    ([driver("redis"), driver("rabbitmq"), needed("BROKER_URL")], [f"{MQ} +BROKER", KVS]),
    ([driver("redis"), driver("rabbitmq"), needed("BROKER_URL", "redis://h")], [MQ, f"{KVS} +BROKER"]),
    ([driver("rabbitmq"), needed("AMQP_URL")], [f"{MQ} +AMQP"]),
    (
        [driver("memcached"), needed("MEMCACHE_SERVERS"), needed("MEMCACHE_PASSWORD")],
        [f"{MEM} MEMCACHE_PASSWORD=MEMCACHIER_PASSWORD MEMCACHE_SERVERS=MEMCACHIER_SERVERS"],
    ),
    ([driver("elasticsearch"), needed("ELASTICSEARCH_URL")], ["bonsai +ELASTICSEARCH"]),
    ([driver("mysql"), needed("DATABASE_URL")], ["jawsdb:kitefin +DATABASE"]),
    ([driver("mysql"), needed("CLEARDB_DATABASE_URL")], ["jawsdb:kitefin +CLEARDB_DATABASE"]),
    (
        [driver("postgres"), driver("postgres", "QUEUE_DATABASE_URL", also=True)],
        [PG, f"{PG} --as QUEUE_DATABASE"],
    ),
    (
        [driver("redis"), driver("redis", "REDIS_CACHE_URL"), driver("redis", "REDIS_CACHE_URL", also=True)],
        [KVS, f"{KVS} --as REDIS_CACHE"],
    ),
    # an add-on's own names are proof without a driver
    ([needed("KAFKA_TRUSTED_CERT")], ["heroku-kafka:basic-0"]),
    ([needed("MAILGUN_SMTP_LOGIN")], ["mailgun:starter"]),
    ([needed("SENDGRID_USERNAME")], ["sendgrid:starter"]),
    ([needed("POSTMARK_SMTP_SERVER")], ["postmark"]),
    ([needed("BUCKETEER_BUCKET_NAME")], ["bucketeer:hobbyist"]),
    ([needed("CLOUDINARY_URL")], ["cloudinary:starter"]),
    ([needed("REDISCLOUD_URL")], [f"{KVS} --as REDISCLOUD"]),
    ([needed("JAWSDB_URL")], ["jawsdb:kitefin"]),
    # a driver, and a variable that must be set
    ([hint("elasticsearch"), needed("ELASTICSEARCH_URL")], ["bonsai --as ELASTICSEARCH"]),
    ([hint("redis"), needed("REDIS_URL")], [KVS]),
    ([hint("postgres"), needed("SQLALCHEMY_DATABASE_URI")], [f"{PG} SQLALCHEMY_DATABASE_URI=DATABASE_URL"]),
    ([hint("postgres"), hint("mysql"), needed("DATABASE_URL")], []),
    # a person named it
    (
        [driver("redis", plan="heroku-redis:premium-0", strength=Strength.DECLARED)],
        ["heroku-redis:premium-0"],
    ),
    ([driver("redis"), driver("redis", plan="rediscloud:30", strength=Strength.DECLARED)], ["rediscloud:30"]),
    (
        [driver("mysql", "CLEARDB_DATABASE_URL"), driver("mysql", strength=Strength.DECLARED)],
        ["jawsdb:kitefin +CLEARDB_DATABASE"],
    ),
]


@pytest.mark.parametrize(("facts", "expected"), CREATED, ids=lambda value: str(value)[-60:])
def test_what_is_created_and_by_which_names(facts: list[AnyFact], expected: list[str]) -> None:
    assert [shown(addon) for addon in plan(*facts).addons] == expected


# facts of which nothing is created, what is said, a piece of the reason
SAID: list[tuple[AnyFact, str, str]] = [
    (hint("postgres"), "Heroku Postgres", "heroku addons:create heroku-postgresql:essential-0"),
    (hint("mongodb"), "MongoDB", "nothing shows"),
    (needed("SENTRY_DSN"), "Sentry", "heroku addons:create sentry:f1"),
    (needed("ROLLBAR_ACCESS_TOKEN"), "Rollbar", "heroku addons:create rollbar"),
    (needed("HONEYBADGER_API_KEY"), "Honeybadger", "heroku addons:create honeybadger:basic"),
    (needed("BUGSNAG_API_KEY"), "Bugsnag", "set it to what your account there gives"),
    (needed("AIRBRAKE_API_KEY"), "Airbrake", "heroku addons:create airbrake"),
    (needed("NEW_RELIC_LICENSE_KEY"), "New Relic", "heroku addons:create newrelic:wayne"),
    (needed("SCOUT_KEY"), "Scout", "heroku addons:create scout"),
    (needed("SKYLIGHT_AUTHENTICATION"), "Skylight", "set it to what"),
    (needed("PAPERTRAIL_API_TOKEN"), "Papertrail", "heroku addons:create papertrail:choklad"),
    (needed("SENDGRID_API_KEY"), "SendGrid", "heroku addons:create sendgrid:starter"),
    (needed("MAILGUN_API_KEY"), "Mailgun", "heroku addons:create mailgun:starter"),
    (needed("AWS_STORAGE_BUCKET_NAME"), "Bucketeer (S3)", "heroku addons:create bucketeer:hobbyist"),
    (needed("CLOUDINARY_API_SECRET"), "Cloudinary", "heroku addons:create cloudinary:starter"),
    (needed("MONGODB_URI"), "MongoDB", "set it to what your account there gives"),
    (hint("redis"), "Heroku Key-Value Store", "heroku addons:create heroku-redis:mini"),
    (spared("MAILGUN_SMTP_LOGIN"), "Mailgun", "can do without"),
    (spared("BUCKETEER_BUCKET_NAME"), "Bucketeer (S3)", "can do without"),
]


@pytest.mark.parametrize(("fact", "name", "why"), SAID, ids=lambda value: str(value)[:40])
def test_what_is_only_said_and_how_to_add_it(fact: AnyFact, name: str, why: str) -> None:
    made = plan(fact)
    assert made.addons == ()
    [said] = [lost for lost in made.considered if lost.what == "add-on"]
    assert said.value.startswith(name)
    assert why in said.why
    assert said.evidence
    if isinstance(fact, ConfigVar):
        [var] = made.config_vars
        assert var.provided_by == ""
        assert var.required is fact.required


@pytest.mark.parametrize(
    "name", ["SMTP_HOST", "EMAIL_HOST_PASSWORD", "AWS_ACCESS_KEY_ID", "API_URL", "STRIPE_KEY"]
)
def test_a_name_of_no_addon_says_nothing(name: str) -> None:
    made = plan(needed(name))
    assert not made.addons
    assert not [lost for lost in made.considered if lost.what == "add-on"]


def test_of_two_that_send_mail_neither_is_created_unasked() -> None:
    made = plan(needed("MAILGUN_SMTP_LOGIN"), needed("SENDGRID_USERNAME"))
    assert made.addons == ()
    assert {lost.value for lost in made.considered} >= {"Mailgun", "SendGrid"}


def test_a_person_who_sets_an_addons_variable_needs_no_addon() -> None:
    var = ConfigVar(stack="declared", name="SENDGRID_USERNAME", strength=Strength.DECLARED, evidence=PROOF)
    assert plan(var).addons == ()


@pytest.mark.parametrize(("facts", "expected"), CREATED, ids=lambda value: str(value)[-60:])
def test_no_variable_that_an_addon_gives_is_asked_of_the_person(
    facts: list[AnyFact], expected: list[str]
) -> None:
    made = plan(*facts)
    given_by_addons = {name for addon in made.addons for name in addon.sets}
    for var in made.config_vars:
        assert bool(var.provided_by) == (var.name in given_by_addons), var.name
        assert not (var.provided_by and var.required)


def test_a_copy_is_said_with_its_command() -> None:
    made = plan(driver("postgres"), needed("DB_DSN"))
    [note] = [note for note in made.notes if note.id == "addon/copied"]
    assert note.remedy == 'heroku config:set DB_DSN="$(heroku config:get DATABASE_URL -a NAME)" -a NAME'
    [var] = made.config_vars
    assert "the value of DATABASE_URL" in var.description


def test_copies_of_one_addon_are_one_command() -> None:
    made = plan(driver("memcached"), needed("MEMCACHE_SERVERS"), needed("MEMCACHE_USERNAME"))
    [note] = [note for note in made.notes if note.id == "addon/copied"]
    assert note.remedy.count("heroku config:set") == 1
    assert note.remedy.count("heroku config:get") == len(note.evidence) == 2


@pytest.mark.parametrize(
    ("service", "names", "said"),
    [
        ("postgres", ["DB_HOST", "DB_USER", "DB_PASSWORD"], "DATABASE_URL"),
        ("postgres", ["PGHOST", "PGUSER"], "DATABASE_URL"),
        ("mysql", ["MYSQL_HOST", "MYSQL_PASSWORD"], "JAWSDB_URL"),
        ("redis", ["REDIS_HOST", "REDIS_PORT"], "REDIS_URL"),
        ("postgres", ["DB_HOST", "DB_USER", "DATABASE_URL"], ""),
        ("postgres", ["DB_NAME"], ""),
        ("redis", ["DB_HOST", "DB_USER"], ""),
    ],
)
@pytest.mark.parametrize("found", [driver, hint])
def test_an_address_in_parts_is_said(
    found: Callable[[str], Addon], service: str, names: list[str], said: str
) -> None:
    notes = [note for note in plan(found(service), *map(needed, names)).notes if note.id == "addon/parts"]
    assert [said in note.message and said in note.remedy for note in notes] == ([True] if said else [])
    assert all(name in note.message for note in notes for name in names)


EVERY = [fact for facts, _ in CREATED for fact in facts] + [fact for fact, _, _ in SAID]


@given(st.lists(st.sampled_from(EVERY), max_size=14), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(facts: list[AnyFact], chance: random.Random) -> None:
    first = plan(*facts)
    shuffled = list(facts)
    chance.shuffle(shuffled)
    second = plan(*shuffled)
    assert (first.addons, first.config_vars) == (second.addons, second.config_vars)
    roles = [(addon.service, addon.attach_as) for addon in first.addons]
    assert len(roles) == len(set(roles))
    claimed = [name for addon in first.addons for name in (*addon.attachments, *(n for n, _ in addon.copies))]
    assert len(claimed) == len(set(claimed))
