"""A webhook on this machine that takes, refuses, delays, limits and drops, as it is told to."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

SECRET = "T000/B000/secret"


class Answer(msgspec.Struct, frozen=True):
    """How one request is answered; `taken`: the message has arrived, whatever the answer."""

    status: int = 200
    body: str = "ok"
    headers: tuple[tuple[str, str], ...] = ()
    taken: bool = True
    drop: bool = False  # no answer at all
    hold: threading.Event | None = None  # answered only when this is set


OK = Answer()
LIMITED = Answer(429, "rate_limited", (("Retry-After", "0"),), taken=False)
BROKEN = Answer(500, "server_error", taken=False)
NO_SERVICE = Answer(404, "no_service", taken=False)
INVALID = Answer(400, "invalid_payload", taken=False)
DROPPED = Answer(drop=True, taken=False)
TAKEN_AND_DROPPED = Answer(drop=True)


class Webhook:
    """Texts that arrived, and the answers to the next requests; after these every request is taken."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.requests = 0
        self.answers: deque[Answer] = deque()
        self.port = 0
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/services/{SECRET}"

    def up(self) -> None:
        """Listen, on the same port as before."""
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                webhook._take(self, json.loads(body)["text"])

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def down(self) -> None:
        """Refuse connections."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _take(self, handler: BaseHTTPRequestHandler, text: str) -> None:
        self.requests += 1
        answer = self.answers.popleft() if self.answers else OK
        if answer.taken:
            self.texts.append(text)
        if answer.hold is not None:
            answer.hold.wait(30)
        if answer.drop:
            handler.close_connection = True
            return
        with suppress(ConnectionError):  # whoever asked may have given up waiting
            handler.send_response(answer.status)
            for name, value in (*answer.headers, ("Content-Length", str(len(answer.body)))):
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(answer.body.encode())


@contextmanager
def a_webhook() -> Iterator[Webhook]:
    webhook = Webhook()
    webhook.up()
    try:
        yield webhook
    finally:
        webhook.down()
