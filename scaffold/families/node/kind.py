"""A package -> what it is: a server, a Next.js app, a site of files, a worker or only tooling."""

from __future__ import annotations

import re

from scaffold.facts import Evidence
from scaffold.families.node.apps import NodeApp, dep_proof
from scaffold.families.node.code import code_of, listen_calls, listens, packages_used, reached, sources
from scaffold.families.node.entry import find_launch
from scaffold.families.node.launch import Launch
from scaffold.families.node.tools import words
from scaffold.manifests.package_json import NodeDep
from scaffold.record import record
from scaffold.repo import Repo, join

SERVERS = words(
    "@nestjs/core express fastify koa @hapi/hapi hapi restify polka hono @hono/node-server "
    "micro sails @feathersjs/feathers @feathersjs/express @adonisjs/core @adonisjs/framework "
    "@loopback/rest loopback @strapi/strapi strapi ghost keystone @keystone-6/core "
    "@keystonejs/keystone parse-server directus @medusajs/medusa nuxt nuxt3 nuxt-edge "
    "@remix-run/serve @remix-run/express @remix-run/node @react-router/serve "
    "@react-router/node @sveltejs/adapter-node @astrojs/node apollo-server @apollo/server "
    "graphql-yoga apollo-server-express mercurius socket.io ws uWebSockets.js moleculer-web "
    "total.js total4 egg thinkjs @midwayjs/koa @midwayjs/web @foal/core actionhero probot "
    "json-server node-red hubot http-server serve connect router h3 nitropack tinyhttp "
    "@tinyhttp/app @marblejs/core @tsed/platform-express routing-controllers "
    "meteor-node-stubs derby flatiron director union geddy compound @payloadcms/next payload "
    "n8n postgraphile peer @redwoodjs/api-server blitz vike oao @ts-rest/express tsoa "
    "@hapi/glue"
)
"""Packages that answer HTTP at run time, the telling ones first."""

BOTS = words(
    "discord.js discord.js-light eris oceanic.js discord-akairo @sapphire/framework "
    "@discordjs/core telegraf grammy node-telegram-bot-api telegram tmi.js twitch-js "
    "@twurple/chat whatsapp-web.js @whiskeysockets/baileys @adiwajshing/baileys baileys "
    "venom-bot mineflayer twit twitter-api-v2 @slack/bolt @slack/rtm-api matrix-bot-sdk "
    "matrix-js-sdk irc irc-framework masto mastodon-api snoowrap revolt.js guilded.js "
    "steam-user"
)
"""Packages of programs that keep a connection open rather than answer HTTP."""

WORKERS = words(
    "bullmq bull agenda @hokify/agenda bee-queue pg-boss graphile-worker kue node-resque "
    "kafkajs amqplib amqp-connection-manager mqtt node-cron cron node-schedule bree "
    "@temporalio/worker sqs-consumer worker-farm faktory-worker rsmq-worker web3 ethers imap "
    "chokidar puppeteer"
)
"""Packages of processes that wait for work."""

BUNDLED = words("nuxt nuxt3 nitropack @sveltejs/adapter-node @astrojs/node @remix-run/dev @react-router/dev")
"""Packages whose build holds all it needs, so that they may be development dependencies."""

SITES = words(
    "react-scripts react-dev-utils @angular/cli @vue/cli-service gatsby @docusaurus/core astro "
    "@11ty/eleventy vitepress vuepress hexo ember-cli preact-cli @rsbuild/core snowpack "
    "@quasar/app @quasar/app-vite @quasar/app-webpack react-app-rewired @craco/craco "
    "@sveltejs/kit umi poi @stencil/core @angular-devkit/build-angular @angular/build vite "
    "parcel parcel-bundler svelte webpack rollup laravel-mix"
)
"""Packages that build a site of files, the telling ones first."""

OTHER_LANGUAGES = words(
    "Gemfile gems.rb requirements.txt Pipfile pyproject.toml setup.py manage.py composer.json "
    "index.php artisan go.mod mix.exs pom.xml build.gradle build.gradle.kts Cargo.toml "
    "pubspec.yaml poetry.lock uv.lock"
)


@record
class Kind:
    """What a package is: `name` is next, server, worker, site or tooling; `dep` the package that says so."""

    name: str
    dep: NodeDep | None = None
    launch: Launch | None = None
    listening: Evidence | None = None
    beside: str = ""

    def evidence(self, repo: Repo, app: NodeApp) -> tuple[Evidence, ...]:
        """Return the lines that prove it."""
        found = [dep_proof(repo, app, self.dep)] if self.dep else []
        found += self.launch.evidence[:2] if self.launch else []
        found += [self.listening] if self.listening else []
        return tuple(dict.fromkeys(found)) or (repo.proof(app.path, 1),)


