"""Rails: the application behind config.ru, its server, migrations, secrets; gems and workers are `ruby`'s."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import AnyFact
from scaffold.repo import Repo
from scaffold.stacks import Stack


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of each Rails application; a gem's test application is a hint."""
    if repo.named("Gemfile", "gems.rb"):
        from scaffold.families.ruby.rails_facts import rails_facts

        yield from rails_facts(repo)


MARKS = ("Gemfile", "gems.rb")
STACK = Stack(name="rails", title="Ruby on Rails", language="ruby", detect=detect)
