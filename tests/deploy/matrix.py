"""Every stack, every step, every fault: `nox -s deploy_matrix -- --stack django --sample 50`.

A run that goes well is recorded first; then each request of it is made to fail in turn, in each way, and
the script is sent SIGINT and SIGTERM at each. After every run the rules of invariants.py are checked, and
that the next run succeeds. The table says how many of each were run and how many broke a rule; then the exit
code is 1.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tests.deploy import invariants, stacks
from tests.deploy.api import route
from tests.deploy.harness import APP, Deployment, end_of
from tests.deploy.invariants import Before
from tests.deploy.platform import Platform
from tests.deploy.server import close, serve

PLATFORM_FAULTS = ("backup", "build", "release", "scale", "migration", "smoke")
SIGNALS = {"SIGINT": signal.SIGINT, "SIGTERM": signal.SIGTERM}
EVERYWHERE: tuple[int | str, ...] = (500, 429, "reset", "revoked", *SIGNALS)


@dataclass(frozen=True)
class Scenario:
    """One run: the stack, with a migration or not, what goes wrong and at which request."""

    stack: str
    migrating: bool
    kind: int | str = ""
    request: str = ""
    nth: int = 1

    def __str__(self) -> str:
        """Say it in a line."""
        where = f" at {self.request} #{self.nth}" if self.request else ""
        return (
            f"{self.stack}, {'migration' if self.migrating else 'no migration'}: {self.kind or 'well'}{where}"
        )


@dataclass
class Outcome:
    """What came of it."""

    scenario: Scenario
    code: int
    broken: list[str]
    said: str
    seconds: float
    requests: list[str]


STARTS: dict[str, stacks.Start] = {}


def start_of(stack: str) -> stacks.Start:
    """Return where a stack's scenarios begin; made once in each process."""
    if stack not in STARTS:
        folder = Path(tempfile.mkdtemp(prefix=f"matrix-{stack}-"))
        platform = Platform()
        server = serve(platform, route)
        STARTS[stack] = stacks.make(stack, folder / "start", platform)
        close(platform, server)
    return STARTS[stack]


def play(scenario: Scenario, *, real: bool) -> Outcome:
    """Run one scenario in a folder of its own, on a platform of its own."""
    start = start_of(scenario.stack)
    folder = Path(tempfile.mkdtemp(prefix="scenario-"))
    platform = Platform()
    server = serve(platform, route)
    began = time.monotonic()
    try:
        deployment = stacks.scenario(start, folder / "run", platform, scenario.migrating, real=real)
        before = Before.of(platform.apps[APP])
        code, said = _run(deployment, scenario)
        requests = [f"{method} {path.partition('?')[0]}" for method, path, _ in platform.requests]
        broken = _judge(deployment, before, scenario, code, said)
    finally:
        close(platform, server)
        shutil.rmtree(folder, ignore_errors=True)
    return Outcome(scenario, code, broken, said, time.monotonic() - began, requests)


WORDS = ("staging", "--app", APP, "--yes")


def _run(deployment: Deployment, scenario: Scenario) -> tuple[int, str]:
    if scenario.kind in SIGNALS:
        with_signal = SIGNALS[str(scenario.kind)]
        return deployment.signal_at(with_signal, scenario.request, *WORDS, nth=scenario.nth)
    if scenario.request:
        deployment.platform.faults.add(scenario.request, scenario.kind, nth=scenario.nth)
    elif scenario.kind:
        deployment.platform.fails.add(str(scenario.kind))
    return end_of(deployment.start(*WORDS))


