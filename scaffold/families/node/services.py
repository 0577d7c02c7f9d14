"""Drivers among the dependencies, and their use in the code -> the backing services an app runs on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold import policy
from scaffold.facts import Addon, AnyFact, ConfigVar, Evidence, Strength
from scaffold.families.node.apps import NodeApp, dep_proof
from scaffold.families.node.code import blanked, sources
from scaffold.families.node.tools import words
from scaffold.families.service_libraries import library_hints, redis_tls
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo

DRIVERS = {
    "postgres": words(
        "pg postgres pg-promise pg-native slonik pg-boss graphile-worker @neondatabase/serverless "
        "postgraphile connect-pg-simple @prisma/adapter-pg"
    ),
    "mysql": ["mysql2", "mysql", "mariadb", "promise-mysql"],
    "redis": words(
        "ioredis redis bullmq bull bee-queue kue connect-redis @socket.io/redis-adapter "
        "socket.io-redis handy-redis node-resque @keyv/redis rate-limit-redis @fastify/redis "
        "async-redis redis-om @nestjs/bull @nestjs/bullmq @nestjs-modules/ioredis @liaoliaots/nestjs-redis"
    ),
    "mongodb": words(
        "mongoose mongodb @typegoose/typegoose mongoist monk mongojs connect-mongo agenda @nestjs/mongoose"
    ),
    "rabbitmq": ["amqplib", "amqp-connection-manager", "rascal", "@golevelup/nestjs-rabbitmq"],
    "memcached": ["memjs", "memcached"],
    "elasticsearch": [
        "@elastic/elasticsearch",
        "elasticsearch",
        "@opensearch-project/opensearch",
        "@nestjs/elasticsearch",
    ],
    "kafka": ["kafkajs", "node-rdkafka", "kafka-node"],
}
"""Drivers by the service they speak to; data/addons.toml has the libraries of accounts."""

_CERTAIN = ("postgres", "redis", "rabbitmq", "elasticsearch", "mysql", "memcached")
"""Services worth creating when use is proven; the others are the person's choice of provider."""

_OWN_HOST = ("postgres", "redis")
"""Services worth creating though the code reads their address in parts."""

_VARIABLE = {
    "postgres": r"DATABASE_URL|POSTGRES\w*|PG_?\w*|DB_\w+|DATABASE\w*|\w+_(?:DATABASE|DB|POSTGRES)_UR[LI]",
    "mysql": r"DATABASE_URL|MYSQL\w*|JAWSDB\w*|CLEARDB\w*|DB_\w+",
    "redis": r"REDIS\w*|KV_URL",
    "mongodb": r"MONGO\w*|DB_\w+|DATABASE\w*",
    "rabbitmq": r"RABBIT\w*|AMQP\w*|CLOUDAMQP\w*",
    "memcached": r"MEMCACHIER\w*|MEMCACHE\w*",
    "elasticsearch": r"BONSAI_URL|ELASTIC\w*|SEARCHBOX\w*|OPENSEARCH\w*",
}
_MAPPERS = words(
    "sequelize sequelize-typescript typeorm knex drizzle-orm kysely objection @mikro-orm/core "
    "@nestjs/typeorm @nestjs/sequelize @mikro-orm/nestjs"
)
_ORMS = {"postgres": r"postgres(?:ql)?|\bpg\b", "mysql": r"mysql2?|mariadb"}
_ENV = lazy(r"\benv[.(]|ConfigService|process\.env")
_PROVIDER = lazy(r"^\s*provider\s*=\s*[\"'](\w+)[\"']", re.MULTILINE)
_PRISMA_URL = lazy(r"^\s*url\s*=\s*env\(\s*[\"'](\w+)[\"']\s*\)", re.MULTILINE)
_PRISMA_VAR = lazy(r"^\s*(url|directUrl)\s*=\s*env\(\s*[\"'](\w+)[\"']\s*\)")
_DATASOURCE = lazy(r"datasource\s+\w+\s*\{(.*?)\}", re.DOTALL)
_PRISMA = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "mysql": "mysql",
    "mongodb": "mongodb",
    "cockroachdb": "postgres",
}


@record
class Use:
    """Where the code uses a service: the line, the variable of its address, and if it is optional."""

    evidence: Evidence
    variable: str = ""
    optional: bool = False


def service_facts(repo: Repo, app: NodeApp, stack: str) -> Iterator[AnyFact]:
    """Yield an add-on fact for every service whose driver is installed, as strong as its use is proven."""
    for fact in _driven(repo, app, stack):
        yield fact
        if fact.service == "redis" and fact.strength > Strength.HINT:
            yield from redis_tls(repo, "node", stack, fact, sources(repo, app.root))

    def declared(name: str) -> Evidence | None:
        dep = app.prod(name)
        return dep_proof(repo, app, dep) if dep else None

    yield from library_hints("node", stack, app.root, declared)


def _driven(repo: Repo, app: NodeApp, stack: str) -> Iterator[Addon]:
    done = set()
    for datasource in prisma_datasources(repo, app):
        service, variable, proof = datasource
        if service:
            done.add(service)
            yield _addon(
                app, stack, service, (proof,), variable, certain=service in _CERTAIN and service != "mysql"
            )
    for service, packages in DRIVERS.items():
        dep = app.prod(*packages)
        if dep is None or service in done:
            continue
        use = _use(repo, app, service, [name for name in packages if app.prod(name)])
        proofs = (dep_proof(repo, app, dep), *((use.evidence,) if use else ()))
        certain = bool(use and not use.optional) and service in _CERTAIN
        if (
            certain
            and use
            and not use.variable
            and (service not in _OWN_HOST or _several_databases(app, service))
        ):
            certain = False
        yield _addon(app, stack, service, proofs, use.variable if use else "", certain=certain)


