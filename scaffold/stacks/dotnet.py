""".NET: ASP.NET Core apps, workers and bots, which heroku/dotnet publishes to bin/publish of each project."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import (
    AnyFact,
    Buildpack,
    ConfigVar,
    Doubt,
    Evidence,
    Process,
    Raw,
    Runtime,
    Strength,
    Uses,
    command,
)
from scaffold.families.dotnet import doubts, sources
from scaffold.families.service_urls import addons
from scaffold.manifests.dotnet_project import DotnetProject, parse, parse_solution
from scaffold.policy import table
from scaffold.record import replace
from scaffold.repo import Repo, folder_of, is_secondary, join, relative
from scaffold.stacks import Stack

_PROJECTS = (".csproj", ".fsproj", ".vbproj")
_BOTS = (
    "Discord.Net",
    "DSharpPlus",
    "Telegram.Bot",
    "NetCord",
    "Remora.Discord",
    "SlackNet",
    "TwitchLib",
    "VkNet",
)
_DRIVERS = {
    "Npgsql.EntityFrameworkCore.PostgreSQL": "postgres",
    "Npgsql": "postgres",
    "Marten": "postgres",
    "Pomelo.EntityFrameworkCore.MySql": "mysql",
    "MySql.EntityFrameworkCore": "mysql",
    "MySqlConnector": "mysql",
    "MySql.Data": "mysql",
    "StackExchange.Redis": "redis",
    "Microsoft.Extensions.Caching.StackExchangeRedis": "redis",
    "MongoDB.Driver": "mongodb",
    "RabbitMQ.Client": "rabbitmq",
    "Confluent.Kafka": "kafka",
}


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of the .NET projects that run, by build root; hints for libraries."""
    groups: dict[str, list[DotnetProject]] = {}
    roots = _solutions(repo)
    for path in repo.suffixed(*_PROJECTS)[:200]:
        project = repo.try_parsed(path, parse)
        if project is not None:
            project = _completed(repo, project)
            groups.setdefault(_root(path, roots), []).append(project)
    for root, projects in groups.items():
        yield from _group(repo, root, projects)


def _completed(repo: Repo, project: DotnetProject) -> DotnetProject:
    """Return a project with the target framework of the nearest Directory.Build.props where it has none."""
    here = folder_of(project.path)
    while not project.framework and project.sdk:
        for name in ("Directory.Build.props", "Directory.Packages.props"):
            shared = repo.try_parsed(path, parse) if (path := join(here, name)) in repo else None
            if shared and shared.framework:
                return replace(project, framework=shared.framework)
        if here == ".":
            break
        here = folder_of(here)
    return project


def _solutions(repo: Repo) -> dict[str, str]:
    """Map each project that a solution lists to the solution's folder."""
    found: dict[str, str] = {}
    for path in repo.suffixed(".sln", ".slnx")[:20]:
        for project in repo.parsed(path, parse_solution):
            found.setdefault(join(folder_of(path), project), folder_of(path))
    return found


def _root(path: str, solutions: dict[str, str]) -> str:
    return solutions.get(path, folder_of(path))


def _kind(project: DotnetProject) -> str:
    """Say what a project is: web, worker, or "" for a library, a test or something of the desktop."""
    if not project.framework.startswith("net") or project.sdk == "Microsoft.NET.Sdk.BlazorWebAssembly":
        return ""
    if "Microsoft.NET.Test.Sdk" in project.packages or re.search(
        r"-(?:android|ios|windows|maccatalyst)", project.framework
    ):
        return ""
    if project.sdk == "Microsoft.NET.Sdk.Web":
        return "web" if project.output.lower() != "library" else ""
    if project.sdk == "Microsoft.NET.Sdk.Worker":
        return "worker"
    if project.output.lower() == "exe":
        if any(name.startswith("Microsoft.AspNetCore.App") for name in project.packages):
            return "web"
        if any(name.startswith(_BOTS) for name in project.packages):
            return "worker"
    return ""


def _group(repo: Repo, root: str, projects: list[DotnetProject]) -> Iterator[AnyFact]:
    aside = [p for p in projects if not is_secondary(relative(root, p.path)) or len(projects) == 1]
    running = [(p, kind) for p in aside if (kind := _kind(p))]
    webs = sorted((p for p, kind in running if kind == "web"), key=_rank)
    workers = [p for p, kind in running if kind == "worker"]
    main = webs[0] if webs else workers[0] if workers else None
    if main is None:
        yield from _hint(repo, root, projects)
        return
    proof = _proof(repo, main)
    yield Uses(
        stack="dotnet",
        root=root,
        weight=5 if webs else 2,
        serves=bool(webs),
        evidence=(proof, *_program(repo, main)),
        why=f"{main.path} is {'a web' if webs else 'a worker'} project of .NET ({main.sdk})",
    )
    for project, name in (
        (main, "web" if webs else "worker"),
        *((w, "worker") for w in workers if w is not main),
    ):
        yield _process(repo, root, project, name)
    yield from _build(repo, root, main, proof)
    if webs:
        yield from doubts(repo, root, main)
    files = sources(repo, main)
    inside = [
        (p, n)
        for p in projects
        for n in p.packages
        if n in _DRIVERS and not is_secondary(relative(root, p.path))
    ]
    drivers = [(_DRIVERS[name], repo.proof(p.path, p.packages[name])) for p, name in inside]
    yield from addons(repo, stack="dotnet", root=root, drivers=drivers, sources=files)


