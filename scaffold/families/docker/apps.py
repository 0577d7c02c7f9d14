"""The Dockerfiles and compose services a repository could be deployed by, with what each would run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.manifests import compose, dockerfile
from scaffold.manifests.compose import Compose, Service
from scaffold.manifests.dockerfile import Dockerfile, Instruction
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, folder_of, is_secondary, join

COMPOSE_FILES = [
    "docker-compose.prod.yml",
    "docker-compose.prod.yaml",
    "docker-compose.production.yml",
    "docker-compose.production.yaml",
    "docker-compose-production.yml",
    "docker-compose-prod.yml",
    "compose.prod.yml",
    "compose.prod.yaml",
    "compose.production.yml",
    "production.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
    "compose.yml",
    "compose.yaml",
]
"""Compose files, those for production first; files named for development or tests do not count."""

_DEVELOPMENT = lazy(
    r"(^|[^a-z])(dev|devel|development|devcontainer|test|tests|testing|ci|local|debug|lint|docs?|gitpod|bench|"
    r"e2e|base|builder|cypress|example|sample|arm(64|32)?(v\d)?|windows|old)([^a-z]|$)",
    re.IGNORECASE,
)
_PRODUCTION = ("", "prod", "production", "release", "heroku", "web", "app", "server", "api", "deploy")
_WORKERS = lazy(r"worker|sidekiq|celery|queue|jobs?$|consumer|dramatiq|huey|rq", re.IGNORECASE)
_CLOCKS = lazy(r"beat|clock|scheduler|cron", re.IGNORECASE)
_WEB = lazy(r"^(web|app|api|server|backend|django|flask|rails|site|www|http|main|frontend|node|php)", re.I)


@record
class ImageFile:
    """A Dockerfile that could be deployed: `root` its folder, `process` the type its name says ("" none)."""

    path: str
    root: str
    process: str
    content: Dockerfile

    @property
    def command(self) -> Instruction | None:
        """Return what starts the container: CMD, or ENTRYPOINT without one."""
        return self.content.effective("CMD") or self.content.effective("ENTRYPOINT")


def image_files(repo: Repo) -> tuple[ImageFile, ...]:
    """Return the Dockerfiles that are not for development, tests or CI, shallow ones first."""
    return repo.once(("docker", "files"), lambda: tuple(_image_files(repo)))


def _image_files(repo: Repo) -> Iterator[ImageFile]:
    for path in _named_dockerfile(repo):
        said = path.rpartition("/")[2].lower().replace("containerfile", "dockerfile")
        label = said.replace("dockerfile", "").strip("._-")
        folders = folder_of(path)
        hidden = any(part.startswith(".") and part != "." for part in folders.split("/"))
        if hidden or is_secondary(path) or _DEVELOPMENT.search(label) or _DEVELOPMENT.search(_aside(folders)):
            continue
        content = repo.parsed(path, dockerfile.parse)
        if content.stages and not _is_backing(content):
            yield ImageFile(path=path, root=folders, process=_process_of(label), content=content)


def image_at(repo: Repo, path: str) -> ImageFile | None:
    """Return a Dockerfile that a person names, whatever it is called; None where it has no stage."""
    content = repo.parsed(path, dockerfile.parse)
    if not content.stages:
        return None
    return ImageFile(path=path, root=folder_of(path), process="", content=content)


def _is_backing(content: Dockerfile) -> bool:
    """Tell whether an image is a database, a cache or a proxy beside an app, rather than an app."""
    base = content.chain()[-1].base
    name = base.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()
    if role_of(base) or name in ("traefik", "haproxy", "varnish", "prometheus", "grafana", "alertmanager"):
        return True
    if name not in ("nginx", "caddy", "httpd"):
        return False
    copies = [item for stage in content.stages for item in (*stage.all("COPY"), *stage.all("ADD"))]
    return all(re.search(r"\.conf|\.template|Caddyfile|certs?/|ssl/", item.value) for item in copies)


def _named_dockerfile(repo: Repo) -> list[str]:
    def keep() -> list[str]:
        found = repo.where(
            lambda path: "ockerfile" in path or "DOCKERFILE" in path or path.endswith("Containerfile")
        )
        plain = re.compile(
            r"(^|/)(dockerfile([._-][\w.-]*)?|[\w.-]+\.dockerfile|containerfile)$", re.IGNORECASE
        )
        return sorted(
            (path for path in found if plain.search(path)), key=lambda path: (path.count("/"), path)
        )

    return repo.once(("docker", "names"), keep)


def _aside(folders: str) -> str:
    """Return the part of a folder path that says what the image is for ("docker/dev")."""
    parts = folders.split("/")
    return "/".join(parts[parts.index("docker") + 1 :]) if "docker" in parts else ""


def _process_of(label: str) -> str:
    if label in _PRODUCTION:
        return "web" if label in ("web", "app", "server", "api") else ""
    if _CLOCKS.search(label):
        return "clock"
    if _WORKERS.search(label):
        return "worker"
    return re.sub(r"[^a-z0-9]", "", label)


def compose_paths(repo: Repo) -> tuple[str, ...]:
    """Return the paths of compose files outside tests and examples, those for production first."""
    paths = [
        path
        for path in repo.named(*COMPOSE_FILES)
        if not is_secondary(path) and not any(part.startswith(".") for part in path.split("/")[:-1])
    ]
    paths.sort(key=lambda path: (path.count("/"), COMPOSE_FILES.index(path.rpartition("/")[2]), path))
    return tuple(paths)


def compose_files(repo: Repo) -> tuple[Compose, ...]:
    """Return the compose files that have services, in the order of `compose_paths`."""

    def read() -> tuple[Compose, ...]:
        found = (repo.try_parsed(path, compose.parse) for path in compose_paths(repo))
        return tuple(item for item in found if item is not None and item.services)

    return repo.once(("docker", "compose"), read)


def is_production(path: str) -> bool:
    """Tell whether a compose file is named for production."""
    return "prod" in path.rpartition("/")[2]


@record
class Built:
    """A compose service that is built here: its compose file, the Dockerfile's path, its process type."""

    compose: str
    service: Service
    dockerfile: str
    process: str


