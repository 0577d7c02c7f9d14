"""Templates of an organisation: what they may do, what is refused, how they render over the shipped ones."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scaffold import render
from scaffold.cli.ask import question_context
from scaffold.errors import Undecided, UserError
from scaffold.layers import config
from scaffold.output import make_context
from scaffold.pipeline import Request, analyse
from tests import golden


@pytest.fixture(scope="module")
def context() -> Mapping[str, Any]:
    """What the templates of a small Flask app see."""
    with golden.copy_of("flask_factory") as app:
        analysis = analyse(Request(top=app))
        assert analysis.plan
        return {
            **question_context(analysis.plan, analysis),
            **make_context(analysis.plan, {}, analysis.repo),
            "region": "eu",
        }


def template(folder: Path, **files: str) -> Path:
    """Make a template folder; a name is a path with __ for / and no suffix says .jinja."""
    return written(folder, {name.replace("__", "/"): text for name, text in files.items()})


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder


def rendered(extra: Path, context: Mapping[str, Any], **more: Any) -> dict[str, str]:
    tree = render.render(render.layers("flask"), {**context, **more}, extra)
    return {path: file.content.decode("utf-8", "replace") for path, file in tree.items()}


def refused(extra: Path, context: Mapping[str, Any]) -> UserError:
    with pytest.raises(UserError) as caught:
        rendered(extra, context)
    assert caught.value.error_id == "templates/refused"
    return caught.value


def common() -> Path:
    folder = render.template_folder("common")
    assert folder
    return folder


def ask(extra: Path, context: Mapping[str, Any], **given: str) -> dict[str, Any]:
    return render.ask(common(), context, given=given, defaults={}, prompt=False, extra=extra)


def test_a_template_adds_overrides_and_removes_files(tmp_path: Path, context: Mapping[str, Any]) -> None:
    extra = written(
        tmp_path,
        {
            "Procfile.jinja": "web: ./start {{ plan.processes[0].command }}\n",
            ".env.example.jinja": "{% if false %}x{% endif %}\n",
            "ci/{{ plan.stack }}.yml.jinja": "stack: {{ plan.stack }}\nregion: {{ region }}\n",
            "NOTICE": "{{ not a template }}",
            "_partial.jinja": "never written",
        },
    )
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\0\n\xff")
    (tmp_path / "run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "run.sh").chmod(0o755)
    plain = render.render(render.layers("flask"), context)
    tree = render.render(render.layers("flask"), context, extra)
    assert tree["Procfile"].content.startswith(b"web: ./start ")
    assert tree["ci/flask.yml"].content == b"stack: flask\nregion: eu\n"
    assert tree["NOTICE"].content == b"{{ not a template }}\n"
    assert tree["logo.png"].content == b"\x89PNG\0\n\xff"
    assert tree["run.sh"].executable
    assert plain.keys() - tree.keys() == {".env.example"}
    assert tree.keys() - plain.keys() == {"ci/flask.yml", "NOTICE", "logo.png", "run.sh"}
    assert {path for path in plain.keys() & tree.keys() if plain[path] != tree[path]} == {"Procfile"}


def test_a_template_builds_on_the_shipped_ones(tmp_path: Path, context: Mapping[str, Any]) -> None:
    extra = written(
        tmp_path,
        {
            "Procfile.jinja": "# ours\n{% include '_shipped/Procfile.jinja' %}\n",
            "_deploy/after.sh.jinja": "# after, our way\n{% include '_shipped/_deploy/after.sh.jinja' %}\n",
            "bin/name.jinja": "{% from '_deploy/quote.jinja' import sh %}\n{{ sh(\"it's\") }}\n",
        },
    )
    plain = render.render(render.layers("flask"), context)
    tree = rendered(extra, context)
    assert tree["Procfile"] == "# ours\n" + plain["Procfile"].content.decode()
    assert "# after, our way\n" in tree["bin/deploy"]
    assert len(tree["bin/deploy"].splitlines()) == len(plain["bin/deploy"].content.splitlines()) + 1
    assert tree["bin/name"] == "'it'\"'\"'s'\n"
    assert not [path for path in tree if path.startswith("_")]


def test_the_settings_of_its_copier_yml_are_followed(tmp_path: Path, context: Mapping[str, Any]) -> None:
    settings = """\
        _subdirectory: files
        _templates_suffix: .tmpl
        _exclude: ["*.md"]
        _answers_file: .answers.yml
        _message_after_copy: hello
        _envops: {variable_start_string: "[[", variable_end_string: "]]"}
        """
    extra = written(
        tmp_path,
        {
            "copier.yaml": settings,
            "README.md": "of the template",
            "files/region.txt.tmpl": "[[ region ]] {{ region }}",
            "files/notes.md": "excluded",
            "files/_headers": "written: _exclude says so",
            "files/[[ _copier_conf.answers_file ]].tmpl": "[[ _copier_answers | to_yaml ]]",
        },
    )
    plain = render.render(render.layers("flask"), context)
    tree = rendered(extra, context)
    assert tree.keys() - plain.keys() == {"region.txt", "_headers"}
    assert tree["region.txt"] == "eu {{ region }}\n"


def test_its_questions_come_after_the_shipped_ones(tmp_path: Path, context: Mapping[str, Any]) -> None:
    questions = """\
