"""Fixtures that several tests share."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import hypothesis
import pytest

from tests.deploy.api import route
from tests.deploy.platform import Platform
from tests.deploy.server import close, serve

# The same examples in every run, so that a red run means a change; HYPOTHESIS_PROFILE=explore draws new ones.
hypothesis.settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=500)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture
def platform() -> Iterator[Platform]:
    """A double of Heroku's platform that listens on loopback while the test runs."""
    made = Platform()
    server = serve(made, route)
    yield made
    # In a thread: the server looks only every half second whether it is to end.
    threading.Thread(target=close, args=(made, server)).start()


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the cache of this run apart from the user's."""
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = before