def built_services(repo: Repo) -> tuple[Built, ...]:
    """Return the compose services built from this repository that are no development tools."""
    return repo.once(("docker", "built"), lambda: tuple(_built_services(repo)))


def _built_services(repo: Repo) -> Iterator[Built]:
    for file in compose_files(repo):
        building = [
            s for s in file.services if s.context and not _DEVELOPMENT.search(s.name) and not s.profiles
        ]
        for service in building:
            context = join(folder_of(file.path), service.context)
            path = join(context, service.dockerfile or "Dockerfile")
            if path in repo:
                yield Built(
                    compose=file.path,
                    service=service,
                    dockerfile=path,
                    process=_service_process(service, building),
                )


def _service_process(service: Service, building: list[Service]) -> str:
    text = f"{service.name} {service.command}"
    if _CLOCKS.search(service.name):
        return "clock"
    if _WORKERS.search(service.name):
        return "worker"
    if service.ports or _WEB.match(service.name) or len(building) == 1:
        return "web"
    if _CLOCKS.search(text):
        return "clock"
    return "worker" if _WORKERS.search(text) else re.sub(r"[^a-z0-9]", "", service.name.lower()) or "worker"


SERVICES = {
    "postgres": "postgres postgresql postgis pgvector timescaledb bitnami/postgresql supabase/postgres",
    "redis": "redis redis-stack redis-stack-server valkey keydb bitnami/redis dragonfly",
    "mysql": "mysql mariadb percona mysql-server bitnami/mysql bitnami/mariadb",
    "mongodb": "mongo mongodb bitnami/mongodb mongodb-community-server",
    "rabbitmq": "rabbitmq bitnami/rabbitmq",
    "memcached": "memcached bitnami/memcached",
    "elasticsearch": "elasticsearch opensearch bitnami/elasticsearch",
    "kafka": "kafka cp-kafka bitnami/kafka redpanda",
}
_BY_IMAGE = {name: role for role, names in SERVICES.items() for name in names.split()}


def role_of(image: str) -> str:
    """Return the backing service an image is ("postgres:16-alpine" -> "postgres"), "" for any other."""
    bare = image.partition("@")[0]
    last = bare.rpartition("/")[2].partition(":")[0].lower()
    return _BY_IMAGE.get(last, "")


_MANIFESTS = [
    "requirements.txt",
    "pyproject.toml",
    "Pipfile",
    "setup.py",
    "package.json",
    "Gemfile",
    "composer.json",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "Cargo.toml",
    "mix.exs",
    "pubspec.yaml",
    "build.sbt",
    "project.clj",
    "deps.edn",
]


def buildpack_could_build(repo: Repo, root: str) -> bool:
    """Tell whether a folder holds a manifest that some buildpack builds from."""
    here = "" if root == "." else root + "/"
    return any(here + name in repo for name in _MANIFESTS) or bool(repo.suffixed(".csproj", under=root))


_CHAT = lazy(
    r"^[\s\"'-]*(?:discord(?:\.py|\.js|-py)?|py-cord|nextcord|disnake|aiogram|telethon|pyrogram|telegraf|grammy|"
    r"python-telegram-bot|pytelegrambotapi|node-telegram-bot-api|twitchio|tmi\.js)(?![\w-])",
    re.MULTILINE | re.IGNORECASE,
)
_FRAMEWORKS = lazy(
    r"^[\s\"'-]*(?:flask|fastapi|django|quart|sanic|starlette|streamlit|express|fastify|koa|hapi|hono|@nestjs/core)(?![\w-])",
    re.MULTILINE | re.IGNORECASE,
)
_DECLARING = ("requirements.txt", "Pipfile", "pyproject.toml", "package.json")


def is_bot(repo: Repo, image: ImageFile, services: list[Built]) -> bool:
    """Tell whether an image talks to a chat service and opens no port."""
    stages = image.content.stages
    if any(stage.all("EXPOSE") for stage in stages) or any(built.service.ports for built in services):
        return False
    if re.search(
        r"PORT\b|\b(?:gunicorn|uvicorn|hypercorn|daphne|waitress|next|serve)\b", repo.text(image.path)
    ):
        return False
    manifests = [path for name in _DECLARING if (path := join(image.root, name)) in repo]
    declared = "\n".join(repo.text(path) for path in manifests)
    return _CHAT.search(declared) is not None and _FRAMEWORKS.search(declared) is None
