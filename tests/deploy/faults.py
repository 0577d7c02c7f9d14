"""What goes wrong, and when: faults that a test orders for the Nth request of a kind.

A pattern is `METHOD PATH` with shell wildcards, the query left out: `POST /apps/*/dynos`,
`* /apps/x/formation`, `GET /x.git/info/refs`, `POST /_build` (the build of a push),
`GET /_web/x/*` (a page of the app), `*` (any).
"""

from __future__ import annotations

import fnmatch
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

Kind = int | str
ALWAYS = 0


@dataclass
class Order:
    """Something that is to happen to the `nth` request that fits, and to those after it, `times` in all."""

    pattern: str
    kind: Kind
    nth: int
    times: int
    action: Callable[[], None] | None = None
    seen: int = 0

    def due(self, request: str) -> bool:
        """Count a request; say whether it is one of those meant."""
        if not fnmatch.fnmatchcase(request, self.pattern):
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.times == ALWAYS or self.seen < self.nth + self.times)


@dataclass
class Faults:
    """The orders, in the order in which they were given; the first that is due is taken."""

    orders: list[Order] = field(default_factory=list)
    met: list[str] = field(default_factory=list)
    """The requests that something happened to."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, pattern: str, kind: Kind, *, nth: int = 1, times: int = 1) -> None:
        """Order a fault; `times=ALWAYS` for every request from the Nth on. The kinds:

        an HTTP status, which is answered without doing anything (429, 500, 503, 422, 403, 404 ...);
        "reset": the connection is reset and nothing done; "reset-after": done, then reset, so that the CLI
        sends it again; "revoked": the token is invalid from this request on; "not-json": 200 with a page of
        HTML and nothing done; "slow": answered after `Platform.slow_seconds`; "hang": never answered.
        """
        self.orders.append(Order(pattern, kind, nth, times))

    def call(self, pattern: str, action: Callable[[], None], *, nth: int = 1) -> None:
        """Order that the action is called when the Nth such request has come, before it is answered."""
        self.orders.append(Order(pattern, "", nth, 1, action))

    def clear(self) -> None:
        """Let everything go well from now on."""
        self.orders.clear()

    def take(self, method: str, path: str) -> Kind:
        """Return what goes wrong with a request, "" for nothing; the actions are called."""
        request = f"{method} {path.partition('?')[0]}"
        with self.lock:
            due = [order for order in list(self.orders) if order.due(request)]
            if due:
                self.met.append(request)
        for order in due:
            if order.action:
                order.action()
        return next((order.kind for order in due if not order.action), "")
