"""Apps without Rails -> what runs them: config.ru, a Sinatra file, a bot's or worker's own program."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import Evidence
from scaffold.families.ruby.apps import RubyApp
from scaffold.families.ruby.code import Found, code, find, rb_files, top_files
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, is_secondary, join, relative

FRAMEWORKS = (
    "sinatra",
    "hanami",
    "hanami-router",
    "padrino",
    "padrino-core",
    "grape",
    "roda",
    "cuba",
    "camping",
    "ramaze",
    "rack-app",
    "syro",
    "rack-jekyll",
    "rage-rb",
    "bridgetown",
    "lotusrb",
    "scorched",
    "nyny",
    "rack",
    "geminabox",
)
"""Gems that answer HTTP behind config.ru, the specific ones first."""
SITES = ("jekyll", "middleman", "nanoc", "bridgetown", "github-pages", "awestruct")
"""Gems that build a site of files."""
_BOTS = (
    ("discordrb", re.compile(r"\bDiscordrb::(?:Commands::CommandBot|Bot)\.new\b")),
    ("telegram-bot-ruby", re.compile(r"\bTelegram::Bot::Client\.(?:run|new)\b")),
    ("telegram-bot", re.compile(r"\bTelegram::Bot::(?:UpdatesPoller|Client)\b")),
    ("telegram_bot", re.compile(r"\bTelegramBot\.new\b")),
    (
        "slack-ruby-bot",
        re.compile(r"\bSlackRubyBot(?:::\w+)?\b.*(?:\.run\b|<)|\bSlackBot\w*\.run\b|\bSlackRubyBot\b"),
    ),
    ("slack-ruby-client", re.compile(r"\bSlack::RealTime::Client\.new\b")),
    ("cinch", re.compile(r"\bCinch::Bot\.new\b")),
    ("summer", re.compile(r"\bSummer::Connection\.new\b")),
    ("mastodon-api", re.compile(r"\bMastodon::Streaming\b")),
    ("twitter", re.compile(r"\bTwitter::Streaming::Client\.new\b")),
    ("chatterbot", re.compile(r"require\s*[\"']chatterbot/dsl[\"']")),
    ("matrix_sdk", re.compile(r"\bMatrixSdk::(?:Bot|Client)\b")),
)
_CLASSIC = lazy(r"^[ \t]*require\s*\(?\s*[\"']sinatra[\"']", re.M)
_RUNS = lazy(r"^[ \t]*(?:(?:[\w:]+\.)?run!)(?!\w)", re.M)
_SERVES = lazy(
    r"\bWEBrick::HTTPServer\.new\b|\bRack::(?:Handler|Server)\b|\bRackup::Handler\b|\bTCPServer\.(?:new|open)\b"
)
_USUAL = ("main.rb", "app.rb", "bot.rb", "run.rb", "start.rb", "server.rb", "worker.rb", "index.rb")
_STAYS = lazy(r"\bloop\s+do\b|\bwhile\s+true\b|\bsleep\b|\.join\b|\bEM\.run\b|EventMachine\.run|\bAsync\b")


@record
class Program:
    """A Ruby file to run by itself: how, the proof, the gem it runs on, whether it answers HTTP."""

    path: str
    words: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    gem: str = ""
    serves: bool = False
    stays: bool = True


def rackup_file(repo: Repo, app: RubyApp) -> str:
    """Return the path of the rackup file that serves an app, "" for none; the usual name first."""
    usual = join(app.root, "config.ru")
    if usual in repo:
        return usual
    found = [
        path
        for path in top_files(repo, app.root, ".ru")
        if re.search(r"^[ \t]*run\b", code(repo, path), re.M)
    ]
    inner = [
        path for path in repo.named("config.ru") if path.startswith(f"{app.root}/" if app.root != "." else "")
    ]
    inner = [path for path in inner if not is_secondary(relative(app.root, path)) and "vendor/" not in path]
    return next(iter((*found, *inner)), "")


def sinatra_program(repo: Repo, app: RubyApp) -> Program | None:
    """Return the file that runs Sinatra by itself (classic style, or a class with `run!`)."""
    gem = app.proof(repo, "sinatra")
    if gem is None:
        return None
    files = sorted(_places(repo, app), key=lambda path: path.rpartition("/")[2] not in _USUAL)
    classic = find(repo, files, _CLASSIC, "sinatra")
    runs = find(repo, [path for path in files if "inatra" in repo.text(path)], _RUNS, "run!")
    found = runs or classic
    if found is None:
        return None
    words = ("bundle", "exec", "ruby", relative(app.root, found.path))
    return Program(path=found.path, words=words, evidence=(gem, found.evidence), gem="sinatra", serves=True)


def bot_program(repo: Repo, app: RubyApp, *, beside: bool = False) -> Program | None:
    """Return the program of a chat bot whose gem is installed; `beside` a web app it stands apart."""
    places = (*top_files(repo, app.root), *rb_files(repo, app.root, "bin", "bot", "bots"))
    places = places if beside else _places(repo, app)
    for name, pattern in _BOTS:
        gem = app.proof(repo, name)
        if gem is None:
            continue
        found = find(repo, places, pattern)
        if found is None:
            continue
        path = _entry(repo, app, found)
        words = ("bundle", "exec", "ruby", relative(app.root, path))
        return Program(path=path, words=words, evidence=(gem, found.evidence), gem=name)
    return None


def plain_program(repo: Repo, app: RubyApp) -> Program | None:
    """Return the script that a plain Ruby app seems to be: the usual name, or the only file at its root."""
    here = [path for path in top_files(repo, app.root) if path.rpartition("/")[2] != "gems.rb"]
    named = [path for name in _USUAL for path in here if path.rpartition("/")[2] == name]
    path = next(iter(named), here[0] if len(here) == 1 else "")
    if not path:
        return None
    text = code(repo, path)
    serves = bool(_SERVES.search(text)) and "PORT" in text
    return Program(
        path=path,
        words=("bundle", "exec", "ruby", relative(app.root, path)),
        evidence=(repo.proof(path, 1),),
        serves=serves,
        stays=serves or bool(_STAYS.search(text)),
    )


def _places(repo: Repo, app: RubyApp) -> tuple[str, ...]:
    folders = ("bin", "lib", "src", "app", "bot", "bots", "server", "exe", "scripts")
    return (*top_files(repo, app.root), *rb_files(repo, app.root, *folders))


def _entry(repo: Repo, app: RubyApp, found: Found) -> str:
    """Return the file to start: a usual name of the root that loads the one found, else that one itself."""
    stem = found.path.rpartition("/")[2].removesuffix(".rb")
    for path in top_files(repo, app.root):
        text = code(repo, path)
        if path != found.path and re.search(rf"\brequire\w*[\s(]+[\"'][^\"']*\b{re.escape(stem)}[\"']", text):
            return path
    return found.path


def site_gem(repo: Repo, app: RubyApp) -> tuple[str, Evidence] | None:
    """Return the gem that builds a site of files, with its proof."""
    for name in SITES:
        declared = next((gem for gem in app.gemfile.gems if gem.name == name), None)
        if declared:
            return name, repo.proof(app.manifest, declared.line)
    return None


def frameworks(app: RubyApp) -> Iterator[tuple[str, Evidence]]:
    """Yield the web frameworks that are declared for production."""
    for name in FRAMEWORKS:
        if found := app.gem(name):
            yield name, found
