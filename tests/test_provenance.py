"""Every line that scaffold generates has an origin, and its proof is in the repository."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scaffold import render
from scaffold.cli import ask
from scaffold.facts import Evidence
from scaffold.output import make_context, make_tree
from scaffold.pipeline import Analysis, Request, analyse
from scaffold.plan.model import Plan
from scaffold.provenance import Known, Origin, origins
from scaffold.provenance.keyed_lines import line_keys, shown
from scaffold.provenance.template_lines import Layer, Traced, trace
from tests import golden

DEPLOYED = [name for name in golden.samples() if "error.txt" not in golden.expected(name)]


def planned(app: Path) -> tuple[Analysis, Plan, dict[str, str], dict[str, Any]]:
    analysis = analyse(Request(top=app.resolve()))
    plan = analysis.plan
    assert plan is not None
    asked = ask.question_context(plan, analysis)
    answers: dict[str, str] = {**asked["detected"], "region": "us"}
    context = {**answers, **asked, **make_context(plan, answers, analysis.repo)}
    return analysis, plan, answers, context


def shipped(plan: Plan) -> list[Layer]:
    return [Layer(f"templates/{folder.name}", folder) for folder in render.layers(plan.stack)]


def is_there(app: Path, proof: Evidence) -> bool:
    """Tell whether a proof stands where it says; what is masked in it may be anything."""
    place = app / proof.path
    if not proof.line or not proof.text:
        return place.exists()
    line = place.read_text(encoding="utf-8-sig").splitlines()[proof.line - 1]
    pieces = re.split(r"'?\*\*\*'?|\.\.\.$", proof.text)
    return re.match(".*" + ".*".join(map(re.escape, pieces)), line.strip()) is not None


@pytest.mark.parametrize("name", DEPLOYED)
def test_every_line_has_an_origin_whose_proof_is_in_the_repository(name: str) -> None:
    with golden.copy_of(name) as app:
        analysis, plan, answers, context = planned(app)
        tree = make_tree(plan, context)
        traced = trace(shipped(plan), context)
        own = {file.path for file in plan.files}
        known = Known(plan=plan, answers=answers, repo=analysis.repo)
        for path, rendered in tree.items():
            text = rendered.content.decode()
            template = traced.get(path.removeprefix(f"{plan.root}/"))
            found = origins(known, path, text, template)
            assert [origin.first for origin in found] == list(range(1, text.count("\n") + 1))
            for origin in found:
                assert origin.what.endswith(".")
                assert all(is_there(app, proof) for proof in origin.evidence), origin
                assert origin.evidence or _is_answered_or_usual(origin), origin
                assert path in own or _template_has_it(origin.template), origin


def _is_answered_or_usual(origin: Origin) -> bool:
    return bool(re.search(r"answer|usual one|Nothing asks", origin.what))


def _template_has_it(template: str) -> bool:
    path, _, line = template.partition(":")
    text = (golden.FIXTURES.parent / path).read_text(encoding="utf-8")
    return 0 < int(line) <= text.count("\n")


@pytest.mark.parametrize("name", golden.samples())
def test_a_text_that_is_followed_through_its_templates_is_the_same(name: str) -> None:
    if name not in DEPLOYED:
        return
    with golden.copy_of(name) as app:
        _, plan, _, context = planned(app)
        plain = render.render(render.layers(plan.stack), context)
        traced = trace(shipped(plan), context)
        assert {path: found.text for path, found in traced.items() if found.text} == {
            path: rendered.content.decode() for path, rendered in plain.items()
        }
        assert all(len(found.lines) == found.text.count("\n") for found in traced.values() if found.text)


def at(path: str, text: str) -> str:
    """Return the place of the line of a shipped template that begins so."""
    (folder,) = render.layers("django")
    lines = (folder / path).read_text(encoding="utf-8").splitlines()
    return f"{path}:{[line.startswith(text) for line in lines].index(True) + 1}"


SHOP: dict[tuple[str, str], tuple[str, str, str]] = {
    ("Procfile", "worker"): ("Procfile.jinja:3", 'shop/celery.py:7: app = Celery("shop")', "process_worker"),
    ("Procfile", "web"): ("Procfile.jinja:3", "shop/settings.py:29: WSGI_APPLICATION", "process_web"),
    (".env.example", "STRIPE_SECRET_KEY"): (
        ".env.example.jinja:8",
        "shop/settings.py:42",
        "[vars.STRIPE_SECRET_KEY]",
    ),
    ("app.json", "env.SECRET_KEY.generator"): ("app.json.jinja:1", "shop/settings.py:9", "config-vars.toml"),
    ("app.json", "addons.heroku-redis"): ("app.json.jinja:1", "shop/settings.py:36", "another plan"),
    ("app.json", "formation.worker.size"): ("app.json.jinja:1", "shop/celery.py:7", "dyno_size"),
    ("config-vars.toml", "vars.DEBUG.kind"): ("config-vars.toml.jinja:12", "shop/settings.py:10", "DEBUG"),
    (".python-version", "version"): (".python-version.jinja:2", "", "runtime_version"),
    ("bin/deploy", "REGION"): (at("_deploy/settings.sh.jinja", "REGION="), "", "region"),
    ("bin/deploy", "MIGRATION_PATHS"): (
        at("_deploy/settings.sh.jinja", "# A deploy that changes nothing"),
        "manage.py:1",
        "",
    ),
    ("bin/deploy", "each_config_var().STRIPE_SECRET_KEY"): (
        "_deploy/config.sh.jinja:15",
        "shop/settings.py:42",
        "[vars.STRIPE_SECRET_KEY]",
    ),
    ("bin/deploy", "each_addon().heroku-postgresql"): (
        "_deploy/create.sh.jinja:",
        "shop/settings.py:31",
        "another plan",
    ),
}


@pytest.fixture(scope="module")
def shop() -> dict[tuple[str, str], Origin]:
    with golden.copy_of("django_shop") as app:
        analysis, plan, answers, context = planned(app)
        traced = trace(shipped(plan), context)
        known = Known(plan=plan, answers=answers, repo=analysis.repo)
        return {
            (path, shown(origin.key)): origin
            for path, rendered in make_tree(plan, context).items()
            for origin in reversed(origins(known, path, rendered.content.decode(), traced.get(path)))
        }


@pytest.mark.parametrize(("path", "key"), SHOP)
def test_a_key_names_template_proof_and_flag(
    shop: Mapping[tuple[str, str], Origin], path: str, key: str
) -> None:
    template, proof, change = SHOP[path, key]
    origin = shop[path, key]
    assert template in origin.template
    assert not proof or any(str(each).startswith(proof) for each in origin.evidence)
    assert change in " ".join(origin.changes)


def test_what_was_rejected_is_told_with_the_process_type_that_won() -> None:
    with golden.copy_of("declared_procfile") as app:
        _, plan, answers, context = planned(app)
        known = Known(plan=plan, answers=answers)
        losers = {loser.what for loser in plan.considered if loser.what.startswith("process ")}
        tree = make_tree(plan, context)
        told = {
            loser.what
            for origin in origins(known, "Procfile", tree["Procfile"].content.decode())
            for loser in origin.rejected
        }
        assert told == losers


def layer_of(folder: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    return folder


def where(traced: Traced) -> list[str]:
    return [str(line) for line in traced.lines]


def test_an_organisation_s_layer_is_followed_too(tmp_path: Path) -> None:
    layer = layer_of(
        tmp_path / "acme",
        {
            "copier.yml": '_subdirectory: files\n_envops: {block_start_string: "[%", block_end_string: "%]",'
            " trim_blocks: true, variable_start_string: '[[', variable_end_string: ']]'}\n",
            "files/ci.yml.jinja": "a: 1\n[% for name in names %]\n- [[ name ]]\n"
            "[%- if name == 'x' %] odd[% endif %]\n\n[% endfor %]\nend\n",
            "files/[[ names[0] ]].txt.jinja": "named [[ names[0] ]]",
            "files/windows.txt.jinja": "one\r\ntwo [[ names[1] ]]\r\n",
            "files/LICENSE": "as it is\n\n{{ not a template }}\n",
            "files/logo.bin": "\0\1\2",
        },
    )
    traced = trace([Layer("https://example.com/acme.git", layer)], {"names": ["x", "y"]})
    assert traced["ci.yml"].text == "a: 1\n- x odd\n- y\nend\n"
    assert where(traced["ci.yml"]) == [
        f"https://example.com/acme.git/files/ci.yml.jinja:{number}" for number in (1, 5, 5, 7)
    ]
    assert where(traced["LICENSE"]) == [
        f"https://example.com/acme.git/files/LICENSE:{number}" for number in (1, 2, 3)
    ]
    assert traced["x.txt"].text == "named x\n"
    assert traced["windows.txt"].text == "one\ntwo y\n"


def test_a_template_over_the_shipped_ones_is_followed_with_its_partials(tmp_path: Path) -> None:
    layer = layer_of(
        tmp_path / "acme",
        {
            "Procfile.jinja": "# of acme\n{% include '_shipped/Procfile.jinja' %}\n",
            "ci/check.yml.jinja": "app: {{ plan.stack }}\n",
        },
    )
    with golden.copy_of("django_basic") as app:
        _, plan, _, context = planned(app)
    plain = render.render(render.layers(plan.stack), context, layer)
    traced = trace(shipped(plan), context, Layer("acme", layer))
    assert {path: found.text for path, found in traced.items() if found.text} == {
        path: rendered.content.decode() for path, rendered in plain.items()
    }
    assert where(traced["Procfile"])[:2] == ["acme/Procfile.jinja:1", "templates/common/Procfile.jinja:3"]
    assert where(traced["ci/check.yml"]) == ["acme/ci/check.yml.jinja:1"]
    assert where(traced["app.json"])[0] == "templates/common/app.json.jinja:1"


def test_a_template_that_cannot_bear_marks_is_known_by_its_file(tmp_path: Path) -> None:
    text = "{% set x %}\n1\n{% endset %}\n{{ 1 // (3 - x | length) }}{{ [1][x | int - 1] }}\n"
    layer = layer_of(tmp_path / "acme", {"a.txt.jinja": text})
    traced = trace([Layer("acme", layer)], {"plan": 1})
    assert str(traced["a.txt"].lines[0]).startswith("acme/a.txt.jinja")


def test_a_filter_that_sees_the_marks_only_costs_the_line(tmp_path: Path) -> None:
    layer = layer_of(
        tmp_path / "acme",
        {
            "counted.txt.jinja": "{% set text %}\none\ntwo\n{% endset %}\n{{ text | length }}\n",
            "shouted.txt.jinja": "{% filter upper %}\none\n{% endfilter %}\n",
        },
    )
    context = {"plan": 1}
    plain = render.render([layer], context)
    traced = trace([Layer("acme", layer)], context)
    assert traced["counted.txt"].text != plain["counted.txt"].content.decode()
    assert traced["shouted.txt"].text == plain["shouted.txt"].content.decode()


def test_conditions_around_a_line_are_known(tmp_path: Path) -> None:
    layer = layer_of(
        tmp_path / "acme",
        {
            "a.txt.jinja": "{% if yes %}\nin\n{% for x in [1] %}\ndeep\n{% endfor %}\n"
            "{% else %}\nnot\n{% endif %}\nout\n"
        },
    )
    lines = trace([Layer("acme", layer)], {"yes": True})["a.txt"].lines
    found = {line.line: line.conditions for line in lines}
    assert (found[2], found[4][0], found[9]) == (("if yes",), "if yes", ())
    assert found[4][1].startswith("for x in")


@pytest.mark.parametrize("path", ["Procfile", "app.json", "heroku.yml", "config-vars.toml", ".env.example"])
@pytest.mark.parametrize("text", ["", "\n", "{", "a: [", "[vars", "= =\n\x00", 'FOO="open\n\n', "web:\n"])
def test_keys_of_a_broken_file_are_no_crash(path: str, text: str) -> None:
    assert len(line_keys(path, text)) == text.count("\n") + (text[-1:] not in ("", "\n"))
