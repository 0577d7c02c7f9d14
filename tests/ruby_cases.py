"""What the tests of Ruby apps share: a sound Rails app as files, and the facts found in some files."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from scaffold.checkout import open_repo
from scaffold.facts import AnyFact, Process
from scaffold.stacks import rails, ruby

F = TypeVar("F", bound=AnyFact)

APPLICATION = "module Shop\n  class Application < Rails::Application\n  end\nend\n"
RAILS = {
    "Gemfile": 'source "https://example.com"\nruby "3.3.5"\ngem "rails"\ngem "puma"\ngem "pg"\n',
    "config/application.rb": 'require "rails/all"\n' + APPLICATION,
    "config/environments/production.rb": "Rails.application.configure do\nend\n",
    "config/database.yml": "production:\n  adapter: postgresql\n",
    "config/puma.rb": 'port ENV.fetch("PORT") { 3000 }\n',
    "config.ru": "run Rails.application\n",
    "bin/rails": "#!/usr/bin/env ruby\n",
}
SEVERAL = "production:\n  primary:\n    adapter: postgresql\n  %s:\n    adapter: postgresql\n"
QUEUE = "Rails.application.configure do\n  config.active_job.queue_adapter = :%s\nend\n"


def facts(folder: Path, files: dict[str, str]) -> list[AnyFact]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    repo = open_repo(folder)
    return [*rails.detect(repo), *ruby.detect(repo)]


def of(found: list[AnyFact], kind: type[F]) -> list[F]:
    return [fact for fact in found if isinstance(fact, kind)]


def gems(*lines: str) -> str:
    return RAILS["Gemfile"] + "".join(f"{line}\n" for line in lines)


def commands(found: list[AnyFact]) -> dict[str, str]:
    return {fact.name: fact.command for fact in of(found, Process)}


def lock(*specs: str, ruby: str = "3.3.5", platforms: str = "  x86_64-linux") -> str:
    lines = "".join(f"    {spec}\n" for spec in specs)
    names = "".join(f"  {spec.split(' ')[0]}\n" for spec in specs)
    asked = f"RUBY VERSION\n   ruby {ruby}p100\n\n" if ruby else ""
    head = "GEM\n  remote: https://example.com/\n  specs:\n"
    return f"{head}{lines}\nPLATFORMS\n{platforms}\n\nDEPENDENCIES\n{names}\n{asked}BUNDLED WITH\n   2.5.5\n"
