"""Fixtures that several tests share."""

from __future__ import annotations

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
