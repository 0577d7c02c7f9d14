"""The double on the wire: the Platform API over plain HTTP, and a CONNECT proxy to its other hosts over TLS.

git and curl come through the proxy (HTTPS_PROXY), so that they ask for https://git.heroku.com and for the
address of the app as they do in earnest. There is no way out: another host is refused.
"""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.deploy import certificates, git
from tests.deploy.platform import LIMITED, TOKEN, WEB_HOST, Json, Platform, Stream

Route = Callable[[Platform, str, str, Json], tuple[int, Json]]
OPEN = ("/_", "/buildpacks/")
"""What is asked for without a token."""
INVALID = {"id": "unauthorized", "message": "Invalid credentials provided."}
SAID = {
    401: INVALID,
    403: {"id": "forbidden", "message": "You do not have access to the app."},
    404: {"id": "not_found", "message": "Couldn't find that."},
    422: {"id": "invalid_params", "message": "Cannot do that."},
    429: LIMITED,
}


def _told(value: Json) -> Json:
    """Leave out what the double notes for itself."""
    if isinstance(value, list):
        return [_told(each) for each in value]
    if isinstance(value, dict):
        return {key: _told(each) for key, each in value.items() if not key.startswith("_")}
    return value


class Server(ThreadingHTTPServer):
    """A server that is not astonished when an interrupted client has gone."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: what matters is what the script then does."""


class Handler(BaseHTTPRequestHandler):
    """One connection: to the API, or through a tunnel to a host."""

    protocol_version = "HTTP/1.1"
    platform: Platform
    route: Route
    host = ""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_CONNECT(self) -> None:
        """Become the host that is asked for."""
        self.host = self.path.partition(":")[0]
        if self.host != "git.heroku.com" and not self.host.endswith(".herokuapp.com"):
            self.send_error(403)
            return
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.connection = certificates.context().wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")  # type: ignore[assignment]
        self.close_connection = False

    def finish(self) -> None:
        """Close the tunnel, too."""
        with contextlib.suppress(OSError):
            super().finish()
        self.rfile.close()
        self.connection.close()

    def is_known(self) -> bool:
        """Say whether the request has the token, as a bearer's or as a password."""
        scheme, _, given = self.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            given = base64.b64decode(given).decode().partition(":")[2]
        return given == TOKEN and not self.platform.revoked

    def body(self) -> bytes:
        """Read what the request brings, in one piece or in chunks."""
        if "chunked" not in self.headers.get("transfer-encoding", ""):
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def answer(self) -> None:
        """Answer a request, or do to it what a test ordered."""
        raw = self.body()
        path = self.path
        if self.host.endswith(".herokuapp.com"):
            path = f"/_web/{self.host.removesuffix(WEB_HOST)}{path}"
        to_git = self.host == "git.heroku.com"
        body = json.loads(raw) if raw and not to_git else None
        self.platform.requests.append((self.command, path, body))
        fault = self.platform.fault(self.command, path)
        if not self._goes_on(fault):
            return
        if to_git:
            git.answer(self, raw)
        else:
            self._answer_json(path, body, str(fault))
        if fault == "reset-after":
            self.reset()

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = answer

    def _goes_on(self, fault: int | str) -> bool:
        if isinstance(fault, int):
            self.send_json(fault, SAID.get(fault, {"id": "internal", "message": "Something went wrong."}))
        elif fault == "not-json":
            self.send_bytes(200, "text/html", b"<html>200 OK</html>")
        elif fault == "reset":
            self.reset()
        elif fault == "hang":
            time.sleep(600)
        elif fault == "revoked":
            self.platform.revoked = True
            return True
        else:
            time.sleep(self.platform.slow_seconds if fault == "slow" else 0)
            return True
        return False

    def _answer_json(self, path: str, body: Json, fault: str) -> None:
        if not path.startswith(OPEN) and not self.is_known():
            self.send_json(401, INVALID)
            return
        status, value = 200, None
        if fault != "cut-before":
            status, value = type(self).route(self.platform, self.command, path, body)
        if isinstance(value, Stream):
            self.send_parts(status, value)
        elif fault != "reset-after":
            self.send_json(status, value, cut=fault.startswith("cut"))

    def send_json(self, status: int, value: Json, *, cut: bool = False) -> None:
        """Answer with JSON, or with its first bytes only."""
        self.send_bytes(status, "application/json", json.dumps(_told(value)).encode(), cut=cut)

    def send_bytes(self, status: int, content_type: str, payload: bytes, *, cut: bool = False) -> None:
        """Answer in one piece."""
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(payload)))
        if status == 429:
            self.send_header("retry-after", "0")
        if status == 401 and self.host:
            self.send_header("www-authenticate", 'Basic realm="Git"')
        self.end_headers()
        self.wfile.write(payload[:4] if cut else payload)
        self.wfile.flush()
        self.close_connection = self.close_connection or cut

    def send_parts(self, status: int, stream: Stream) -> None:
        """Answer with parts as they come, until the client has gone."""
        self.send_response(status)
        self.send_header("content-type", stream.content_type)
        self.send_header("transfer-encoding", "chunked")
        self.send_header("connection", "close")  # a client that kept it would not end
        self.end_headers()
        for part in stream.parts:
            self.send_chunk(part)
        self.send_chunk(b"")

    def send_chunk(self, part: bytes) -> None:
        """Send one part; an empty one is the end."""
        self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.flush()

    def reset(self) -> None:
        """Break the connection off."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def serve(platform: Platform, route: Route) -> Server:
    """Serve the platform on a free port of 127.0.0.1, in a thread; `platform.url` says where."""
    handler = type("OfThisPlatform", (Handler,), {"platform": platform, "route": staticmethod(route)})
    server = Server(("127.0.0.1", 0), handler)
    platform.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def close(platform: Platform, server: Server) -> None:
    """End the server and whatever it started."""
    platform.hold.set()
    server.shutdown()
    server.server_close()
    for closer in platform.closers:
        closer()
