"""db/seeds.rb -> the task that fills the empty database of a review app, where production can run it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import Seed
from scaffold.families.ruby.code import code
from scaffold.families.ruby.database import rails_task, uses_active_record
from scaffold.families.ruby.rails import RailsApp
from scaffold.patterns import lazy
from scaffold.repo import Repo, join

_BY_ENVIRONMENT = lazy(r"Rails\.env|RAILS_ENV|\.production\?|\.development\?")
_REQUIRE = lazy(r"^\s*require\s+[\"']([\w-]+)", re.MULTILINE)
_GEMS = {
    "Faker::": ("faker",),
    "FFaker": ("ffaker",),
    "FactoryBot": ("factory_bot", "factory_bot_rails"),
    "FactoryGirl": ("factory_girl", "factory_girl_rails"),
    "Fabricate": ("fabrication",),
    "Populator": ("populator",),
}
"""What seeds are written with; Heroku leaves out the gems of development and test."""


def rails_seed(repo: Repo, rails: RailsApp) -> Iterator[Seed]:
    """Yield the seed of a Rails application whose seeds do the same in every environment."""
    path = join(rails.home, "db/seeds.rb")
    if path not in repo or not uses_active_record(repo, rails):
        return
    text = code(repo, path)
    first = next((at for at, line in enumerate(text.splitlines(), 1) if line.strip()), 0)
    if not first or _BY_ENVIRONMENT.search(text) or _lacks_gem(rails, text):
        return
    yield Seed(
        stack="rails",
        root=rails.app.root,
        command=rails_task(repo, rails, "db:seed"),
        evidence=(repo.proof(path, first),),
        why="an empty database gets what db/seeds.rb puts into it.",
    )


def _lacks_gem(rails: RailsApp, text: str) -> bool:
    wanted = [names for word, names in _GEMS.items() if word in text]
    declared = {gem.name for gem in rails.app.gemfile.gems}
    wanted += [(name,) for name in _REQUIRE.findall(text) if name in declared]
    return any(not rails.app.has(*names) for names in wanted)
