"""How a container starts -> the command with $PORT, and what of the Dockerfile will hurt on Heroku."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from scaffold.families.docker.apps import ImageFile
from scaffold.manifests.dockerfile import Instruction
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, folder_of

_LITERAL = lazy(
    r"(?P<before>(?:--(?:server[._-])?(?:http-)?port[= ]|(?<![\w-])-p[= ]|(?<![\w.])PORT=|"
    r"(?:--bind|--listen|--address|--addr|-b|runserver|runserver_plus)[= ]\S*?:|"
    r"0\.0\.0\.0:|\[::\]:|--listen[= ]|-S \S*?:))(?P<port>\d{2,5})(?!\d|\.\d)"
)
_EXPANDS = lazy(r"\$\{?PORT\b")
_FIXED = lazy(
    r"(^|/)(nginx|httpd|caddy|apache|tomcat|wordpress|php:[^ ]*apache|nginx-unprivileged)(:|-|$|[^/]*$)"
)


@record
class Start:
    """How an image starts: the shell command ("" when it may stay as it is), the fault and its line."""

    command: str
    fault: str
    instruction: Instruction | None


def shell_command(instruction: Instruction) -> str:
    """Return a CMD or ENTRYPOINT as one shell command."""
    words = instruction.words
    if not words:
        return instruction.value
    if len(words) == 3 and words[0].rpartition("/")[2] in ("sh", "bash") and words[1] in ("-c", "-lc"):
        return words[2]
    return " ".join(
        word if _EXPANDS.search(word) and " " not in word else shlex.quote(word) for word in words
    )


def start_of(image: ImageFile, target: str = "") -> Start:
    """Say how an image starts on Heroku, and whether its port would be wrong."""
    cmd = image.content.effective("CMD", target)
    entry = image.content.effective("ENTRYPOINT", target)
    instruction = cmd or entry
    if instruction is None:
        return Start(command="", fault="none", instruction=None)
    for part in (cmd, entry):
        if part is None:
            continue
        text = shell_command(part)
        is_shell = not part.words or text == part.words[-1]
        if _EXPANDS.search(text):
            if is_shell:
                return Start(command="", fault="", instruction=part)
            return Start(command=text if part is cmd or cmd is None else "", fault="exec", instruction=part)
        if _LITERAL.search(text):
            fixed = _LITERAL.sub(lambda found: found["before"] + "$PORT", text)
            usable = part is cmd and (entry is None or not entry.words or _is_script(entry))
            return Start(command=fixed if usable else "", fault="literal", instruction=part)
    return Start(command="", fault="", instruction=instruction)


def _is_script(entry: Instruction) -> bool:
    """Tell whether an entry point is a script that runs what it is given."""
    return any(
        word.endswith(".sh") or "entrypoint" in word or word in ("tini", "/sbin/tini") for word in entry.words
    )


def fixed_port(repo: Repo, image: ImageFile) -> Instruction | None:
    """Return the FROM of a web server image that listens on its own port, where nothing mentions $PORT."""
    chain = image.content.chain()
    if not chain or not _FIXED.search(chain[-1].base.lower()):
        return None
    if "PORT" in repo.text(image.path):
        return None
    folder = folder_of(image.path)
    near = repo.suffixed(".conf", ".template", ".sh", under=folder)[:20]
    if any("PORT" in repo.text(path) for path in near):
        return None
    return Instruction(name="FROM", value=chain[-1].base, line=chain[-1].line)


_APT = lazy(r"\b(?:apt-get|apt|apk)\s+(?:-\S+\s+)*(?:install|add)\b([^&|;]*)")
NOT_ON_HEROKU = frozenset(
    [
        "ffmpeg",
        "tesseract-ocr",
        "poppler-utils",
        "wkhtmltopdf",
        "chromium",
        "chromium-browser",
        "chromium-driver",
        "chromium-chromedriver",
        "google-chrome-stable",
        "firefox-esr",
        "gdal-bin",
        "libgdal-dev",
        "gdal",
        "gdal-dev",
        "libproj-dev",
        "libreoffice",
        "graphviz",
        "pandoc",
        "texlive",
        "texlive-full",
        "texlive-latex-base",
        "texlive-xetex",
        "libopencv-dev",
        "portaudio19-dev",
        "libsndfile1",
        "aria2",
        "mediainfo",
        "p7zip-full",
        "unrar",
        "libzbar0",
        "libzbar-dev",
        "xvfb",
        "libvips",
        "libvips-dev",
        "libvips42",
        "exiftool",
        "libimage-exiftool-perl",
        "jpegoptim",
        "optipng",
        "pngquant",
        "gifsicle",
        "ghostscript",
        "libgl1",
        "libgl1-mesa-glx",
        "default-jre",
        "openjdk-11-jre",
        "openjdk-17-jre",
        "stockfish",
        "qpdf",
        "sox",
        "espeak",
        "libpango-1.0-0",
        "libpangocairo-1.0-0",
        "weasyprint",
        "libsodium-dev",
        "hunspell",
        "nmap",
        "dnsutils",
    ]
)
"""System packages that neither the stack image nor a language buildpack brings."""


def system_packages(image: ImageFile) -> Iterator[tuple[str, int]]:
    """Yield the system packages an image installs that buildpacks do not bring, with their lines."""
    for stage in image.content.stages:
        for instruction in stage.all("RUN"):
            for found in _APT.finditer(instruction.value):
                for word in found[1].split():
                    name = word.partition("=")[0]
                    if name in NOT_ON_HEROKU:
                        yield name, instruction.line


def outside_copies(image: ImageFile) -> Iterator[Instruction]:
    """Yield the COPY and ADD instructions that need a folder above the Dockerfile's own."""
    for stage in image.content.stages:
        for instruction in (*stage.all("COPY"), *stage.all("ADD")):
            sources = [word for word in instruction.value.split() if not word.startswith("--")][:-1]
            if any(word.startswith("../") for word in sources):
                yield instruction


