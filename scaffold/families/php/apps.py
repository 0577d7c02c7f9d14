"""The PHP projects of a repository: composer files, framework, document root, what the buildpack needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scaffold.facts import AnyFact, Buildpack, Doubt, Evidence, File, Raw, Runtime, Strength, Todo, command
from scaffold.manifests.composer import Composer, parse, parse_lock
from scaffold.record import made, record
from scaffold.repo import Repo, folder_of, join, relative

_FRAMEWORKS = {
    "laravel/framework": "laravel",
    "laravel/lumen-framework": "lumen",
    "symfony/framework-bundle": "symfony",
    "symfony/symfony": "symfony",
    "slim/slim": "slim",
    "yiisoft/yii2": "yii",
    "cakephp/cakephp": "cakephp",
    "codeigniter4/framework": "codeigniter",
    "drupal/core-recommended": "drupal",
    "drupal/core": "drupal",
    "roots/wordpress": "wordpress",
    "johnpbloch/wordpress": "wordpress",
    "craftcms/cms": "craft",
    "laminas/laminas-mvc": "laminas",
    "mezzio/mezzio": "mezzio",
    "phalcon/devtools": "phalcon",
    "silex/silex": "silex",
    "bref/bref": "",
    "statamic/cms": "laravel",
    "october/system": "laravel",
    "getgrav/grav": "grav",
    "nette/application": "nette",
    "bcosca/fatfree": "fatfree",
    "mikecao/flight": "flight",
    "flightphp/core": "flight",
    "leafs/leaf": "leaf",
    "league/route": "route",
    "ubiquity/framework": "ubiquity",
}
_FRONT = ("index.php", "app.php", "index.html")
_FOLDERS = (
    "public",
    "web",
    "webroot",
    "htdocs",
    "public_html",
    "www",
    "docroot",
    "html",
    "httpdocs",
    "wwwroot",
    "frontend/web",
    "src/public",
    "src/web",
    "app/public",
    "src/www",
)
SKIPPED = frozenset(("vendor", "node_modules", "wp-content", "wp-includes", "modules", "themes", "plugins"))


@record
class PhpApp:
    """A PHP project: `docroot` is relative to its root ("" is the root), None where nothing is served."""

    root: str
    composer: Composer | None
    framework: str = ""
    package: str = ""
    docroot: str | None = None
    front: str = ""
    locked: Mapping[str, str] = made(factory=dict)

    @property
    def manifest(self) -> str:
        """Return the path of the project's composer.json, whether it is there or not."""
        return join(self.root, "composer.json")


def php_apps(repo: Repo) -> tuple[PhpApp, ...]:
    """Return the PHP projects of the repository, shallow ones first."""
    return repo.once(("php", "apps"), lambda: tuple(_apps(repo)))


def _apps(repo: Repo) -> Iterator[PhpApp]:
    roots = [
        folder_of(path) for path in repo.named("composer.json") if SKIPPED.isdisjoint(path.split("/")[:-1])
    ][:20]
    for root in roots:
        composer = repo.try_parsed(join(root, "composer.json"), parse)
        if composer is not None:
            yield _app(repo, root, composer)
    if not roots:
        fronts = [p for p in repo.named("index.php") if p.count("/") < 3 and SKIPPED.isdisjoint(p.split("/"))]
        if fronts:
            docroot = folder_of(fronts[0])
            name = docroot.rpartition("/")[2]
            root = folder_of(docroot) if name in _FOLDERS and docroot != "." else docroot
            yield _app(repo, root, None)


def _app(repo: Repo, root: str, composer: Composer | None) -> PhpApp:
    requires = composer.requires if composer else {}
    package = next((name for name in _FRAMEWORKS if name in requires), "")
    framework = _FRAMEWORKS.get(package, "")
    if (not framework and f"{join(root, 'wp-config.php')}" in repo) or join(root, "wp-load.php") in repo:
        framework = framework or "wordpress"
    lock = join(root, "composer.lock")
    locked = (repo.try_parsed(lock, parse_lock) or {}) if lock in repo else {}
    docroot, front = _docroot(repo, root, composer, framework)
    return PhpApp(
        root=root,
        composer=composer,
        framework=framework,
        package=package,
        docroot=docroot,
        front=front,
        locked=locked,
    )


def _docroot(repo: Repo, root: str, composer: Composer | None, framework: str) -> tuple[str | None, str]:
    """Return the folder to serve and the file that proves it."""
    told = _drupal_root(composer)
    for folder in ((told,) if told else ()) + _FOLDERS:
        for name in _FRONT[:2]:
            path = join(root, f"{folder}/{name}")
            if path in repo:
                return folder, path
    if told:
        return told, join(root, "composer.json")
    for name in _FRONT[:1]:
        if join(root, name) in repo:
            return "", join(root, name)
    if framework == "drupal":
        return "web", join(root, "composer.json")
    top = [path for path in repo.suffixed(".php", under=root) if folder_of(path) == root]
    page = join(root, "index.html")
    if page in repo and top:
        return "", page
    return None, ""


