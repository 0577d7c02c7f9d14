"""Ruby: what every Ruby app shares (Ruby, gems, workers, services), and apps that are not Rails."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import AnyFact
from scaffold.repo import Repo
from scaffold.stacks import Stack


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of each Ruby app; those of its framework Rails are another stack's."""
    if repo.named("Gemfile", "gems.rb"):
        from scaffold.families.ruby.facts import ruby_facts

        yield from ruby_facts(repo)


MARKS = ("Gemfile", "gems.rb", "*.ru", "*.gemspec", "*.rb")
STACK = Stack(name="ruby", title="Ruby", language="ruby", detect=detect)
