"""The telescope over a real line: the same night, and only for those who know its token."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.telescope_line import host, messages
from adapters.telescope_line.address import Address, read_address, write_address
from adapters.telescope_line.host import TelescopeHost
from adapters.telescope_line.line import NoTelescope, SocketLine, TelescopeRefused
from adapters.telescope_line.remote_telescope import RemoteTelescope
from tests.tomoe_es.control.observatory import Observatory, plan, survey


class Hosted:
    """A host on a thread of this process."""

    def __init__(self, run: Path) -> None:
        self.run = run
        self.host = TelescopeHost(run)
        self.thread = threading.Thread(target=self.host.serve)
        self.thread.start()
        while read_address(run) is None:
            self.thread.join(0.01)

    def stop(self) -> None:
        self.host.stop()
        self.thread.join(10)


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Hosted]:
    made = Hosted(tmp_path)
    yield made
    made.stop()


class OverTheLine(Observatory):
    """An observatory whose telescope is at the other end of a line."""

    def __init__(self, line: SocketLine, planned: Any) -> None:
        self.line = line
        super().__init__(None, planned)

    def make_telescope(self) -> RemoteTelescope:
        return RemoteTelescope(self.clock, self.conductor.record, self.line, self.plan, 1000.0)


SCRIPT = """
weather: [{ kind: rain, from: '16:52:22', to: '16:53' }]
faults: [{ device: focus, kind: slow, from: '16:40', to: '17:00', factor: 3 }]
"""


def test_a_night_is_the_same_over_the_line(hosted: Hosted) -> None:
    planned = plan(end="17:20", script=SCRIPT)
    here, there = (
        Observatory(None, planned),
        OverTheLine(SocketLine(hosted.run, "night", driver=True), planned),
    )
    for night in (here, there):
        night.start(survey(3))
        night.run_to_end()
    told = [
        sorted((each.time, each.stream, repr(each.payload)) for each in night.all())
        for night in (here, there)
    ]
    assert told[0] == told[1]
    assert len(told[0]) > 500
    there.line.close()


def test_the_host_ends_with_the_night(hosted: Hosted) -> None:
    line = SocketLine(hosted.run, "night", driver=True)
    line.ask(messages.End())
    hosted.thread.join(10)
    assert not hosted.thread.is_alive()
    assert read_address(hosted.run) is None
    with pytest.raises(NoTelescope):
        line.ask(messages.Poll())
    line.close()


def test_it_ends_when_nobody_has_come_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "LINGERS_SECONDS", 0.1)
    Hosted(tmp_path).thread.join(10)
    assert read_address(tmp_path) is None


def test_without_the_token_nothing_is_told(hosted: Hosted) -> None:
    address = read_address(hosted.run)
    assert address is not None
    assert (hosted.run / "telescope.json").stat().st_mode & 0o077 == 0
    write_address(hosted.run, Address(address.port, address.pid, "a guess"))
    with pytest.raises(TelescopeRefused, match="token"):
        SocketLine(hosted.run, "stranger")
    write_address(hosted.run, address)
    SocketLine(hosted.run, "friend").close()


@pytest.mark.parametrize("line", [b"GET / HTTP/1.1\r\n\r\n", b"\xff\n", b'{"do":"Poll"}\n', b"{}\n"])
def test_what_is_not_understood_harms_nobody(hosted: Hosted, line: bytes) -> None:
    address = read_address(hosted.run)
    assert address is not None
    with socket.create_connection(("127.0.0.1", address.port)) as stranger:
        stranger.sendall(line)
        assert b"refused" in stranger.recv(10_000)
    SocketLine(hosted.run, "friend").close()


def test_an_address_of_somebody_else_is_told_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "telescope.json").mkdir()  # what can't be read, also for root
    with pytest.raises(NoTelescope, match=r"telescope.json can't be read .*: be the user whose"):
        SocketLine(tmp_path, "emergency")


def test_no_telescope_is_told_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(NoTelescope, match="it is started by 'tomoe night'"):
        SocketLine(tmp_path, "night")
    write_address(tmp_path, Address(1, 1, ""))
    with pytest.raises(NoTelescope, match="can't be reached"):
        SocketLine(tmp_path, "night")
