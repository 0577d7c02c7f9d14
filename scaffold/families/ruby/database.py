"""config/database.yml and database gems -> the databases of production and the command that migrates them."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import Addon, AnyFact, Doubt, Evidence, Migration, Raw, command
from scaffold.families.ruby.apps import RubyApp
from scaffold.families.ruby.code import code, find
from scaffold.families.ruby.rails import RailsApp
from scaffold.manifests.erb_yaml import parse_erb_yaml
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, folder_of, join

POSTGRES = (
    "pg",
    "activerecord-jdbcpostgresql-adapter",
    "jdbc-postgres",
    "dm-postgres-adapter",
    "do_postgres",
)
MYSQL = ("mysql2", "trilogy", "mysql", "activerecord-jdbcmysql-adapter", "activerecord-trilogy-adapter")
SQLITE = ("sqlite3", "activerecord-jdbcsqlite3-adapter", "dm-sqlite-adapter")
_REQUIRES = lazy(r"require\s*\(?\s*[\"'](?:rails/all|active_record/railtie|active_record)[\"']")
_PICKED = lazy(r"require\s*\(?\s*[\"']action_controller/railtie[\"']")
_TASKS = lazy(
    r"sinatra/activerecord/rake|otr-activerecord|rom/sql/rake_task|padrino-core/tasks|hanami/rake_tasks"
    r"|standalone_migrations|StandaloneMigrations"
)
_NAMESPACE = lazy(r"namespace[\s(]+[:\"']?db\b[\s\S]*?\btask[\s(]+[:\"']?migrate\b")


@record
class Databases:
    """What database.yml says of production: the adapter, and the named databases where there are several."""

    evidence: Evidence
    adapter: str = ""
    names: tuple[str, ...] = ()
    unbound: tuple[str, ...] = ()


def databases(repo: Repo, home: str) -> Databases | None:
    """Read the production section of an app's database.yml, None where there is none."""
    path = join(home, "config/database.yml")
    if path not in repo:
        return None
    file = repo.parsed(path, parse_erb_yaml)
    section = file.at("production")
    evidence = repo.proof(path, file.line("production"))
    if not isinstance(section, dict):
        return Databases(evidence=evidence)
    named = {name: value for name, value in section.items() if isinstance(value, dict)}
    if not named or "adapter" in section or "database" in section or "url" in section:
        return Databases(evidence=evidence, adapter=_adapter(section))
    first = next(iter(named.values()))
    others = [name for name in list(named)[1:] if not _has_url(named[name])]
    return Databases(evidence=evidence, adapter=_adapter(first), names=tuple(named), unbound=tuple(others))


def _adapter(section: dict[str, object]) -> str:
    value = section.get("adapter")
    return value if isinstance(value, str) else ""


def _has_url(section: dict[str, object]) -> bool:
    url = section.get("url")
    return isinstance(url, str) and url.startswith("ENV:") and url != "ENV:DATABASE_URL"


def uses_active_record(repo: Repo, rails: RailsApp) -> bool:
    """Tell whether a Rails application keeps data by Active Record."""
    path = join(rails.home, "config/application.rb")
    text = code(repo, path)
    if _PICKED.search(text) and not _REQUIRES.search(text):
        return False
    declared = {gem.name for gem in rails.app.gemfile.gems} | rails.app.installed
    if not any(name in declared for name in (*POSTGRES, *MYSQL, *SQLITE)) and not any(
        name.startswith("activerecord-") for name in declared
    ):
        return False
    return databases(repo, rails.home) is not None or repo.has_folder(join(rails.home, "db"))


