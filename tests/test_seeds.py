"""What fills the empty database of a review app: only what the repository shows to work in production."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.checkout import open_repo
from scaffold.facts import AnyFact, Seed
from scaffold.stacks import django, laravel, node
from tests.golden import call
from tests.ruby_cases import RAILS, facts

SCRIPT = '"scripts": {"start": "node index.js", "seed": "%s"}'
MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
DJANGO = {
    "requirements.txt": "django==5.2\n",
    "manage.py": MANAGE + "from django.core.management import execute_from_command_line\n",
    "shop/__init__.py": "",
    "shop/settings.py": "DATABASES = {'default': {}}\nROOT_URLCONF = 'shop.urls'\n",
}


def written(top: Path, files: dict[str, str]) -> Path:
    """Write files below a folder."""
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text, encoding="utf-8")
    return top


def seeds(found: list[AnyFact]) -> list[str]:
    """Return the commands that seed."""
    return [fact.command for fact in found if isinstance(fact, Seed)]


@pytest.mark.parametrize(
    ("text", "gem", "seeded"),
    [
        ("Shelf.create!(label: 'novels')\n", "", True),
        ("# Shelf.create!(label: 'novels')\n\n", "", False),
        ("if Rails.env.development?\n  Shelf.create!\nend\n", "", False),
        ("return if Rails.env.production?\nShelf.create!\n", "", False),
        ("Shelf.create!(label: Faker::Book.title)\n", "", False),
        ("Shelf.create!(label: Faker::Book.title)\n", 'gem "faker"\n', True),
        ("require 'faker'\nShelf.create!\n", 'gem "faker", group: :development\n', False),
    ],
)
def test_seeds_of_rails_that_do_the_same_everywhere(
    tmp_path: Path, text: str, gem: str, seeded: bool
) -> None:
    files = RAILS | {"Gemfile": RAILS["Gemfile"] + gem, "db/schema.rb": "", "db/seeds.rb": text}
    assert seeds(facts(tmp_path, files)) == (["bundle exec rails db:seed"] if seeded else [])


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("    python manage.py loaddata zones\n", "loaddata zones"),
        ("Run `./manage.py loaddata zones streets.yaml`.\n", "loaddata zones streets.yaml"),
        ("python manage.py loaddata zones backup.json\n", ""),
        ("python manage.py loaddata --app shop zones\n", ""),
        ("python manage.py seed_demo\n", "seed_demo"),
        ("python manage.py seed_demo 100\n", ""),
        ("python manage.py seed_fakes\n", ""),
        ("python manage.py dumpdata > zones.json\n", ""),
    ],
)
def test_what_a_django_readme_loads(tmp_path: Path, said: str, command: str) -> None:
    files = {
        "README.md": f"# Shop\n\n{said}",
        "shop/fixtures/zones.json": "[]",
        "shop/fixtures/streets.yaml": "[]",
        "tests/fixtures/backup.json": "[]",
        "shop/management/commands/seed_demo.py": "class Command: ...\n",
        "shop/management/commands/seed_fakes.py": "from faker import Faker\n",
    }
    found = list(django.detect(open_repo(written(tmp_path, DJANGO | files))))
    assert seeds(found) == ([f"python manage.py {command}"] if command else [])


@pytest.mark.parametrize(
    ("body", "more", "seeded"),
    [
        ("$this->call([ZoneSeeder::class]);", "", True),
        ("// $this->call([ZoneSeeder::class]);", "", False),
        ("User::factory(10)->create();", "", False),
        ("User::factory(10)->create(); Zone::create([]);", ', "fakerphp/faker": "^1"', True),
        ("if (app()->environment('local')) { Zone::create([]); }", "", False),
    ],
)
def test_seeders_of_laravel(tmp_path: Path, body: str, more: str, seeded: bool) -> None:
    seeder = f"<?php class DatabaseSeeder {{ public function run(): void {{ {body} }} }}\n"
    files = {
        "composer.json": '{"require": {"laravel/framework": "^12"' + more + "}}",
        "artisan": "<?php\n",
        "public/index.php": "<?php\n",
        "database/seeders/DatabaseSeeder.php": seeder,
    }
    found = list(laravel.detect(open_repo(written(tmp_path, files))))
    assert seeds(found) == (["php artisan db:seed --force"] if seeded else [])


@pytest.mark.parametrize(
    ("package", "command"),
    [
        (SCRIPT % "node db/seed.js", "npm run seed"),
        (SCRIPT % "knex seed:run", "npm run seed"),
        (SCRIPT % "sequelize-cli db:seed:all", ""),
        (SCRIPT % "tsx db/seed.ts", ""),
        (SCRIPT % "knex migrate:rollback --all && knex seed:run", ""),
        (SCRIPT % "NODE_ENV=development node db/seed.js", ""),
        (SCRIPT % "prisma db seed", ""),
        ('"prisma": {"seed": "node db/seed.js"}, ' + SCRIPT % "prisma db seed", "npm run seed"),
        ('"prisma": {"seed": "node db/seed.js"}', "npx prisma db seed"),
        ('"prisma": {"seed": "ts-node db/seed.ts"}', ""),
    ],
)
def test_what_node_runs_without_development_packages(tmp_path: Path, package: str, command: str) -> None:
    deps = '"dependencies": {"express": "^5", "knex": "^3", "prisma": "^6"}'
    dev = '"devDependencies": {"tsx": "^4", "ts-node": "^10", "sequelize-cli": "^6"}'
    files = {
        "package.json": f"{{{package}, {deps}, {dev}}}",
        "index.js": "require('express')().listen(process.env.PORT)\n",
        "db/seed.js": "",
        "db/seed.ts": "",
    }
    assert seeds(list(node.detect(open_repo(written(tmp_path, files))))) == ([command] if command else [])


def test_a_person_s_postdeploy_is_the_one(tmp_path: Path) -> None:
    rails = RAILS | {"db/schema.rb": "", "db/seeds.rb": "Shelf.create!\n"}
    theirs = '{"scripts": {"postdeploy": "bin/setup_review"}}\n'
    written(tmp_path, rails | {"app.json": theirs})
    code, _, said = call("init", "-C", str(tmp_path), "--yes", "--on-existing", "merge")
    assert code == 0, said
    assert "db:seed" not in (tmp_path / "app.json").read_text()