def prisma_vars(repo: Repo, app: NodeApp, stack: str) -> Iterator[ConfigVar]:
    """Yield the variables that the datasource of a schema.prisma cannot do without."""
    if not app.dep("prisma", "@prisma/client"):
        return
    for path in repo.suffixed(".prisma", under=app.root)[:5]:
        for number, line in enumerate(repo.lines(path), 1):
            if found := _PRISMA_VAR.match(line):
                yield ConfigVar(
                    stack=stack,
                    root=app.root,
                    name=found[2],
                    required=True,
                    secret=True,
                    kind="url",
                    description="Address of the database, for Prisma",
                    evidence=(repo.proof(path, number),),
                    why="schema.prisma takes the database's address from it.",
                )


def _several_databases(app: NodeApp, service: str) -> bool:
    """Tell whether the kind of database is a setting: drivers of several are installed."""
    kinds = [kind for kind in ("postgres", "mysql") if app.prod(*DRIVERS[kind])]
    others = app.prod("sqlite3", "better-sqlite3", "tedious", "oracledb")
    return service in kinds and (len(kinds) > 1 or others is not None)


def prisma_datasources(repo: Repo, app: NodeApp) -> tuple[tuple[str, str, Evidence], ...]:
    """Return the service, the variable and the line of the datasource in each schema.prisma of an app."""
    if not app.dep("prisma", "@prisma/client"):
        return ()
    found = []
    for path in repo.suffixed(".prisma", under=app.root):
        text = repo.text(path)
        block = _DATASOURCE.search(text)
        provider = _PROVIDER.search(block[1]) if block else None
        if block and provider:
            url = _PRISMA_URL.search(block[1])
            line = text.count("\n", 0, block.start(1) + provider.start(1)) + 1
            found.append((_PRISMA.get(provider[1], ""), url[1] if url else "", repo.proof(path, line)))
    return tuple(found[:1])


def _addon(
    app: NodeApp, stack: str, service: str, proofs: tuple[Evidence, ...], variable: str, *, certain: bool
) -> Addon:
    return Addon(
        stack=stack,
        root=app.root,
        service=service,
        var=variable,
        strength=Strength.FRAMEWORK if certain else Strength.HINT,
        evidence=proofs,
        why=f"{app.path} declares a {service} client and the code connects to it."
        if certain
        else f"{app.path} declares a {service} client; nothing shows that the app cannot do without it.",
    )


def _use(repo: Repo, app: NodeApp, service: str, packages: list[str]) -> Use | None:
    """Find a file that imports one of the drivers and reads the service's address, or names the dialect."""
    names = re.compile("|".join(rf"[\"']{re.escape(name)}(?:/[\w/.-]+)?[\"']" for name in packages))
    asked = _VARIABLE.get(service, "$^")
    variable = re.compile(rf"(?:process\.env|\benv|\.get(?:OrThrow)?(?:<\w+>)?)(?:\.|\[?\(?[\"'])({asked})\b")
    if service in _ORMS:
        names = re.compile(names.pattern + "|" + "|".join(rf"[\"']{name}[\"']" for name in _MAPPERS))
    dialect = re.compile(rf"[\"'](?:{_ORMS[service]})[\"']") if service in _ORMS else None
    rivals = "|".join(pattern for other, pattern in _ORMS.items() if other != service)
    rival = re.compile(rf"[\"'](?:{rivals})[\"']")
    imported: Use | None = None
    named: Use | None = None
    for path in (*sources(repo, app.root), *_configs(repo, app)):
        text = repo.text(path)
        settings = _ENV.search(text) is not None
        if not names.search(text) and not (dialect and settings and dialect.search(text)):
            found = named is None and service != "mongodb" and settings and variable.search(text)
            if found and re.search(r"_UR[IL]$|HOST$", found[1]):
                named = _found(repo, path, found, text, service)
            continue
        code = blanked(text, strings=False)
        hit = names.search(code) or (dialect.search(code) if dialect else None)
        if not hit or (dialect and rival.search(code) and not dialect.search(code)):
            continue
        read = variable.search(code)
        if read:
            return _found(repo, path, read, code, service)
        imported = imported or Use(evidence=repo.proof(path, code.count("\n", 0, hit.start()) + 1))
    if imported and named:
        return named
    return imported if imported and service in ("postgres", "redis", "rabbitmq") else None


def _found(repo: Repo, path: str, match: re.Match[str], text: str, service: str) -> Use:
    line = text.count("\n", 0, match.start()) + 1
    usual = next((name for name in policy.addon(service).config_vars if re.search(rf"\b{name}\b", text)), "")
    name = usual or (match[1] if match[1].endswith("_URL") else "")
    shown = text.split("\n")[line - 1]
    guarded = re.compile(
        rf"!!process\.env\.{re.escape(match[1])}\b|"
        rf"\bif\s*\(\s*!*\s*process\.env\.{re.escape(match[1])}\b|process\.env\.{re.escape(match[1])}\s*\?(?![?.])"
    )
    return Use(
        evidence=repo.proof(path, line),
        variable=name,
        optional=match[1].endswith("_ENABLED") or (service != "postgres" and bool(guarded.search(shown))),
    )


def _configs(repo: Repo, app: NodeApp) -> tuple[str, ...]:
    return tuple(
        path
        for path in (
            app.at("config/config.json"),
            app.at("ormconfig.json"),
            app.at("server/config/config.json"),
        )
        if path in repo
    )
