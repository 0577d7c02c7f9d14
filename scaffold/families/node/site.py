"""A package that builds a site of files -> the folder it builds to, and the nginx that serves it.

nginx comes by its own buildpack: nothing has to be added to the dependencies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffold.facts import AnyFact, Buildpack, Doubt, Evidence, File, Process
from scaffold.families.node.apps import NodeApp, dep_proof
from scaffold.families.node.build import build_script, build_steps
from scaffold.families.node.code import code_of
from scaffold.families.node.scripts import proof_of
from scaffold.manifests.json_file import parse_object
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, join

_SAFE = lazy(r"[A-Za-z0-9_@.-]+(?:/[A-Za-z0-9_@.-]+)*")

_FOLDERS = (
    ("next", "out", "distDir"),
    ("react-scripts", "build", ""),
    ("@craco/craco", "build", ""),
    ("react-app-rewired", "build", ""),
    ("react-dev-utils", "build", ""),
    ("@vue/cli-service", "dist", "outputDir"),
    ("gatsby", "public", ""),
    ("@docusaurus/core", "build", ""),
    ("astro", "dist", "outDir"),
    ("@sveltejs/kit", "build", ""),
    ("@11ty/eleventy", "_site", "output"),
    ("vitepress", ".vitepress/dist", ""),
    ("hexo", "public", ""),
    ("ember-cli", "dist", ""),
    ("preact-cli", "build", ""),
    ("@quasar/app", "dist/spa", "distDir"),
    ("@quasar/app-vite", "dist/spa", "distDir"),
    ("@quasar/app-webpack", "dist/spa", "distDir"),
    ("@stencil/core", "www", ""),
    ("nuxt", "dist", ""),
    ("vite", "dist", "outDir"),
    ("parcel", "dist", ""),
    ("parcel-bundler", "dist", ""),
    ("snowpack", "build", "out"),
    ("@rsbuild/core", "dist", ""),
    ("umi", "dist", "outputPath"),
    ("webpack", "dist", ""),
    ("rollup", "public", ""),
)
"""Site tools: the folder they build to by default, and the key of their config file that changes it."""

_CONFIGS = {
    "next": "next.config",
    "@vue/cli-service": "vue.config",
    "astro": "astro.config",
    "vite": "vite.config",
    "@11ty/eleventy": ".eleventy",
    "snowpack": "snowpack.config",
    "@quasar/app": "quasar.conf",
    "@quasar/app-vite": "quasar.config",
    "@quasar/app-webpack": "quasar.config",
    "webpack": "webpack.config",
}

_PAGES = ("next", "gatsby", "@docusaurus/core", "astro", "@11ty/eleventy", "vitepress", "hexo")
"""Tools that write a page per address: an unknown address is a 404, not the app."""

_FLAG = lazy(r"(?:--outDir|--dist-dir|--out-dir|--output-path|--output|--dest|-d)[ =]([\w./-]+)")


@record
class Site:
    """Where the files are once built (seen from the app), and if one page serves every address."""

    folder: str
    single_page: bool
    evidence: tuple[Evidence, ...]


def find_site(repo: Repo, app: NodeApp) -> Site | None:
    """Return where the build of an app puts its site, None where it cannot be told."""
    if app.at("angular.json") in repo:
        return _angular(repo, app)
    for name, folder, key in _FOLDERS:
        dep = app.dep(name)
        if dep is None:
            continue
        found, proofs = _configured(repo, app, name, key)
        flagged = _flagged(repo, app)
        proofs = (*flagged[1], *proofs, dep_proof(repo, app, dep))
        place = (flagged[0] or found or folder).removeprefix("./").strip("/")
        return Site(folder=place, single_page=name not in _PAGES, evidence=proofs)
    return None


def site_facts(repo: Repo, app: NodeApp, site: Site, stack: str) -> Iterator[AnyFact]:
    """Yield the web process, buildpack and nginx configuration that serve a built site."""
    yield from nginx_facts(
        repo,
        stack=stack,
        root=app.root,
        folder=site.folder,
        single_page=site.single_page,
        evidence=site.evidence,
    )
    if not build_script(app) and not any(step.kind == "build" for step in build_steps(repo, app)):
        yield Doubt(
            stack=stack,
            root=app.root,
            id="node/no-build",
            message=f"{app.path} has no build script, so Heroku makes no {site.folder}.",
            remedy="Add a build script that makes it.",
            evidence=site.evidence,
        )


def nginx_facts(
    repo: Repo,
    *,
    stack: str,
    root: str,
    folder: str,
    single_page: bool,
    evidence: tuple[Evidence, ...],
) -> Iterator[AnyFact]:
    """Yield what serves a folder of files with nginx."""
    if folder != "." and (not _SAFE.fullmatch(folder) or ".." in folder):
        yield Doubt(
            stack=stack,
            root=root,
            id="static/odd-folder",
            message=f"the site is built to {folder!r}, which cannot be served from the app's folder.",
            remedy="Build to a folder of plain letters inside it.",
            evidence=evidence,
        )
        return
    place = "the repository's own folder" if folder == "." else folder
    yield Process(
        stack=stack,
        root=root,
        name="web",
        command="bin/start-nginx-static",
        tool="nginx",
        evidence=evidence,
        why=f"the files of {place} are the site; nginx serves them on $PORT.",
    )
    yield Buildpack(
        stack=stack,
        root=root,
        name="heroku-community/nginx",
        position=95,
        evidence=evidence,
        why="it brings nginx and bin/start-nginx-static.",
    )
    path = join(root, "config/nginx.conf.erb")
    if path not in repo:
        yield File(
            stack=stack,
            root=root,
            path=path,
            text=nginx_config(folder, single_page=single_page),
            evidence=evidence,
            why=f"nginx must know that the site is in {place}.",
        )


def nginx_config(folder: str, *, single_page: bool) -> str:
    """Return the configuration of heroku-community/nginx for a folder of files."""
    top = "/app" if folder == "." else f"/app/{folder}"
    tries = "$uri $uri/ /index.html" if single_page else "$uri $uri.html $uri/ =404"
    private = "\\.(?!well-known)|(?:Procfile|app\\.json|config/|bin/|config-vars\\.toml|package)"
    hidden = f"\t\tlocation ~ ^/(?:{private}) {{\n\t\t\treturn 404;\n\t\t}}\n" if folder == "." else ""
    missing = "" if single_page else "\t\terror_page 404 /404.html;\n"
    return _CONFIG.replace("@ROOT@", top).replace("@TRIES@", tries).replace("@HIDDEN@", hidden + missing)


_CONFIG = """\
daemon off;
pid /app/nginx.pid;
error_log stderr info;
worker_processes <%= ENV['NGINX_WORKERS'] || 4 %>;

