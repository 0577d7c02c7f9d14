"""A deploy of images by the real heroku CLI, which asks the API and the registry by their names.

python -m tests.deploy.namespace FOLDER FOLDER-OF-THE-PLAN    inside `unshare --net --mount`: prints JSON

The namespace has a network of its own, in which both names are this computer (/etc/hosts), a server that
speaks for both on port 443, and an authority that only this run trusts. There is no way out of it.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

from tests.deploy import certificates, images
from tests.deploy.harness import APP, Deployment
from tests.deploy.platform import Platform
from tests.deploy.server import Handler, Route, Server, serve

HOSTS = ("api.heroku.com", "registry.heroku.com")
UP, GET_FLAGS, SET_FLAGS = 0x1, 0x8913, 0x8914


def command() -> list[str]:
    """Return the words that run a program in a namespace of its own, with a map of users where not root."""
    return ["unshare", "--net", "--mount", "--map-root-user", "--"]


def obstacle() -> str:
    """Return why no namespace can be had here, "" where one can."""
    if not sys.platform.startswith("linux") or not shutil.which("unshare") or not shutil.which("openssl"):
        return "network namespaces need Linux, unshare and openssl"
    ran = subprocess.run([*command(), "true"], capture_output=True, text=True, check=False)
    return f"no network namespace may be made here: {ran.stderr.strip()}" if ran.returncode else ""


def loopback_up() -> None:
    """Switch the loopback interface on, as `ip link set lo up` does."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        asked = struct.pack("16sh14x", b"lo", 0)
        _, flags = struct.unpack("16sh14x", fcntl.ioctl(sock, GET_FLAGS, asked))
        fcntl.ioctl(sock, SET_FLAGS, struct.pack("16sh14x", b"lo", flags | UP))


def name_this_computer(scratch: Path) -> None:
    """Make the names of Heroku mean this computer, for this namespace only."""
    hosts = scratch / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {' '.join(HOSTS)}\n")
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)


def serve_names(platform: Platform, route: Route) -> None:
    """Serve the API and the registry on port 443."""
    handler = type("OfTheseNames", (Handler,), {"platform": platform, "route": staticmethod(route)})
    server = Server(("127.0.0.1", 443), handler)
    server.socket = certificates.context().wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def main() -> None:
    """Deploy, and print what came of it."""
    scratch, plan = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
    loopback_up()
    name_this_computer(scratch)
    platform = Platform()
    route = images.route(scratch / "docker state" / "pushed.json")
    serve(platform, route)
    serve_names(platform, route)
    deployment = Deployment(scratch, platform)
    images.set_up(deployment, plan, real=True)
    words = ("staging", "--images", "--allow-dirty")
    ran = deployment.run(*words, HEROKU_HOST="heroku.com", NO_PROXY=",".join(HOSTS))
    told = {
        "code": ran.returncode,
        "stdout": ran.stdout,
        "stderr": ran.stderr,
        "requests": platform.requests,
        "releases": platform.apps[APP].releases,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