def missing_sources(repo: Repo, image: ImageFile) -> Instruction | None:
    """Return the first COPY whose source is not below the Dockerfile's folder but is below the top."""
    if image.root == ".":
        return None
    for stage in image.content.stages:
        for instruction in stage.all("COPY"):
            if "--from" in instruction.value or instruction.words:
                continue
            words = [word for word in instruction.value.split() if not word.startswith("--")]
            for source in words[:-1]:
                plain = source.removeprefix("./").rstrip("/")
                if not plain or plain == "." or re.search(r"[*?$\[]", plain):
                    continue
                here = f"{image.root}/{plain}"
                if here in repo or repo.has_folder(here):
                    continue
                if plain in repo or repo.has_folder(plain):
                    return instruction
    return None


def starts_by_itself(image: ImageFile) -> bool:
    """Tell whether an image has a command, its own or that of a base image which is a server."""
    if image.command is not None:
        return True
    base = image.content.chain()[-1].base.lower()
    return any(word in base for word in ("nginx", "httpd", "caddy", "apache", "tomcat", "wordpress", "/"))


_MANY = 120
"""More files than this are not searched for the word PORT."""


def ignored_port(repo: Repo, image: ImageFile) -> Instruction | None:
    """Return the EXPOSE of an image whose own files never speak of PORT; None where that is not certain."""
    listed = [item for stage in image.content.chain() for item in stage.all("EXPOSE")]
    exposed = listed[0] if listed else None
    if exposed is None or not re.fullmatch(r"\d+(/tcp)?", exposed.value) or fixed_port(repo, image):
        return None
    near = [path for path in repo.under(image.root) if not _NO_CODE.search(path)]
    if len(near) > _MANY or not any(path.endswith(_CODE) for path in near):
        return None
    return None if any("PORT" in repo.text(path) for path in near) else exposed


_CODE: tuple[str, ...] = (".py", ".js", ".ts", ".rb", ".go", ".rs", ".java", ".kt", ".swift", ".cr", ".ex")
_CODE += (".erl", ".hs", ".ml", ".zig", ".nim", ".lua", ".pl", ".php", ".cs")
_NO_CODE = lazy(
    r"\.(png|jpe?g|gif|svg|ico|woff2?|ttf|mp[34]|pdf|md|rst|lock|css|csv|zip|map)$", re.IGNORECASE
)


def script_port(repo: Repo, image: ImageFile, instruction: Instruction) -> tuple[str, int]:
    """Return the script an image starts and its line with a literal port, ("", 0) without one."""
    for word in re.findall(r"[\w./-]+\.sh\b", instruction.value):
        name = word.rpartition("/")[2]
        path = next((p for p in repo.named(name) if image.root == "." or p.startswith(image.root + "/")), "")
        if not path or _EXPANDS.search(repo.text(path)):
            continue
        for number, line in enumerate(repo.lines(path), 1):
            if not line.lstrip().startswith("#") and _LITERAL.search(line):
                return path, number
    return "", 0


def literal_port(text: str) -> str:
    """Return the port a command names literally, "" where it names none or reads $PORT."""
    found = None if _EXPANDS.search(text) else _LITERAL.search(text)
    return found["port"] if found else ""


def with_port(text: str) -> str:
    """Return a command with a literal port replaced by $PORT."""
    return _LITERAL.sub(lambda found: found["before"] + "$PORT", text) if literal_port(text) else text
