"""sbt and Leiningen builds -> apps, by the literal values of build.sbt and project.clj."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.families.code_text import code, find_each
from scaffold.families.jvm.apps import Archive, JvmApp
from scaffold.patterns import lazy
from scaffold.repo import Repo, folder_of, join

_NAME = lazy(r"""\bname\s*:=\s*"{1,3}([^"]+)\"""")
_SBT_DEP = lazy(r""""[\w.-]+"\s*%%?%?\s*"([\w.-]+)\"""")
_NATIVE = lazy(
    r"enablePlugins\([^)]*\b(PlayScala|PlayJava|PlayService|Play\w*|JavaAppPackaging|JavaServerAppPackaging)\b|\b(packageArchetype)"
)
_LEIN = lazy(r"""\(defproject\s+([\w./-]+)\s+"([^"]+)\"""")
_LEIN_DEP = lazy(r"""\[\s*(?:[\w.-]+/)?([\w.-]+)\s+"[^"]+\"""")


def other_apps(repo: Repo) -> tuple[JvmApp, ...]:
    """Return the sbt and Leiningen projects, shallow ones first."""
    return repo.once(("jvm", "others"), lambda: (*_sbt(repo), *_lein(repo)))


def _sbt(repo: Repo) -> Iterator[JvmApp]:
    for path in repo.named("build.sbt")[:5]:
        root = folder_of(path)
        text = code(repo, path)
        plugins = join(root, "project/plugins.sbt")
        name = _NAME.search(text)
        native = next(find_each(repo, [path], _NATIVE), None)
        packer = (
            repo.line_of(plugins, r"sbt-native-packager|\"sbt-plugin\"|play-sbt|sbt-assembly")
            if plugins in repo
            else 0
        )
        libraries = {item.match[1]: item.evidence for item in find_each(repo, [path], _SBT_DEP)}
        if native is not None and str(native.match[1]).startswith("Play"):
            libraries["play"] = native.evidence
        program = re.sub(r"[^a-z0-9]+", "-", name[1].lower()).strip("-") if name else "*"
        archive = Archive(kind="")
        if native or packer:
            proof = native.evidence if native else repo.proof(plugins, packer)
            archive = Archive(kind="script", path=f"target/universal/stage/bin/{program}", evidence=(proof,))
        yield JvmApp(
            root=root,
            folder=root,
            manifest=path,
            tool="sbt",
            name=name[1] if name else "",
            libraries=libraries,
            archive=archive,
            proof=repo.proof(path, text.count("\n", 0, name.start()) + 1 if name else 0),
        )


def _lein(repo: Repo) -> Iterator[JvmApp]:
    for path in repo.named("project.clj")[:5]:
        root = folder_of(path)
        text = code(repo, path)
        head = _LEIN.search(text)
        if head is None:
            continue
        libraries = {item.match[1]: item.evidence for item in find_each(repo, [path], _LEIN_DEP)}
        short = head[1].rpartition("/")[2]
        told = re.search(r':uberjar-name\s+"([^"]+)"', text)
        aside = re.search(r':target-path\s+"target/%s/?"', text)
        main = re.search(r":main\s+(?:\^:skip-aot\s+)?([\w.-]+)", text)
        jar = (
            f"target/{'uberjar/' if aside else ''}{told[1] if told else f'{short}-{head[2]}-standalone.jar'}"
        )
        line = text.count("\n", 0, (told or head).start()) + 1
        compiled = re.search(r":aot\s+(?::all|\[)", text)
        kind = "" if not main else "jar" if compiled else "clojure"
        yield JvmApp(
            root=root,
            folder=root,
            manifest=path,
            tool="lein",
            name=short,
            libraries=libraries,
            archive=Archive(
                kind=kind, path=jar, main=main[1] if main else "", evidence=(repo.proof(path, line),)
            ),
            proof=repo.proof(path, text.count("\n", 0, head.start()) + 1),
        )
