"""Where `heroku run` meets its dyno: TLS, a secret, a first line to throw away, then the output."""

from __future__ import annotations

import contextlib
import select
import socket
import socketserver
import threading
import time
from dataclasses import dataclass, field

from tests.deploy import certificates
from tests.deploy.platform import App, Dyno, Platform

STATUS = "\uffff heroku-command-exit-status: {}\n"


@dataclass
class Meeting:
    """A dyno that waits for its client."""

    app: App
    dyno: Dyno
    wants_status: bool
    met: threading.Event = field(default_factory=threading.Event)


class Server(socketserver.ThreadingTCPServer):
    """Takes the clients of one platform."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    platform: Platform
    meetings: dict[str, Meeting]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that has gone."""


class Client(socketserver.BaseRequestHandler):
    """One client."""

    server: Server

    def handle(self) -> None:
        """Let the client meet its dyno."""
        with certificates.context().wrap_socket(self.request, server_side=True) as line:
            secret = line.makefile("rb").readline().strip().decode()
            meeting = self.server.meetings.pop(secret, None)
            if meeting is None:
                return
            meeting.met.set()
            line.sendall(b"rendezvous\r\n")
            time.sleep(0.1)  # the client throws the whole first read away
            self._run(line, meeting)
            _close_after_all_is_read(line)

    def _run(self, line: socket.socket, meeting: Meeting) -> None:
        from tests.deploy.dynos import exit_of

        platform, dyno = self.server.platform, meeting.dyno
        line.sendall(f"running {dyno.command.split()[0]}\r\n".encode())
        while not platform.hold.wait(0.05):
            if _has_gone(line):
                dyno.hung_up, dyno.status = True, 129
                return
        status = exit_of(platform, dyno.command)
        dyno.status = status if dyno.status is None else dyno.status
        line.sendall(b"done\r\n")
        if meeting.wants_status and not platform.drops_output:
            line.sendall(STATUS.format(status).encode())


def _close_after_all_is_read(line: socket.socket) -> None:
    """Unread bytes of the client (the end of its input) would turn the close into a reset."""
    line.settimeout(2)
    line.shutdown(socket.SHUT_WR)
    with contextlib.suppress(OSError):
        while line.recv(1024):
            pass


def _has_gone(line: socket.socket) -> bool:
    ready, _, _ = select.select([line], [], [], 0)
    if not ready:
        return False
    try:
        return line.recv(1024) == b""
    except OSError:
        return True


def offer(platform: Platform, app: App, dyno: Dyno, *, wants_status: bool) -> str:
    """Return the address at which a client meets the dyno; it runs without one if none comes."""
    server = _server(platform)
    secret = f"secret-of-{app.name}-{dyno.name}"
    meeting = server.meetings[secret] = Meeting(app, dyno, wants_status)
    threading.Thread(target=_run_without, args=(platform, meeting), daemon=True).start()
    return f"rendezvous://127.0.0.1:{server.server_address[1]}/{secret}"


def _run_without(platform: Platform, meeting: Meeting) -> None:
    if meeting.met.wait(platform.orphan_seconds):
        return
    platform.hold.wait(30)
    if meeting.dyno.status is None and not meeting.met.is_set():
        meeting.dyno.status = 0


STARTING = threading.Lock()
SERVERS: dict[int, Server] = {}


def _server(platform: Platform) -> Server:
    with STARTING:
        if id(platform) not in SERVERS:
            made = Server(("127.0.0.1", 0), Client)
            made.platform, made.meetings = platform, {}
            SERVERS[id(platform)] = made
            threading.Thread(target=made.serve_forever, daemon=True).start()
            platform.closers.append(lambda: _close(platform))
        return SERVERS[id(platform)]


def _close(platform: Platform) -> None:
    server = SERVERS.pop(id(platform))
    server.shutdown()
    server.server_close()
