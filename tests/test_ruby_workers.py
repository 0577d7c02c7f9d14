"""Workers and services of Ruby apps: only what is installed for production and used."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.facts import Addon, Buildpack, ConfigVar, Process, Strength
from tests.ruby_cases import APPLICATION, QUEUE, RAILS, SEVERAL, commands, facts, gems, of

WORKERS = {
    "sidekiq as adapter": (
        {"Gemfile": gems('gem "sidekiq"'), "config/environments/production.rb": QUEUE % "sidekiq"},
        {"worker": "bundle exec sidekiq"},
    ),
    "sidekiq with queues that only jobs name": (
        {
            "Gemfile": gems('gem "sidekiq"'),
            "app/workers/mow.rb": "include Sidekiq::Worker\nsidekiq_options queue: :garden\n",
        },
        {"worker": "bundle exec sidekiq -q default -q garden"},
    ),
    "sidekiq in the Gemfile and nowhere else": ({"Gemfile": gems('gem "sidekiq"')}, {}),
    "sidekiq in a comment": (
        {"Gemfile": gems('# gem "sidekiq"'), "config/environments/production.rb": QUEUE % "sidekiq"},
        {},
    ),
    "sidekiq for development": (
        {
            "Gemfile": gems('group :development do\n  gem "sidekiq"\nend'),
            "app/workers/mow.rb": "include Sidekiq::Worker\n",
        },
        {},
    ),
    "an adapter in a comment": (
        {
            "Gemfile": gems('gem "resque"'),
            "config/environments/production.rb": "# config.active_job.queue_adapter = :resque\n",
        },
        {},
    ),
    "an old library left beside the adapter": (
        {
            "Gemfile": gems('gem "sidekiq"', 'gem "good_job"'),
            "config/sidekiq.yml": ":queues: [default]\n",
            "config/application.rb": APPLICATION.replace(
                "  end\nend", "    config.active_job.queue_adapter = :good_job\n  end\nend"
            ),
        },
        {"worker": "bundle exec good_job start"},
    ),
    "good_job inside the web process": (
        {
            "Gemfile": gems('gem "good_job"'),
            "config/environments/production.rb": QUEUE % "good_job"
            + "config.good_job.execution_mode = :async\n",
        },
        {},
    ),
    "an adapter from the environment": (
        {
            "Gemfile": gems('gem "que"'),
            "config/environments/production.rb": 'config.active_job.queue_adapter = ENV.fetch("Q", "que")\n',
        },
        {"worker": "bundle exec que"},
    ),
    "solid_queue with its own program": (
        {
            "Gemfile": gems('gem "solid_queue"'),
            "config/environments/production.rb": QUEUE % "solid_queue",
            "config/puma.rb": 'port ENV["PORT"]\nplugin :solid_queue if ENV["SOLID_QUEUE_IN_PUMA"]\n',
            "bin/jobs": "#!/usr/bin/env ruby\n",
        },
        {"worker": "bin/jobs"},
    ),
    "solid_queue always inside puma": (
        {
            "Gemfile": gems('gem "solid_queue"'),
            "config/environments/production.rb": QUEUE % "solid_queue",
            "config/puma.rb": 'port ENV["PORT"]\nplugin :solid_queue\n',
        },
        {},
    ),
    "delayed_job": (
        {
            "Gemfile": gems('gem "delayed_job_active_record"'),
            "config/environments/production.rb": QUEUE % "delayed_job",
        },
        {"worker": "bundle exec rails jobs:work"},
    ),
    "resque with its scheduler": (
        {
            "Gemfile": gems('gem "resque"', 'gem "resque-scheduler"'),
            "app/jobs/mow.rb": "class Mow\n  @queue = :garden\nend\n",
            "lib/tasks/resque.rake": 'require "resque/tasks"\nrequire "resque/scheduler/tasks"\n',
        },
        {
            "worker": "env TERM_CHILD=1 'QUEUE=*' bundle exec rake resque:work",
            "scheduler": "bundle exec rake resque:scheduler",
        },
    ),
    "resque whose tasks the Rakefile loads": (
        {"Gemfile": gems('gem "resque"'), "Rakefile": 'require "resque/tasks"\n'},
        {"worker": "env TERM_CHILD=1 'QUEUE=*' bundle exec rake resque:work"},
    ),
    "clockwork in an odd place": (
        {
            "Gemfile": gems('gem "clockwork"'),
            "lib/ticker.rb": "module Clockwork\n  every(1.day, 'mow')\nend\n",
        },
        {"clock": "bundle exec clockwork lib/ticker.rb"},
    ),
    "shoryuken": (
        {
            "Gemfile": gems('gem "shoryuken"'),
            "app/workers/mow.rb": "class Mow\n  include Shoryuken::Worker\nend\n",
        },
        {"worker": "bundle exec shoryuken -R"},
    ),
}


@pytest.mark.parametrize(("changed", "expected"), WORKERS.values(), ids=WORKERS.keys())
def test_only_job_libraries_in_use_get_a_worker(
    tmp_path: Path, changed: dict[str, str], expected: dict[str, str]
) -> None:
    found = commands(facts(tmp_path, {**RAILS, **changed}))
    del found["web"]
    assert found == expected


def test_two_job_systems_in_use_get_a_worker_each(tmp_path: Path) -> None:
    changed = {
        "Gemfile": gems('gem "sidekiq"', 'gem "good_job"'),
        "config/environments/production.rb": QUEUE % "good_job",
        "app/workers/mow.rb": "class Mow\n  include Sidekiq::Worker\nend\n",
    }
    tools = {
        fact.tool for fact in of(facts(tmp_path, {**RAILS, **changed}), Process) if fact.name == "worker"
    }
    assert tools == {"sidekiq", "goodjob"}


SERVICES = {
    "postgres alone": ({}, {"postgres": ""}),
    "redis for Sidekiq": (
        {"Gemfile": gems('gem "sidekiq"'), "config/environments/production.rb": QUEUE % "sidekiq"},
        {"postgres": "", "redis": ""},
    ),
    "redis under another name": (
        {
            "Gemfile": gems('gem "redis"'),
            "config/initializers/redis.rb": 'R = Redis.new(url: ENV["REDISCLOUD_URL"])\n',
        },
        {"postgres": "", "redis": "REDISCLOUD_URL"},
    ),
    "redis in cable.yml that nothing uses": (
        {"Gemfile": gems('gem "redis"'), "config/cable.yml": "production:\n  adapter: redis\n"},
        {"postgres": ""},
    ),
    "redis in cable.yml with a channel": (
        {
            "Gemfile": gems('gem "redis"'),
            "config/cable.yml": 'production:\n  adapter: redis\n  url: <%= ENV["REDIS_URL"] %>\n',
            "app/channels/chat_channel.rb": "class ChatChannel\nend\n",
        },
        {"postgres": "", "redis": ""},
    ),
    "memcached": (
        {
            "Gemfile": gems('gem "dalli"'),
            "config/environments/production.rb": "config.cache_store = :mem_cache_store\n",
        },
        {"postgres": "", "memcached": ""},
    ),
    "memcached in a comment": (
        {
            "Gemfile": gems('gem "dalli"'),
            "config/environments/production.rb": "# config.cache_store = :mem_cache_store\n",
        },
        {"postgres": ""},
    ),
    "mysql by database.yml": (
        {"Gemfile": gems('gem "mysql2"'), "config/database.yml": "production:\n  adapter: mysql2\n"},
        {"mysql": "DATABASE_URL"},
    ),
    "postgres in production, sqlite elsewhere": (
        {
            "Gemfile": 'gem "rails"\ngem "sqlite3", group: :test\ngroup :production do\n  gem "pg"\nend\n',
            "config/database.yml": "production:\n  adapter: sqlite3\n",
        },
        {"postgres": ""},
    ),
    "sqlite alone": ({"Gemfile": RAILS["Gemfile"].replace("pg", "sqlite3")}, {}),
}


@pytest.mark.parametrize(("changed", "expected"), SERVICES.values(), ids=SERVICES.keys())
def test_addons_are_what_production_runs_on(
    tmp_path: Path, changed: dict[str, str], expected: dict[str, str]
) -> None:
    found = of(facts(tmp_path, {**RAILS, **changed}), Addon)
    assert {fact.service: fact.var for fact in found if fact.strength > Strength.HINT} == expected


ASSETS = {
    "importmap with a package.json for linting": ('gem "importmap-rails"', None, False, set()),
    "jsbundling": ('gem "jsbundling-rails"', None, True, set()),
    "vite as a development package of npm": (
        'gem "vite_rails"',
        '{"devDependencies": {"vite": "5"}}',
        True,
        {"NPM_CONFIG_PRODUCTION"},
    ),
    "webpacker 5": ('gem "webpacker", "~> 5.0"', None, True, {"NODE_OPTIONS"}),
    "webpacker 5 on a Node of its time": (
        'gem "webpacker", "~> 5.0"',
        '{"engines": {"node": "16.x"}}',
        True,
        set(),
    ),
}


@pytest.mark.parametrize(("line", "package", "node", "names"), ASSETS.values(), ids=ASSETS.keys())
def test_node_comes_first_where_a_gem_builds_assets(
    tmp_path: Path, line: str, package: str | None, node: bool, names: set[str]
) -> None:
    found = facts(tmp_path, {**RAILS, "Gemfile": gems(line), "package.json": package or "{}"})
    assert ("heroku/nodejs" in {fact.name for fact in of(found, Buildpack)}) is node
    assert {fact.name for fact in of(found, ConfigVar)} - {"SECRET_KEY_BASE"} == names


def test_each_further_database_is_an_addon_of_its_own(tmp_path: Path) -> None:
    found = facts(tmp_path, {**RAILS, "config/database.yml": SEVERAL % "cache"})
    assert {(fact.service, fact.var, fact.also) for fact in of(found, Addon)} == {
        ("postgres", "", False),
        ("postgres", "CACHE_DATABASE_URL", True),
    }