region: {default: eu, help: Ours run in Europe}
team: {type: str, default: "{{ plan.stack }}-people"}
sentry: {type: bool, default: true}
size: {type: int, default: 3}
parts: {type: str, multiselect: true, choices: [a, b, c], default: [a, c]}
shape: {type: yaml, default: {x: [1, 2]}}
never: {type: str, default: x, when: false}
plainly: short form
"""
    uses = "{{ sentry is true }} {{ size + 1 }} {{ parts | join('+') }} {{ shape.x[1] }} {{ never }}"
    extra = written(tmp_path, {"copier.yml": questions, "out.txt.jinja": uses})
    names = render.question_names(common(), extra)
    shipped = render.question_names(common())
    assert names == (*shipped, "team", "sentry", "size", "parts", "shape", "never", "plainly")
    free = {name: value for name, value in context.items() if name != "region"}
    answers = ask(extra, free)
    assert answers["region"] == "eu"
    assert {name: answers.get(name) for name in names if name not in shipped} == {
        "team": "flask-people",
        "sentry": True,
        "size": 3,
        "parts": ["a", "c"],
        "shape": '{"x": [1, 2]}',
        "never": None,
        "plainly": "short form",
    }
    recorded = {"sentry": "True", "size": "3", "parts": "a,c", "shape": '{"x": [1, 2]}'}
    assert rendered(extra, context, **recorded)["out.txt"] == "True 4 a+c 2 x\n"
    assert ask(extra, free, parts="b", sentry="no")["parts"] == ["b"]
    with pytest.raises(UserError, match="'large'"):
        ask(extra, free, size="large")
    with pytest.raises(UserError, match="Invalid choice for 'region'"):
        ask(extra, free, region="mars")


def test_a_question_without_default_needs_an_answer(tmp_path: Path, context: Mapping[str, Any]) -> None:
    extra = written(tmp_path, {"copier.yml": "owner: {type: str}\n"})
    with pytest.raises(Undecided, match="asks for owner") as caught:
        ask(extra, context)
    assert "--set owner=" in caught.value.remedy
    assert ask(extra, context, owner="ops")["owner"] == "ops"


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("x: 1\n_tasks: [touch pwned]\n", "copier.yml:2", "runs no programs"),
        ("_migrations: [{version: v1, before: [touch pwned]}]\n", "copier.yml:1", "runs no programs"),
        ("_jinja_extensions: [os.system]\n", "copier.yml:1", "loads no code"),
        ("_external_data: {a: /etc/passwd}\n", "copier.yml:1", "reads no other files"),
        ("_secret_questions: [token]\ntoken: x\n", "copier.yml:1", "none can be a secret"),
        ("a: x\ntoken:\n  type: str\n  secret: true\n", "copier.yml:4", "none can be a secret"),
        ("_min_copier_version: '99.0'\n", "copier.yml:1", "needs copier 99.0"),
        ("_min_copier_version: soon\n", "copier.yml:1", "is no version"),
        ("_envops: {undefined: jinja2.Undefined}\n", "copier.yml:1", "undefined name is an error"),
        ("_envops: {extensions: [jinja2.ext.debug]}\n", "copier.yml:1", "extensions is not taken"),
        ("_subdirectory: ../..\n", "copier.yml:1", "leaves the template"),
        ("_preserve_symlinks: true\n", "copier.yml:1", "plain files"),
        ("_exclude: x\n", "copier.yml:1", "list of patterns"),
        ("plan: x\n", "copier.yml:1", "something else by this name"),
        ("Shout: x\n", "copier.yml:1", "lower-case"),
        ("a: b\n  - c: [\n", "copier.yml:2", "not valid YAML"),
        ("a: !include other.yml\n", "copier.yml:1", "not valid YAML"),
        ("a: b\n---\nc: d\n", "copier.yml:2", "not valid YAML"),
        ("- a\n", "copier.yml:1", "mapping"),
    ],
)
def test_a_copier_yml_that_asks_too_much_is_refused(
    text: str,
    place: str,
    why: str,
    tmp_path: Path,
    context: Mapping[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    extra = written(tmp_path / "template", {"copier.yml": text, "a.txt": "a"})
    error = refused(extra, context)
    assert f"{place}: " in error.summary
    assert why in error.summary
    assert error.remedy
    with pytest.raises(UserError, match=place):
        ask(extra, context)
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.txt.jinja", "one\n{{ nothing }}\n", "a.txt.jinja:2: 'nothing' is undefined"),
        ("a.txt.jinja", "one\n\n{% if %}\n", "a.txt.jinja:3: "),
        ("a.txt.jinja", "{{ ''.__class__.__mro__ }}", "a.txt.jinja:1: access to attribute '__class__'"),
        ("a.txt.jinja", "{{ plan.update({'x': 1}) or plan.__init__ }}", "a.txt.jinja:1: "),
        ("a.txt.jinja", "x\n{{ 1 / 0 }}", "a.txt.jinja:2: division"),
        ("a.txt.jinja", "x\n{{ plan + 1 }}", "a.txt.jinja:2: unsupported"),
        ("a.txt.jinja", "{% include '/etc/passwd' %}", "a.txt.jinja:1: '/etc/passwd'"),
        ("a.txt.jinja", "{% include '../../../../../../etc/passwd' %}", "a.txt.jinja:1: "),
        ("a.txt.jinja", "{% include 'a.txt.jinja' %}", "a.txt.jinja:1: maximum recursion"),
        ("a.txt.jinja", "{{ '$HOME' | expandvars }}", "a.txt.jinja:1: No filter named 'expandvars'"),
        ("a.txt.jinja", "{{ ['$HOME'] | map('expandvars') | list }}", "a.txt.jinja:1: No filter"),
        ("a.txt.jinja", "{{ '/etc/*' | fileglob }}", "a.txt.jinja:1: No filter named 'fileglob'"),
        ("a.txt.jinja", "{{ _copier_conf.src_path }}", "a.txt: it would name a temporary folder"),
        ("{{ nothing }}.txt.jinja", "x", "{{ nothing }}.txt: 'nothing' is undefined"),
        ("{{ '..' }}/x.jinja", "x", "forbidden"),
        ("{{ '\\x2ftmp\\x2fx' }}.jinja", "x", "forbidden"),
        ("{{ '..\\x2f..\\x2fx' }}.jinja", "x", "forbidden"),
        ("{{ '.git' }}/hooks/x.jinja", "x", "'.git/hooks/x': no template may write there"),
        ("{{ '.GIT\\x2fhooks' }}/x.jinja", "x", "'.GIT/hooks/x': no template may write there"),
        (".scaffold/state.json", "{}", "'.scaffold/state.json': no template may write there"),
    ],
)
def test_a_file_that_reaches_out_is_refused(
    name: str, text: str, said: str, tmp_path: Path, context: Mapping[str, Any]
) -> None:
    extra = written(tmp_path / "template", {"copier.yml": "_exclude: []\n", name: text})
    assert said in refused(extra, context).summary
    assert not os.path.exists("/tmp/x")


def test_links_may_lead_to_the_template_only(tmp_path: Path, context: Mapping[str, Any]) -> None:
    (tmp_path / "secret").write_text("s3cret")
    extra = written(tmp_path / "template", {"a.txt": "a"})
    (extra / "b.txt").symlink_to("a.txt")
    assert rendered(extra, context)["b.txt"] == "a\n"
    for target in ("../secret", str(tmp_path / "secret"), "nowhere", "."):
        (extra / "c.txt").symlink_to(target)
        with pytest.raises(UserError, match=r"c\.txt cannot be part of a template"):
            rendered(extra, context)
        (extra / "c.txt").unlink()


def test_a_folder_named_by_mistake_is_refused(tmp_path: Path, context: Mapping[str, Any]) -> None:
    extra = written(tmp_path / "template", {"a.txt": "a"})
    with open(extra / "huge", "wb") as file:
        file.truncate(30_000_000)
    with pytest.raises(UserError, match="more than a template does"):
        rendered(extra, context)


def test_an_error_in_a_question_names_copier_yml(tmp_path: Path, context: Mapping[str, Any]) -> None:
    extra = written(tmp_path, {"copier.yml": 'a: x\nb: {type: str, default: "{{ nothing }}"}\n'})
    with pytest.raises(UserError, match=r"copier\.yml:2: 'nothing' is undefined"):
        ask(extra, context)


def test_the_digest_follows_names_modes_and_bytes(tmp_path: Path) -> None:
    first = written(tmp_path / "one", {"a": "x", "b/c": "y"})
    same = written(tmp_path / "two", {"a": "x", "b/c": "y"})
    known = render.version((first,))
    assert known == render.version((same,))
    assert len(known) == 12
    written(same, {".git/HEAD": "ignored"})
    assert render.version((same,)) == known
    (same / "a").chmod(0o755)
    moded = render.version((same,))
    (same / "a").write_text("z")
    assert len({known, moded, render.version((same,)), render.version((first, same))}) == 4


def test_every_setting_of_the_shipped_layer_is_one_that_a_template_may_have() -> None:
    shipped = config.shipped(common())
    assert set(shipped.settings) == {"min_copier_version", "templates_suffix", "exclude", "envops"}
    assert config.RESERVED.isdisjoint(shipped.questions)