def _rank(project: DotnetProject) -> tuple[int, int, str]:
    stem = project.path.rpartition("/")[2].rpartition(".")[0].lower()
    site = re.search(r"(?:web|site|mvc|frontend)$", stem) is not None
    other = re.search(r"identity|admin|worker|job|webhook", stem) is not None
    server = re.search(r"gateway|web|server|host|api|app", stem) is not None
    return (int(other) * 3 - int(site) - int(server), project.path.count("/"), project.path)


def _proof(repo: Repo, project: DotnetProject) -> Evidence:
    line = repo.line_of(project.path, r"<Project\b|<Sdk\b")
    return repo.proof(project.path, line)


def _program(repo: Repo, project: DotnetProject) -> tuple[Evidence, ...]:
    folder = folder_of(project.path)
    return tuple(
        repo.proof(path)
        for name in ("Program.cs", "Program.fs", "Startup.cs")
        if (path := join(folder, name)) in repo
    )[:1]


def _process(repo: Repo, root: str, project: DotnetProject, name: str) -> Process:
    inside = relative(root, folder_of(project.path)) if folder_of(project.path) != root else ""
    words = ["cd", f"{inside}/bin/publish" if inside else "bin/publish", Raw("&&"), f"./{project.assembly}"]
    if name == "web":
        words += ["--urls", Raw("http://*:$PORT")]
    return Process(
        stack="dotnet",
        root=root,
        name=name,
        command=command(*words),
        evidence=(_proof(repo, project),),
        tool="" if name == "web" else re.sub(r"[^a-z0-9]", "", project.assembly.lower()),
        why=f"`dotnet publish` puts {project.assembly} there",
    )


def _build(repo: Repo, root: str, main: DotnetProject, proof: Evidence) -> Iterator[AnyFact]:
    line = repo.proof(main.path, main.framework_line)
    version = re.match(r"net(?:coreapp)?(\d+)\.(\d+)", main.framework)
    asked = f"{version[1]}.{version[2]}" if version else main.framework
    yield Runtime(stack="dotnet", root=root, language="dotnet", asked=asked, evidence=(line,))
    yield Buildpack(
        stack="dotnet",
        root=root,
        name="heroku/dotnet",
        evidence=(proof,),
        why="it publishes the project or solution",
    )
    oldest = int(table("dotnet")["oldest"])
    if version and int(version[1]) < oldest:
        yield Doubt(
            stack="dotnet",
            root=root,
            id="dotnet/old-framework",
            evidence=(line,),
            message=f"{main.framework} is too old: Heroku's buildpack installs .NET {oldest} and later.",
            remedy=f"Set TargetFramework to net{oldest}.0 or later.",
        )
    yield from _top(repo, root, main)


def _top(repo: Repo, root: str, main: DotnetProject) -> Iterator[AnyFact]:
    """Yield which of several solutions to build, or the doubt that the buildpack refuses several projects."""
    solutions = [path for path in repo.suffixed(".sln", ".slnx", under=root) if folder_of(path) == root]
    projects = [path for path in repo.suffixed(*_PROJECTS, under=root) if folder_of(path) == root]
    holding = [s for s in solutions if main.path in {join(root, p) for p in repo.parsed(s, parse_solution)}]
    if len(solutions) > 1 and holding:
        chosen = min(holding, key=lambda path: len(repo.parsed(path, parse_solution)))
        name = relative(root, chosen)
        yield ConfigVar(
            stack="dotnet",
            root=root,
            name="SOLUTION_FILE",
            value=name,
            stage="build",
            description="Which of the solutions Heroku builds",
            evidence=(repo.proof(chosen),),
        )
    elif not solutions and len(projects) > 1:
        yield Doubt(
            stack="dotnet",
            root=root,
            id="dotnet/several-at-root",
            message="Several projects are at the top of the build: the buildpack refuses that.",
            remedy="Put them into folders and add a solution.",
            evidence=tuple(map(repo.proof, projects[:3])),
        )


def _hint(repo: Repo, root: str, projects: list[DotnetProject]) -> Iterator[AnyFact]:
    first = projects[0]
    old = first.framework.startswith("v")
    yield Uses(
        stack="dotnet",
        root=root,
        strength=Strength.HINT,
        serves=False,
        evidence=(repo.proof(first.path, first.framework_line),),
        why="a project of the .NET Framework runs on Windows only"
        if old
        else f"{first.path} is no program that serves or waits for work",
    )


MARKS = ("*.csproj", "*.fsproj", "*.vbproj", "*.sln", "*.slnx", "*.cs")
STACK = Stack(name="dotnet", title=".NET", language="dotnet", detect=detect)