def rails_migration(repo: Repo, rails: RailsApp) -> Iterator[AnyFact]:
    """Yield the migration of a Rails application, and what several databases ask for."""
    if not uses_active_record(repo, rails):
        return
    known = databases(repo, rails.home)
    several = known.names if known else ()
    schemas = tuple(name for name in several if join(rails.home, f"db/{name}_schema.rb") in repo)
    task = "db:prepare" if schemas else "db:migrate"
    if (
        task == "db:migrate"
        and rails.app.has("data_migrate")
        and repo.has_folder(join(rails.home, "db/data"))
    ):
        task = "db:migrate:with_data"
    folders = ["db/migrate", *(f"db/{name}_migrate" for name in several[1:])]
    paths = [join(rails.home, folder) for folder in folders]
    schema = join(rails.home, "db/schema.rb")
    proof = known.evidence if known else repo.proof(schema, 1) if schema in repo else rails.proof
    yield Migration(
        stack="rails",
        root=rails.app.root,
        command=rails_task(repo, rails, task),
        paths=tuple(paths),
        evidence=(proof,),
        why="db:prepare also loads the schemas of the other databases."
        if schemas
        else "Active Record keeps the app's data: its migrations run before the new code serves.",
    )
    if known and known.unbound:
        yield from _several(rails, known)


def rails_task(repo: Repo, rails: RailsApp, task: str) -> str:
    """Return the command of a task of Rails, as this application runs it."""
    home = rails.home
    prefix: tuple[str, ...] = ()
    if rails.inner:
        rakefile = join(rails.app.root, "Rakefile")
        if rails.inner in code(repo, rakefile):
            return command("bundle", "exec", "rake", task)
        prefix = ("cd", rails.inner, Raw("&&"))
    runner = "rails" if not rails.older_than(5) and join(home, "bin/rails") in repo else "rake"
    return command(*prefix, "bundle", "exec", runner, task)


def _several(rails: RailsApp, known: Databases) -> Iterator[AnyFact]:
    names = ", ".join(f"{name.upper()}_DATABASE_URL" for name in known.unbound)
    yield Doubt(
        stack="rails",
        root=rails.app.root,
        id="rails/several-databases",
        message=f"production has the databases {', '.join(known.names)}; DATABASE_URL "
        f"of Heroku reaches the first alone, Rails takes the others from {names}.",
        remedy="Each gets an add-on of its own, at its price. To do with one, move their tables to the first "
        f"by a migration and take them out of {known.evidence.path}.",
        evidence=(known.evidence,),
    )
    for name in known.unbound if known.adapter.startswith("postg") else ():
        yield Addon(
            stack="rails",
            root=rails.app.root,
            service="postgres",
            var=f"{name.upper()}_DATABASE_URL",
            also=True,
            evidence=(known.evidence,),
            why=f"the database named {name} has to be one of its own.",
        )


def rake_migration(repo: Repo, app: RubyApp) -> Iterator[AnyFact]:
    """Yield the migration of an app without Rails, where its Rakefile (or Hanami) has such a task."""
    if app.has("hanami-cli", "hanami") and app.has("hanami-db", "hanami-model", "rom-sql"):
        proof = app.proof(repo, "hanami-db", "hanami-model", "rom-sql") or app.evidence
        folder = "config/db/migrate" if repo.has_folder(join(app.root, "config/db")) else "db/migrations"
        yield _task(app, ("hanami", "db", "migrate"), proof, folder)
        return
    if not app.has(*POSTGRES, *MYSQL, *SQLITE):
        return
    rakefiles = [join(app.root, name) for name in ("Rakefile", "rakefile", "Rakefile.rb", "rakefile.rb")]
    files = [path for path in rakefiles if path in repo]
    files += [path for path in repo.suffixed(".rake", under=app.root) if "spec" not in folder_of(path)]
    for pattern in (_NAMESPACE, _TASKS):
        if files and (found := find(repo, files, pattern)):
            folder = next(
                (
                    name
                    for name in ("db/migrate", "db/migrations", "migrations")
                    if repo.has_folder(join(app.root, name))
                ),
                "db/migrate",
            )
            yield _task(app, ("rake", "db:migrate"), found.evidence, folder)
            return


def _task(app: RubyApp, words: tuple[str, ...], proof: Evidence, folder: str) -> Migration:
    return Migration(
        stack="ruby",
        root=app.root,
        command=command("bundle", "exec", *words),
        paths=(join(app.root, folder),),
        evidence=(proof,),
        why="the tables are brought up to date before the new code serves.",
    )
