"""Apprise, against a server on this machine, and what is said when it is not installed."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from adapters.notifications.by_apprise import AppriseAddressInvalid, AppriseChannel, AppriseMissing

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
"""Apprise itself still looks for it."""


class Taking(HTTPServer):
    """Takes what Apprise posts to `json://`, and answers with `status`."""

    status = 200

    def __init__(self) -> None:
        self.taken: list[dict[str, str]] = []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Taking

    def do_POST(self) -> None:
        self.server.taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Taking]:
    taking = Taking()
    threading.Thread(target=taking.serve_forever, args=(0.01,), daemon=True).start()
    yield taking
    taking.shutdown()
    taking.server_close()


def test_a_text_arrives_with_its_loudness(server: Taking) -> None:
    channel = AppriseChannel(f"json://127.0.0.1:{server.server_port}/x", 2)
    assert channel.name == "apprise 2"
    assert channel.send("dome closed", "critical").delivered
    [taken] = server.taken
    assert (taken["message"], taken["type"]) == ("dome closed", "failure")


def test_a_failure_is_told_without_the_address(server: Taking) -> None:
    server.status = 500
    outcome = AppriseChannel(f"json://user:secret@127.0.0.1:{server.server_port}").send("x", "notice")
    assert (outcome.delivered, outcome.retry, outcome.perhaps_delivered) == (False, True, True)
    assert "secret" not in outcome.message


@pytest.mark.parametrize("url", ["nosuch://me:secret@host", "secret"])
def test_an_address_of_an_unknown_kind_is_refused(url: str) -> None:
    with pytest.raises(AppriseAddressInvalid) as told:
        AppriseChannel(url)
    assert "secret" not in str(told.value)


def test_when_it_is_not_installed_the_line_that_installs_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(AppriseMissing, match=r"pip install 'tomoe-es\[apprise\]'"):
        AppriseChannel("json://127.0.0.1")
