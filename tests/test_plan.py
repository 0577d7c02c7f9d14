"""The plan: ranking, processes, buildpacks, add-ons and config vars, whatever the order of the facts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold import policy
from scaffold.facts import (
    Addon,
    AnyFact,
    Buildpack,
    ConfigVar,
    Evidence,
    Migration,
    Process,
    Raw,
    Runtime,
    Shim,
    Strength,
    Uses,
    command,
)
from scaffold.plan import make_plan
from scaffold.plan.model import Choice, Plan
from scaffold.plan.processes import safe_name
from scaffold.plan.ranking import candidates, tied

PROOF = (Evidence(path="app.py", line=1, text="x"),)


def uses(stack: str, root: str = ".", **kwargs: Any) -> Uses:
    return Uses(stack=stack, root=root, evidence=PROOF, **kwargs)


def fact(of: type, /, stack: str = "flask", root: str = ".", **kwargs: Any) -> Any:
    return of(stack=stack, root=root, evidence=PROOF, **kwargs)


def plan_for(facts: list[AnyFact], *, answers: dict[str, str] | None = None) -> Plan:
    ranked = candidates(facts)
    best = ranked[0].uses
    choice = Choice(
        uses=best,
        title=best.stack,
        language="python",
        family=frozenset({best.stack, "python"}),
        answers=answers or {},
    )
    return make_plan(facts, choice, ranked)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (uses("django"), uses("go", strength=Strength.GENERIC)),
        (uses("django", weight=5), uses("node", weight=2)),
        (uses("node", "server"), uses("static", "client", serves=False)),
        (uses("flask"), uses("flask", "backend")),
        (uses("flask", "backend"), uses("django", "examples/shop", weight=9)),
        (uses("docker", strength=Strength.DECLARED), uses("rails", weight=9)),
    ],
)
def test_the_better_app_wins_whatever_the_order(better: Uses, worse: Uses) -> None:
    for facts in ([better, worse], [worse, better]):
        ranked = candidates(facts)
        assert ranked[0].uses == better
        assert len(tied(ranked)) == 1


def test_equal_apps_are_tied() -> None:
    assert len(tied(candidates([uses("django", "one"), uses("django", "two")]))) == 2


def test_the_strongest_command_wins_and_the_loser_is_told() -> None:
    plan = plan_for(
        [
            uses("flask"),
            fact(Process, name="web", command="weak", strength=Strength.GENERIC),
            fact(Process, name="web", command="strong"),
        ]
    )
    assert [process.command for process in plan.processes] == ["strong"]
    assert ("process web", "weak") in {(loser.what, loser.value) for loser in plan.considered}


def test_two_equal_web_commands_are_an_open_choice() -> None:
    facts = [uses("flask"), fact(Process, name="web", command="a"), fact(Process, name="web", command="b")]
    assert plan_for(facts).open_choices == {"process_web": ("a", "b")}
    settled = plan_for(facts, answers={"process_web": "b"})
    assert [process.command for process in settled.processes] == ["b"]
    assert settled.open_choices == {}


def test_workers_of_two_tools_are_both_kept() -> None:
    plan = plan_for(
        [
            uses("flask"),
            fact(Process, name="worker", command="celery worker", tool="celery"),
            fact(Process, name="worker", command="rq worker", tool="rq"),
        ]
    )
    assert {process.name: process.command for process in plan.processes} == {
        "worker": "celery worker",
        "rq": "rq worker",
    }


def test_a_migration_becomes_the_release_phase() -> None:
    plan = plan_for([uses("flask"), fact(Migration, command="flask db upgrade", paths=("migrations",))])
    release = plan.process("release")
    assert release is not None
    assert release.command == "flask db upgrade"
    assert release.quantity == 0


def test_one_that_must_not_run_there_does_not() -> None:
    plan = plan_for([uses("flask"), fact(Migration, command="x", in_release=False)])
    assert plan.process("release") is None
    assert plan.migration is not None


def test_a_root_with_a_shim_is_entered_by_cd() -> None:
    plan = plan_for(
        [
            uses("flask", "my app"),
            fact(Process, root="my app", name="web", command="gunicorn x"),
            fact(Shim, root="my app", path="requirements.txt", text="-r x\n"),
        ]
    )
    assert plan.layout == "cd"
    assert plan.processes[0].command == "cd 'my app' && gunicorn x"
    assert [file.path for file in plan.files] == ["requirements.txt"]


def test_a_root_without_one_gets_the_subdirectory_buildpack() -> None:
    plan = plan_for(
        [
            uses("flask", "api"),
            fact(Process, root="api", name="web", command="gunicorn x"),
            fact(Buildpack, root="api", name="heroku/python"),
        ]
    )
    pack = policy.subdir_buildpack()
    assert plan.layout == "subdir"
    assert plan.buildpacks == (pack.url, "heroku/python")
    assert plan.processes[0].command == "gunicorn x"
    assert {var.name: var.value for var in plan.config_vars} == {pack.config_var: "api"}


def test_buildpacks_run_in_order_and_strangers_stay_out() -> None:
    plan = plan_for(
        [
            uses("flask"),
            fact(Buildpack, name="heroku/python"),
            fact(Buildpack, "node", name="heroku/nodejs", position=20, support=True),
            fact(Buildpack, "node", name="heroku-community/apt", position=10, support=True),
            fact(Buildpack, "go", name="heroku/go"),
            fact(Buildpack, "ruby", "docs", name="heroku/ruby", support=True),
        ]
    )
    assert plan.buildpacks == ("heroku-community/apt", "heroku/nodejs", "heroku/python")


def test_a_persons_own_list_of_buildpacks_is_taken_as_it_is() -> None:
    plan = plan_for(
        [
            uses("flask"),
            fact(Buildpack, name="heroku/python"),
            fact(Buildpack, "declared", name="https://example.com/x", position=1, strength=Strength.DECLARED),
        ]
    )
    assert plan.buildpacks == ("https://example.com/x",)


def test_a_hint_of_an_add_on_is_said_and_not_created() -> None:
    plan = plan_for([uses("flask"), fact(Addon, service="redis", strength=Strength.HINT)])
    assert plan.addons == ()
    assert "add-on" in {loser.what for loser in plan.considered}


def test_an_add_on_is_attached_under_the_name_the_app_reads() -> None:
    plan = plan_for(
        [
            uses("flask"),
            fact(Addon, service="redis", var="REDISCLOUD_URL"),
            fact(ConfigVar, name="REDISCLOUD_URL", required=True),
        ]
    )
    assert plan.addons[0].attach_as == "REDISCLOUD"
    assert plan.config_vars[0].provided_by == "redis"
    assert not plan.config_vars[0].required


def test_facts_of_one_variable_are_merged_and_a_secret_has_no_value() -> None:
    plan = plan_for(
        [
            uses("flask"),
            fact(ConfigVar, name="KEY", secret=True, required=True),
            fact(
                ConfigVar,
                "python",
                name="KEY",
                default="abc",
                description="the key",
                strength=Strength.GENERIC,
            ),
            fact(ConfigVar, name="bad-name"),
        ]
    )
    assert [var.name for var in plan.config_vars] == ["KEY"]
    assert plan.config_vars[0].default is None
    assert plan.config_vars[0].description == "the key"


def test_a_version_past_its_end_is_replaced_with_a_note() -> None:
    plan = plan_for([uses("flask"), fact(Runtime, "python", language="python", asked="3.8.1")])
    assert plan.runtime is not None
    assert plan.runtime.version == "3.11"
    assert "3.8" in plan.notes[0].message


@given(st.permutations(range(9)), st.data())
def test_the_order_of_the_facts_never_matters(order: list[int], data: st.DataObject) -> None:
    facts: list[AnyFact] = [
        uses("flask"),
        uses("node", strength=Strength.GENERIC),
        fact(Process, name="web", command="a"),
        fact(Process, "python", name="worker", command="b", tool="celery"),
        fact(Process, "python", name="worker", command="c", tool="rq"),
        fact(Buildpack, name="heroku/python"),
        fact(Buildpack, "node", name="heroku/nodejs", position=20, support=True),
        fact(Addon, service="postgres"),
        fact(ConfigVar, name="KEY"),
    ]
    assert plan_for([facts[at] for at in order]) == plan_for(facts)


@given(st.text())
def test_any_name_becomes_one_that_every_tool_takes(name: str) -> None:
    assert safe_name(name).isalnum()
    assert safe_name(name).isascii()


@given(st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=20))
def test_a_word_of_the_repository_stays_one_word_in_a_shell(word: str) -> None:
    import shlex

    assert shlex.split(command("run", word, Raw("&&"), "x")) == ["run", word, "&&", "x"]


def test_what_a_declaration_does_not_say_of_a_variable_the_code_does() -> None:
    read = fact(ConfigVar, name="A_URL", required=True, strength=Strength.GENERIC, kind="url", stage="build")
    declared = fact(ConfigVar, name="A_URL", strength=Strength.DECLARED, description="The way in")
    merged = plan_for([uses("flask"), read, declared]).config_vars[0]
    assert (merged.required, merged.kind, merged.stage) == (False, "url", "build")
    assert merged.description == "The way in"
