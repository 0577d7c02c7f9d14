"""Rails and other Ruby apps, case by case: web commands, migrations and doubts of a few files."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.facts import ConfigVar, Doubt, Migration, Strength, Todo, Uses
from tests.ruby_cases import APPLICATION, RAILS, SEVERAL, commands, facts, gems, lock, of

WEB = {
    "puma with a config file that reads PORT": ({}, "bundle exec puma -C config/puma.rb"),
    "puma whose config binds a socket only": (
        {"config/puma.rb": 'bind "unix:///tmp/puma.sock"\n'},
        "bundle exec puma -C config/puma.rb -p $PORT",
    ),
    "puma with a fixed port": (
        {"config/puma.rb": "port 3000\n# port ENV['PORT']\n"},
        "bundle exec puma -C config/puma.rb -p $PORT",
    ),
    "puma on the loopback address": (
        {"config/puma.rb": 'bind "tcp://127.0.0.1:#{ENV["PORT"]}"\n'},
        "bundle exec puma -C config/puma.rb -p $PORT",
    ),
    "puma with the paths of another server": (
        {"config/puma.rb": 'directory "/var/www/shop/current"\nport ENV["PORT"]\n'},
        "bundle exec puma -C - -p $PORT",
    ),
    "puma whose log goes to a shared folder": (
        {"config/puma.rb": 'shared_dir = "#{app_dir}/shared"\nstdout_redirect "#{shared_dir}/log/out"\n'},
        "bundle exec puma -C - -p $PORT",
    ),
    "puma without a config file": ({"config/puma.rb": None}, "bundle exec puma -p $PORT"),
    "unicorn with its config file": (
        {
            "Gemfile": RAILS["Gemfile"].replace("puma", "unicorn"),
            "config/unicorn.rb": "worker_processes 3\n",
        },
        "bundle exec unicorn -p $PORT -c config/unicorn.rb",
    ),
    "puma for development only": (
        {"Gemfile": RAILS["Gemfile"].replace('gem "puma"', 'gem "puma", group: :development')},
        "bin/rails server -p $PORT -e $RAILS_ENV",
    ),
    "no server and no bin/rails": (
        {"Gemfile": RAILS["Gemfile"].replace('gem "puma"\n', ""), "bin/rails": None},
        "bundle exec rails server -p $PORT -e $RAILS_ENV",
    ),
    "thin": (
        {"Gemfile": RAILS["Gemfile"].replace("puma", "thin")},
        "bundle exec thin start -R config.ru -p $PORT -e ${RACK_ENV:-production}",
    ),
    "a pid file in a folder that is not there": (
        {"config/puma.rb": 'port ENV["PORT"]\npidfile "tmp/pids/server.pid"\n'},
        "bundle exec puma -C config/puma.rb --pidfile /tmp/puma.pid",
    ),
}


@pytest.mark.parametrize(("changed", "expected"), WEB.values(), ids=WEB.keys())
def test_the_web_command_of_rails(tmp_path: Path, changed: dict[str, str | None], expected: str) -> None:
    files = {name: text for name, text in {**RAILS, **changed}.items() if text is not None}
    assert commands(facts(tmp_path, files))["web"] == expected


PLAIN = {
    "config.ru without a server gem": (
        {"Gemfile": 'gem "sinatra", "~> 2.0"\ngem "rack", "~> 2.2"\n', "config.ru": "run App\n"},
        {"web": "bundle exec rackup config.ru -p $PORT -o 0.0.0.0"},
    ),
    "a Sinatra file without config.ru": (
        {"Gemfile": 'gem "sinatra"\ngem "puma"\n', "hello.rb": 'require "sinatra"\nget("/") { "hi" }\n'},
        {"web": "bundle exec ruby hello.rb -p $PORT -o 0.0.0.0"},
    ),
    "a rackup file of another name": (
        {"Gemfile": 'gem "rack"\ngem "puma"\n', "api.ru": "run Api\n"},
        {"web": "bundle exec puma -p $PORT api.ru"},
    ),
    "a Discord bot": (
        {"Gemfile": 'gem "discordrb"\n', "bot.rb": "bot = Discordrb::Bot.new(token: 't')\nbot.run\n"},
        {"worker": "bundle exec ruby bot.rb"},
    ),
    "a bot whose class lies in lib": (
        {
            "Gemfile": 'gem "telegram-bot-ruby"\n',
            "lib/pal.rb": "class Pal\n  def run\n    Telegram::Bot::Client.run(t) { }\n  end\nend\n",
            "start.rb": 'require_relative "lib/pal"\nPal.new.run\n',
        },
        {"worker": "bundle exec ruby start.rb"},
    ),
    "Sidekiq without Rails": (
        {
            "Gemfile": 'gem "sidekiq"\n',
            "worker.rb": 'require "sidekiq"\nclass Mow\n  include Sidekiq::Job\nend\n',
        },
        {"worker": "bundle exec sidekiq -r ./worker.rb"},
    ),
    "gems.rb in place of a Gemfile": (
        {"gems.rb": 'source "https://example.com"\ngem "roda"\ngem "puma"\n', "config.ru": "run App\n"},
        {"web": "bundle exec puma -p $PORT"},
    ),
    "a gem with a gemspec": (
        {"Gemfile": "gemspec\n", "knot.gemspec": 'spec.add_dependency "rack"\n', "lib/knot.rb": ""},
        {},
    ),
}


@pytest.mark.parametrize(("files", "expected"), PLAIN.values(), ids=PLAIN.keys())
def test_apps_without_rails(tmp_path: Path, files: dict[str, str], expected: dict[str, str]) -> None:
    assert commands(facts(tmp_path, files)) == expected


def test_the_dummy_application_of_an_engine_is_a_hint(tmp_path: Path) -> None:
    files = {
        "Gemfile": "gemspec\n",
        "engine.gemspec": 'spec.add_dependency "rails"\n',
        "test/dummy/config/application.rb": APPLICATION,
        "test/dummy/config.ru": "run Rails.application\n",
    }
    found = facts(tmp_path, files)
    assert [(use.stack, use.strength) for use in of(found, Uses)] == [("rails", Strength.HINT)]
    assert commands(found) == {}


def test_an_example_application_that_config_ru_serves_is_the_app(tmp_path: Path) -> None:
    files = {
        "Gemfile": 'gemspec\ngem "puma"\ngem "pg"\n',
        "engine.gemspec": 'spec.add_dependency "rails"\n',
        "config.ru": 'require_relative "spec/demo/config/environment"\nrun Rails.application\n',
        "Rakefile": 'require_relative "spec/demo/config/application"\n',
        "spec/demo/config/application.rb": APPLICATION,
        "spec/demo/db/schema.rb": "",
    }
    found = facts(tmp_path, files)
    assert [(use.stack, use.strength) for use in of(found, Uses)] == [("rails", Strength.FRAMEWORK)]
    assert commands(found)["web"] == "bundle exec puma -p $PORT"
    assert [fact.command for fact in of(found, Migration)] == ["bundle exec rake db:migrate"]


def test_rails_in_a_subfolder_has_that_folder_as_root(tmp_path: Path) -> None:
    files = {f"backend/{name}": text for name, text in RAILS.items()} | {"frontend/package.json": "{}"}
    found = facts(tmp_path, files)
    assert {use.root for use in of(found, Uses)} == {"backend"}
    assert commands(found)["web"] == "bundle exec puma -C config/puma.rb"


MIGRATIONS = {
    "Rails of today": ({}, "bundle exec rails db:migrate"),
    "Rails 4": (
        {"Gemfile": RAILS["Gemfile"].replace('"rails"', '"rails", "4.2.11"')},
        "bundle exec rake db:migrate",
    ),
    "databases with schemas of their own": (
        {
            "config/database.yml": SEVERAL % "queue",
            "db/queue_schema.rb": "",
        },
        "bundle exec rails db:prepare",
    ),
    "Mongoid": ({"Gemfile": RAILS["Gemfile"].replace("pg", "mongoid"), "config/database.yml": ""}, None),
    "no Active Record": (
        {"config/application.rb": 'require "action_controller/railtie"\n' + APPLICATION},
        None,
    ),
}


@pytest.mark.parametrize(("changed", "expected"), MIGRATIONS.values(), ids=MIGRATIONS.keys())
def test_migrations_of_rails(tmp_path: Path, changed: dict[str, str], expected: str | None) -> None:
    found = [fact.command for fact in of(facts(tmp_path, {**RAILS, **changed}), Migration)]
    assert found == ([expected] if expected else [])


DOUBTS = {
    "no lock file": ({}, "ruby/no-lockfile"),
    "a lock file for another platform": (
        {"Gemfile.lock": lock("rails (7.1.3)", "puma (6.4.2)", "pg (1.5.4)", platforms="  x64-mingw-ucrt")},
        "ruby/lock-platform",
    ),
    "a lock file without Ruby": (
        {"Gemfile.lock": lock("rails (7.1.3)", "puma (6.4.2)", "pg (1.5.4)", ruby="")},
        "ruby/version-not-locked",
    ),
    "a lock file with another Ruby": (
        {"Gemfile.lock": lock("rails (7.1.3)", "puma (6.4.2)", "pg (1.5.4)", ruby="3.2.0")},
        "ruby/version-mismatch",
    ),
    "a lock file that lacks a gem": (
        {"Gemfile.lock": lock("rails (7.1.3)", "puma (6.4.2)")},
        "ruby/lock-out-of-date",
    ),
    "Puma 7.0.1": (
        {"Gemfile.lock": lock("rails (7.1.3)", "puma (7.0.1)", "pg (1.5.4)")},
        "ruby/puma-version",
    ),
    "sqlite in production": (
        {
            "Gemfile": RAILS["Gemfile"].replace("pg", "sqlite3"),
            "Gemfile.lock": lock("rails (7.1.3)", "puma (6.4.2)", "sqlite3 (1.7.2)"),
        },
        "ruby/sqlite",
    ),
    "several databases on one URL": (
        {"config/database.yml": SEVERAL % "cache"},
        "rails/several-databases",
    ),
    "whenever": (
        {"Gemfile": gems('gem "whenever", require: false'), "config/schedule.rb": "every 1.day\n"},
        "ruby/whenever",
    ),
    "a program of Windows": ({"bin/rails": "#!/usr/bin/env ruby.exe\n"}, "ruby/windows-binstub"),
    "uploads on the disk": (
        {
            "config/environments/production.rb": "config.active_storage.service = :local\n",
            "app/models/tree.rb": "class Tree\n  has_one_attached :photo\nend\n",
        },
        "rails/local-uploads",
    ),
}


@pytest.mark.parametrize(("changed", "expected"), DOUBTS.values(), ids=DOUBTS.keys())
def test_doubts_say_what_will_hurt(tmp_path: Path, changed: dict[str, str], expected: str) -> None:
    base = {**RAILS, "Gemfile.lock": lock("rails (7.1.3)", "puma (6.4.2)", "pg (1.5.4)")}
    if expected == "ruby/no-lockfile":
        del base["Gemfile.lock"]
    found = [fact.id for fact in of(facts(tmp_path, {**base, **changed}), Doubt)]
    assert expected in found


def test_a_sound_rails_app_raises_no_doubt(tmp_path: Path) -> None:
    base = {**RAILS, "Gemfile.lock": lock("rails (7.1.3)", "puma (6.4.2)", "pg (1.5.4)")}
    found = facts(tmp_path, base)
    assert of(found, Doubt) == []
    assert of(found, Todo) == []
    assert [fact.name for fact in of(found, ConfigVar)] == ["SECRET_KEY_BASE"]


def test_encrypted_credentials_need_their_key(tmp_path: Path) -> None:
    found = facts(tmp_path, {**RAILS, "config/credentials.yml.enc": "x"})
    key = next(fact for fact in of(found, ConfigVar) if fact.name == "RAILS_MASTER_KEY")
    assert key.required
    assert key.secret
    assert key.value is None


@pytest.mark.parametrize(
    "name",
    ["Gemfile.lock", "config/application.rb", "config/database.yml", "config/puma.rb", "config/cable.yml"],
)
@pytest.mark.parametrize("text", ["", "\x00", "<<<<<<< HEAD\n", "- [1\n", "production: 3\n", "é'\"#{"])
def test_strange_files_never_raise(tmp_path: Path, name: str, text: str) -> None:
    facts(tmp_path, {**RAILS, "Gemfile": gems('gem "redis"', 'gem "sidekiq"'), name: text})