def kind_of_app(repo: Repo, app: NodeApp) -> Kind:
    """Return what a package is."""
    return repo.once(("node-kind", app.root), lambda: _kind(repo, app))


def _kind(repo: Repo, app: NodeApp) -> Kind:
    beside = next((name for name in OTHER_LANGUAGES if join(app.root, name) in repo), "")
    framework = app.dep("next")
    if framework and _has_next(repo, app):
        return Kind(name="next", dep=framework, launch=find_launch(repo, app), beside=beside)
    server, site = app.prod(*SERVERS), app.dep(*SITES)
    launch = find_launch(repo, app)
    if launch is None:
        if server and not site and not _library(app):
            return Kind(name="server", dep=server, beside=beside)
        return Kind(name="site" if _is_site(repo, app, site) else "tooling", dep=site, beside=beside)
    return _launched(repo, app, launch, beside)


def _launched(repo: Repo, app: NodeApp, launch: Launch, beside: str) -> Kind:
    server, bot, site = app.prod(*SERVERS), app.prod(*BOTS), app.dep(*SITES)
    server = server or (app.dep(*BUNDLED) if launch.built else None)
    listening = _listening(repo, app, launch)
    if launch.framework:
        return Kind(name="server", dep=launch.framework, launch=launch, listening=listening, beside=beside)
    if not launch.script and app.script("start") is None and _library(app):
        return Kind(name="tooling", launch=launch, beside=beside)
    aside = listening is None or not server or _only_fixed(repo, listening)
    if bot and aside and _hooked(repo, bot, launch):
        return Kind(name="server", dep=bot, launch=launch, listening=listening, beside=beside)
    if bot and aside:
        return Kind(name="worker", dep=bot, launch=launch, beside=beside)
    worker = app.prod(*WORKERS)
    if listening or _serves(launch) or (server and not (worker and _closed(repo, launch))):
        return Kind(name="server", dep=server, launch=launch, listening=listening, beside=beside)
    if worker:
        return Kind(name="worker", dep=worker, launch=launch, beside=beside)
    if _is_site(repo, app, site):
        return Kind(name="site", dep=site, beside=beside)
    return Kind(name="server" if launch.script == "start" else "tooling", launch=launch, beside=beside)


def _has_next(repo: Repo, app: NodeApp) -> bool:
    folders = ("pages", "app", "src/pages", "src/app")
    return (
        any(app.at(f"next.config.{end}") in repo for end in ("js", "mjs", "ts", "cjs"))
        or any(repo.has_folder(app.at(folder)) for folder in folders)
        or any("next " in script.text + " " for script in app.package.scripts.values())
    )


def _library(app: NodeApp) -> bool:
    """Tell whether a package is published for others to import rather than run."""
    raw = app.package.document.value
    return "files" in raw or "exports" in raw or "peerDependencies" in raw or bool(app.package.bins)


def _is_site(repo: Repo, app: NodeApp, site: NodeDep | None) -> bool:
    """Tell whether the build makes a whole site: a site tool, or a bundler with an index.html beside it."""
    if site is None or not app.script("build"):
        return False
    if site.name in words("vite webpack rollup parcel parcel-bundler svelte snowpack laravel-mix"):
        pages = ("index.html", "src/index.html", "public/index.html", "app/index.html", "src/index.ejs")
        return any(app.at(page) in repo for page in pages)
    return True


def _serves(launch: Launch) -> bool:
    """Tell whether the command itself is that of a server."""
    return launch.framework is not None or any(step.kind == "serve" for step in launch.steps)


def _listening(repo: Repo, app: NodeApp, launch: Launch) -> Evidence | None:
    paths = reached(repo, launch.file) if launch.file else sources(repo, app.root)
    for path in paths:
        if line := listens(repo, path):
            return repo.proof(path, line)
    return None


def _hooked(repo: Repo, bot: NodeDep, launch: Launch) -> bool:
    """Tell whether a bot is called over HTTP rather than keeping a connection open."""
    code = "\n".join(code_of(repo, path) for path in reached(repo, launch.file)) if launch.file else ""
    if bot.name == "@slack/bolt":
        return bool(code) and not re.search(r"socketMode\s*:\s*(?!false)", code)
    return bool(re.search(r"\bwebhook\s*:|\bwebHook\b|webhookCallback|createWebhook|startWebhook", code))


def _only_fixed(repo: Repo, listening: Evidence) -> bool:
    """Tell whether a bot's listening is an aside: on a port of its own choice."""
    text = code_of(repo, listening.path)
    return "PORT" not in text and any(one.port for one in listen_calls(repo, listening.path))


def _closed(repo: Repo, launch: Launch) -> bool:
    """Tell whether everything the entry file imports was seen, and none of it is a server package."""
    if not launch.file:
        return False
    used = {name for path in reached(repo, launch.file) for name in packages_used(repo.text(path))}
    return bool(used) and used.isdisjoint(SERVERS)