def _drupal_root(composer: Composer | None) -> str:
    scaffold = composer.extra.get("drupal-scaffold") if composer else None
    places = scaffold.get("locations") if isinstance(scaffold, dict) else None
    told = places.get("web-root") if isinstance(places, dict) else None
    told = told.removeprefix("./").strip("/") if isinstance(told, str) else ""
    return told if re.fullmatch(r"[\w./-]*", told) and ".." not in told else ""


def required_proof(repo: Repo, app: PhpApp, package: str) -> Evidence:
    """Return the line that requires a package, composer.json (or the front file) where none does."""
    if app.composer is None:
        return repo.proof(app.front)
    return repo.proof(app.composer.path, app.composer.line(package))


def web_command(repo: Repo, app: PhpApp) -> tuple[str, tuple[Evidence, ...], str]:
    """Return the web command, its proof, and the text of the nginx rules it needs ("" for none)."""
    folder = f"{app.docroot}/" if app.docroot else ""
    proof = (repo.proof(app.front),)
    rules = join(app.root, f"{folder}.htaccess")
    if (
        rules in repo
        or not app.package
        or app.framework in ("wordpress", "")
        or not app.front.endswith("index.php")
    ):
        words = ["heroku-php-apache2", *([folder] if folder else [])]
        more = (repo.proof(rules),) if rules in repo else ()
        return command(*words), (*proof, *more), ""
    words = ["heroku-php-nginx", "-C", "nginx_app.conf", *([folder] if folder else [])]
    return command(*words), proof, _NGINX


_NGINX = """\
# Read by heroku-php-nginx: what is no file goes to the front controller.
location / {
    try_files $uri @rewriteapp;
}

location @rewriteapp {
    rewrite ^(.*)$ /index.php$1 last;
}

location ~ ^/index\\.php(/|$) {
    try_files @heroku-fcgi @heroku-fcgi;
    internal;
}
"""


def build_facts(repo: Repo, app: PhpApp, stack: str) -> Iterator[AnyFact]:
    """Yield how Heroku builds a PHP project: runtime, buildpack, what is missing."""
    composer = app.composer
    if composer is None:
        proof = repo.proof(app.front)
        yield Buildpack(stack=stack, root=app.root, name="heroku/php", evidence=(proof,))
        yield File(
            stack=stack,
            root=app.root,
            path=app.manifest,
            text="{}\n",
            why="Heroku knows a PHP app by its composer.json; it may be empty",
            evidence=(proof,),
        )
        return
    line = composer.line("php")
    proof = repo.proof(composer.path, line)
    yield Runtime(
        stack=stack, root=app.root, language="php", asked=composer.requires.get("php", ""), evidence=(proof,)
    )
    yield Buildpack(
        stack=stack,
        root=app.root,
        name="heroku/php",
        why="it installs what composer.json requires",
        evidence=(repo.proof(composer.path),),
    )
    yield from _composer_doubts(repo, app, composer, stack)


def _composer_doubts(repo: Repo, app: PhpApp, composer: Composer, stack: str) -> Iterator[AnyFact]:
    folder = relative(".", app.root)
    lock = join(app.root, "composer.lock")
    if composer.requires and lock not in repo:
        words = ["composer", "update", "--no-install", *(["--working-dir", folder] if folder != "." else [])]
        add = [Raw("&&"), "git", "add", "-f", lock]
        yield Todo(
            stack=stack,
            root=app.root,
            command=command(*words, *add),
            why="Heroku refuses a composer.json with requirements but without composer.lock",
            evidence=(repo.proof(composer.path, composer.document.line("require")),),
        )
    if "php" in composer.dev and "php" not in composer.requires:
        yield Doubt(
            stack=stack,
            root=app.root,
            id="php/version-in-dev",
            message="The PHP version is required for development only; Heroku's build fails on that.",
            remedy='Move "php" from require-dev to require and update composer.lock.',
            evidence=(repo.proof(composer.path, composer.document.line("require-dev", "php")),),
        )
    installed = join(app.root, "vendor/autoload.php")
    if installed in repo:
        yield Doubt(
            stack=stack,
            root=app.root,
            id="php/vendor-committed",
            message="The folder vendor is committed; Heroku installs it anew and warns.",
            remedy=command("git", "rm", "-r", "--cached", join(app.root, "vendor")),
            evidence=(repo.proof(installed),),
        )


def strength_of(app: PhpApp) -> Strength:
    """Return how sure it is that this project is an app: a declared framework with a front file or not."""
    if app.docroot is None:
        return Strength.HINT
    return Strength.FRAMEWORK if app.framework else Strength.GENERIC