def _judge(deployment: Deployment, before: Before, scenario: Scenario, code: int, said: str) -> list[str]:
    if code == 0:
        broken = invariants.after_success(deployment, before, code, said)
        return [*broken, "goes on after the signal"] if scenario.kind in SIGNALS else broken
    broken = invariants.after_failure(deployment, before, code, said)
    if scenario.kind in SIGNALS and code != 128 + SIGNALS[str(scenario.kind)]:
        broken.append(f"exits {code} after {scenario.kind}")
    if not scenario.kind:
        broken.append("fails though all goes well")
    invariants.mend(deployment)
    if code == -1:
        broken.append("does not end")
    code, then = end_of(deployment.start(*WORDS))
    rest = invariants.after_success(deployment, before, code, then)
    return [*broken, *(f"then: {each}" for each in rest), *(["then it said:\n" + then] if rest else [])]


def scenarios_of(well: Outcome) -> Iterator[Scenario]:
    """Yield what can go wrong in a run that went well."""
    stack, migrating = well.scenario.stack, well.scenario.migrating
    for kind in PLATFORM_FAULTS:
        yield Scenario(stack, migrating, kind)
    seen: Counter[str] = Counter()
    for request in well.requests:
        seen[request] += 1
        for kind in EVERYWHERE:
            yield Scenario(stack, migrating, kind, request, seen[request])
        if not request.startswith("GET ") and ".git/" not in request and request != "POST /_build":
            yield Scenario(stack, migrating, "reset-after", request, seen[request])


def main() -> int:
    """Run the matrix and print its table."""
    asked = _arguments()
    wells = [Scenario(stack, migrating) for stack in asked.stack for migrating in (False, True)]
    with ProcessPoolExecutor(asked.jobs) as pool:
        outcomes = _play_all(pool, asked, wells)
        wanted = [each for well in outcomes for each in scenarios_of(well)]
        wanted = [each for each in wanted if not asked.kind or str(each.kind) in asked.kind]
        if asked.sample and asked.sample < len(wanted):
            wanted = random.Random(asked.seed).sample(wanted, asked.sample)
        outcomes += _play_all(pool, asked, wanted)
    return _report(outcomes)


def _play_all(pool: ProcessPoolExecutor, asked: argparse.Namespace, wanted: list[Scenario]) -> list[Outcome]:
    running = [pool.submit(play, each, real=not asked.stand_in) for each in wanted]
    outcomes = []
    for at, done in enumerate(as_completed(running), 1):
        outcome = done.result()
        outcomes.append(outcome)
        print(
            f"{at}/{len(running)} {outcome.seconds:.0f}s exit {outcome.code} {outcome.scenario}", flush=True
        )
        if outcome.broken:
            print(f"  BROKEN: {'; '.join(outcome.broken)}\n{_indented(outcome.said)}", flush=True)
    return outcomes


def _indented(said: str) -> str:
    return "\n".join(f"    | {line}" for line in said.splitlines()[-60:])


def _report(outcomes: list[Outcome]) -> int:
    table: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        kind = str(outcome.scenario.kind or "well")
        table.setdefault((outcome.scenario.stack, kind), []).append(outcome)
    print(f"\n{'stack':<12}{'what':<14}{'runs':>6}{'exit 0':>8}{'broken':>8}")
    for (stack, kind), those in sorted(table.items()):
        well = sum(each.code == 0 for each in those)
        print(f"{stack:<12}{kind:<14}{len(those):>6}{well:>8}{sum(bool(o.broken) for o in those):>8}")
    broken = [outcome for outcome in outcomes if outcome.broken]
    for outcome in broken:
        print(f"{outcome.scenario}: {'; '.join(outcome.broken)}")
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="nox -s deploy_matrix --", description=__doc__)
    parser.add_argument(
        "--stack", action="append", choices=list(stacks.STACKS), help="only this one, again and again"
    )
    parser.add_argument(
        "--kind", action="append", help="only this fault: 500, 429, reset, reset-after, SIGINT ..."
    )
    parser.add_argument("--sample", type=int, default=0, help="so many of the scenarios, drawn by --seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--stand-in", action="store_true", help="the stand-in for the heroku CLI: ten times as fast"
    )
    asked = parser.parse_args()
    asked.stack = asked.stack or list(stacks.STACKS)
    return asked


if __name__ == "__main__":
    sys.exit(main())