events {
	use epoll;
	accept_mutex on;
	worker_connections <%= ENV['NGINX_WORKER_CONNECTIONS'] || 1024 %>;
}

http {
	gzip on;
	gzip_comp_level 2;
	gzip_min_length 512;
	gzip_proxied any;
	gzip_types text/css text/plain text/javascript application/javascript application/json image/svg+xml;

	server_tokens off;
	access_log /dev/stdout;
	include mime.types;
	default_type application/octet-stream;
	sendfile on;

	server {
		listen <%= ENV['PORT'] %>;
		server_name _;
		port_in_redirect off;
		keepalive_timeout 95;
		root @ROOT@;

		if ($http_x_forwarded_proto = "http") {
			return 301 https://$host$request_uri;
		}
@HIDDEN@
		location / {
			try_files @TRIES@;
		}
	}
}
"""


def _configured(repo: Repo, app: NodeApp, name: str, key: str) -> tuple[str, tuple[Evidence, ...]]:
    base = _CONFIGS.get(name)
    if not base:
        return "", ()
    for suffix in (".js", ".ts", ".mjs", ".cjs", ".mts"):
        path = app.at(base + suffix)
        if path not in repo:
            continue
        text = code_of(repo, path)
        literal = rf"\b{key}\s*:\s*[\"']([^\"'\n]+)[\"']" if key else r"$^"
        here = r"(?:path\.)?(?:resolve|join)\(\s*(?:__dirname|process\.cwd\(\))\s*,\s*"
        resolved = rf"\b{key or 'path'}\s*:\s*{here}[\"']([^\"'\n]+)[\"']"
        found = re.search(literal, text) or re.search(resolved, text)
        if found:
            return found[1], (repo.proof(path, text.count("\n", 0, found.start(1)) + 1),)
    return "", ()


def _flagged(repo: Repo, app: NodeApp) -> tuple[str, tuple[Evidence, ...]]:
    for step in build_steps(repo, app):
        if step.app.root != app.root:
            continue
        environment = [word[11:] for word in step.simple.sets if word.startswith("BUILD_PATH=")]
        found = _FLAG.search(step.simple.text)
        if environment or (found and step.kind == "build"):
            return environment[0] if environment else (found[1] if found else ""), (proof_of(repo, step),)
    return "", ()


def _angular(repo: Repo, app: NodeApp) -> Site | None:
    path = app.at("angular.json")
    document = repo.try_parsed(path, parse_object)
    projects = document.at("projects") if document else None
    if not isinstance(projects, dict) or document is None:
        return None
    preferred = document.at("defaultProject")
    names = sorted(projects, key=lambda name: name != preferred)
    for name in names:
        project: Any = projects[name]
        targets = project.get("architect") or project.get("targets") if isinstance(project, dict) else None
        build = targets.get("build") if isinstance(targets, dict) else None
        if (
            not isinstance(build, dict)
            or not isinstance(project, dict)
            or project.get("projectType") == "library"
        ):
            continue
        options = build.get("options")
        out = options.get("outputPath") if isinstance(options, dict) else None
        base = out.get("base") if isinstance(out, dict) else out
        browser = out.get("browser", "browser") if isinstance(out, dict) else "browser"
        application = str(build.get("builder", "")).endswith(":application")
        folder = base if isinstance(base, str) and base else f"dist/{name}"
        whole = f"{folder}/{browser}".rstrip("/") if application else folder
        line = repo.line_of(path, r'"outputPath"') or document.line("projects", name)
        return Site(folder=whole.removeprefix("./"), single_page=True, evidence=(repo.proof(path, line),))
    return None
