"""Fixtures that several tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.deploy.api import route
from tests.deploy.platform import Platform, serve


@pytest.fixture
def platform() -> Iterator[Platform]:
    """A double of Heroku's platform that listens on loopback while the test runs."""
    made = Platform()
    server = serve(made, route)
    yield made
    server.shutdown()
    server.server_close()


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
