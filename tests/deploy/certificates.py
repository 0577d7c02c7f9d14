"""The certificate of the double, which is its own authority: made by openssl, once in a process."""

from __future__ import annotations

import atexit
import functools
import shutil
import ssl
import subprocess
import tempfile
from pathlib import Path

NAMES = ("DNS:localhost", "IP:127.0.0.1", "DNS:*.heroku.com", "DNS:*.herokuapp.com", "DNS:*.example.com")


@functools.cache
def folder() -> Path:
    """Return the folder with `ca.pem` and `key.pem`."""
    made = Path(tempfile.mkdtemp(prefix="double-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-keyout", str(made / "key.pem"), "-out", str(made / "ca.pem"), "-days", "2"]
    words += ["-subj", "/CN=double of the platform", "-addext", f"subjectAltName={','.join(NAMES)}"]
    subprocess.run(words, check=True, capture_output=True)
    return made


def authority() -> Path:
    """Return the file that a client has to trust."""
    return folder() / "ca.pem"


@functools.cache
def context() -> ssl.SSLContext:
    """Return what a server needs to speak TLS as any of the hosts."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(authority(), folder() / "key.pem")
    return made
