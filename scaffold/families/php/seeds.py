"""Laravel's DatabaseSeeder -> the command that fills the empty database of a review app."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import Seed
from scaffold.families.php.apps import PhpApp
from scaffold.patterns import lazy
from scaffold.repo import Repo, join

_RUN = lazy(r"function\s+run\s*\([^)]*\)[^{]*\{(.*)", re.DOTALL)
_COMMENT = lazy(r"//[^\n]*|#[^\n]*|/\*.*?\*/", re.DOTALL)
_WORK = lazy(r"\$this->call\w*\(|::(?:create|firstOrCreate|updateOrCreate|insert|upsert)\(|\bDB::|->save\(")
_FAKER = lazy(r"\bfactory\(|\bfake\(|\bFaker\b")
_BY_ENVIRONMENT = lazy(r"app\(\)->(?:environment|isLocal|isProduction)|App::environment|env\(\s*['\"]APP_ENV")
_FOLDERS = ("database/seeders", "database/seeds")


def laravel_seed(repo: Repo, app: PhpApp) -> Iterator[Seed]:
    """Yield the seed, where the seeders do something in production and with its packages."""
    for folder in _FOLDERS:
        path = join(app.root, f"{folder}/DatabaseSeeder.php")
        if path not in repo:
            continue
        seeders = [found for found in repo.under(join(app.root, folder)) if found.endswith(".php")]
        texts = [_COMMENT.sub("", repo.text(found)) for found in seeders]
        body = _RUN.search(_COMMENT.sub("", repo.text(path)))
        if body is None or not _WORK.search(body[1]) or any(map(_BY_ENVIRONMENT.search, texts)):
            return
        requires = app.composer.requires if app.composer else {}
        if any(map(_FAKER.search, texts)) and not {"fakerphp/faker", "fzaninotto/faker"} & set(requires):
            return
        yield Seed(
            stack="laravel",
            root=app.root,
            command="php artisan db:seed --force",
            evidence=(repo.proof(path, repo.line_of(path, _WORK)),),
            why=f"an empty database gets what {folder} puts into it.",
        )
        return
