"""The client of the Platform API against answers that no platform should give, and what its errors tell."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import HerokuError
from scaffold.live import login, settle
from scaffold.live.masked import Masked
from scaffold.live.platform_api import Answer, PlatformApi
from scaffold.live.refusal import without

KEY = 'sk_live_4f9a "quoted"\nsecond-line-of-it'
Reply = tuple[int, str]
Answers = Callable[[dict[str, Reply]], PlatformApi]


@pytest.fixture
def api() -> Iterator[Answers]:
    """Return a maker of clients whose server gives one fixed answer for each method."""
    servers: list[ThreadingHTTPServer] = []

    def make(replies: dict[str, Reply]) -> PlatformApi:
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                status, text = replies[self.command]
                self.send_response(status)
                self.send_header("location", "http://127.0.0.1:9/")
                self.send_header("content-length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_PATCH = answer

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return PlatformApi(f"http://127.0.0.1:{server.server_address[1]}", Masked("token"))

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


def told(fault: HerokuError) -> str:
    return " ".join((fault.summary, *fault.evidence, fault.why, fault.remedy))


@pytest.mark.parametrize(
    "text",
    ["<html>log in</html>", "", "[1]", '"x"', "null", "9" * 5000, "[" * 100_000],
    ids=lambda text: text[:9],
)
def test_an_answer_that_is_no_object_is_strange(api: Answers, text: str) -> None:
    with pytest.raises(HerokuError) as caught:
        api({"GET": (200, text)}).config_vars("my-shop")
    assert caught.value.error_id == "heroku/strange"


@pytest.mark.parametrize("status", [301, 302, 307])
def test_nobody_is_followed_elsewhere(api: Answers, status: int) -> None:
    with pytest.raises(HerokuError, match="another address"):
        api({"GET": (status, "")}).config_vars("my-shop")


def test_values_that_are_no_texts_do_not_count(api: Answers) -> None:
    found = api({"GET": (200, '{"A": null, "B": 5, "C": "", "\\ud800": "x", "D": {}}')}).config_vars(
        "my-shop"
    )
    assert found == {"C": "", "\ud800": "x"}
    assert settle.size(found) == 5


@pytest.mark.parametrize("back", [(500, '{"message": "boom"}'), (200, "<html>"), (200, "{}")])
def test_what_is_not_confirmed_is_never_called_unset_or_set(api: Answers, back: Reply) -> None:
    with pytest.raises(HerokuError) as caught:
        api({"PATCH": (200, "<html>"), "GET": back}).set_config_vars("my-shop", {"A": KEY})
    assert caught.value.error_id == ("heroku/not-set" if back[1] == "{}" else "heroku/unknown")
    assert "Nothing was" not in told(caught.value)
    assert "sk_live" not in told(caught.value)


@pytest.mark.parametrize(
    "text", ["<html>down</html>", '{"message": ["x", {"y": "z"}]}', '{"message": null}', "[]"]
)
def test_a_refusal_without_words_names_its_status(api: Answers, text: str) -> None:
    with pytest.raises(HerokuError, match="Heroku refuses: status 503"):
        api({"GET": (503, text)}).config_vars("my-shop")


@pytest.mark.parametrize(
    "said",
    [
        KEY,
        json.dumps(KEY),
        f"{'z' * 287} {KEY}",
        KEY.replace("\n", " "),
        "A=sk_live_4f9a.",
        '"sk_live_4f..." is too long',
        "ends in: line-of-it",
    ],
    ids=["whole", "escaped", "far behind", "in one line", "assigned", "cut short", "its end"],
)
def test_a_refusal_that_repeats_a_value_is_told_without_it(api: Answers, said: str) -> None:
    with pytest.raises(HerokuError) as caught:
        api({"PATCH": (422, json.dumps({"message": f"Bad: {said}"}))}).set_config_vars("my-shop", {"A": KEY})
    assert "Bad: " in told(caught.value)
    assert not [part for part in ("sk_live", "4f9a", "quoted", "line-of") if part in told(caught.value)]


WORDS = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_categories=("Z", "C")), min_size=3
)


@given(st.lists(WORDS, min_size=1), WORDS, WORDS)
def test_no_word_of_a_value_survives(parts: list[str], before: str, after: str) -> None:
    shown = without(f"{before} {' '.join(parts)} {after}", [" ".join(parts)])
    assert not [part for part in parts if part.strip("*") and part in shown.split()]


def test_a_refusal_keeps_words_that_tell_of_no_value() -> None:
    said = "You cannot set more than 64 kB of config vars, see https://example.com/limits"
    assert without(said, ["sk_live_1", "1", "", "https://shop.example.com"]) == said


def test_an_answer_shows_no_document() -> None:
    assert "sk" not in repr(Answer(status=200, headers={}, value={"A": "sk"}))


@pytest.mark.parametrize(
    "host",
    [
        "http://[::1",
        "file://localhost",
        "ftp://localhost",
        "http://localhost:99999",
        "http://localhost:x",
        "https://api.heroku.com\n.example.com",
        "http://127.0.0.1@example.com",
        "http://localhost\\@example.com",
        "https:///x",
        "localhost:5000",
    ],
)
def test_a_host_that_cannot_be_asked_is_an_error_of_the_person(host: str) -> None:
    with pytest.raises(HerokuError) as caught:
        login.api_url({"HEROKU_HOST": host})
    assert caught.value.error_id == "heroku/host"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("", "https://api.heroku.com"),
        ("heroku.com", "https://api.heroku.com"),
        (" https://api.heroku.com/ ", "https://api.heroku.com"),
        ("http://localhost:5000", "http://localhost:5000"),
        ("http://[::1]:5000/", "http://[::1]:5000"),
    ],
)
def test_hosts_of_heroku_and_of_this_machine_are_asked(host: str, url: str) -> None:
    assert login.api_url({"HEROKU_HOST": host}) == url


@pytest.mark.parametrize("text", ['a"bc', "a\nbc", "a bc", "ü" * 9, "x", "a\\bc", "abc\r\nX-Header: 1"])
def test_a_text_that_cannot_be_a_token_is_not_sent_and_not_shown(text: str) -> None:
    with pytest.raises(HerokuError) as caught:
        login.token({"HEROKU_API_KEY": text})
    assert text not in (caught.value.summary, caught.value.why)


@pytest.mark.parametrize(
    ("prints", "found"),
    [
        ("echo abc-123", "abc-123"),
        ("echo ' >   Warning: an update'; echo; echo abc-123", "abc-123"),
        ("echo abc-123; echo ' >   Warning: an update'", "abc-123"),
        ("echo 'Press any key to open up the browser: '; read x", ""),
        ("echo", ""),
        ("echo abc-123; exit 1", ""),
        ("printf '\\377\\n'", ""),
    ],
)
def test_the_token_is_found_among_what_the_cli_prints(
    prints: str, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "heroku").write_text(f"#!/bin/sh\n{prints}\n")
    (tmp_path / "heroku").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    try:
        token = login.token({"HEROKU_API_KEY": " "})
    except HerokuError as fault:
        assert (found, fault.error_id) == ("", "heroku/no-login")
    else:
        assert str(token) == found
