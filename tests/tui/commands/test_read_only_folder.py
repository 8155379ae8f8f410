"""Every command that only reads works where its user may not write, and every other says that it may not."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.tomoe_es.log.another_user import as_who_may_not_write
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted
from tomoe_es.log import open_log
from tui.commands import lock, log, log_trust, normal
from tui.commands.audit import why
from tui.commands.rebuild import rebuild
from tui.data_folder import DataFolder

EVENING = 1_702_371_600_000_000  # 2023-12-12


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A log with its projections, where also another user may look."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = DataFolder(Path(name) / "data")
        folder.make()
        with closing(open_log(folder.log_url)) as opened:
            message = MessagePosted(recipe_id="r", text="tea")
            opened.append("messages", [Draft(message, EVENING)] * 30)
        rebuild(data=folder.top)
        yield folder.top


def told(data: Path, command: Callable[[Path], int]) -> str:
    def run() -> str:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            command(data)
        return out.getvalue()

    return as_who_may_not_write(data, run)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (lambda data: log.show(7, data=data), "position     7\n"),
        (lambda data: log.tail(lines=1, data=data), "      30 "),
        (lambda data: lock.show(data=data), "the telescope is locked as it is before the first night"),
        (lambda data: normal.check(data=data), "0 nights, 30 events"),
        (lambda data: rebuild(check=True, data=data), "queue, pool, "),
        (lambda data: why("nothing", data=data), "ProductUnknown: "),
    ],
)
def test_it_reads(data: Path, command: Callable[[Path], int], answer: str) -> None:
    assert told(data, command).startswith(answer)


def held_by_night(data: Path) -> int:
    with DataFolder(data).held_by_night():
        return 0


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (lambda data: rebuild(data=data), "ProjectionUnwritable: "),
        (held_by_night, "DataFolderUnusable: "),
        (lambda data: log_trust.checkpoint(data=data), "LogUnavailable: signing the log in "),
        (
            lambda data: log_trust.seal("2023-12-12", data=data),
            "LogUnavailable: sealing a night of the log in ",
        ),
        (lambda data: log_trust.erase(3, who="a", why="b", data=data), "NightNotSealed: "),
    ],
)
def test_it_says_that_it_may_not_write(data: Path, command: Callable[[Path], int], answer: str) -> None:
    assert told(data, command).startswith(answer)


def test_a_folder_that_may_not_be_looked_into_is_named(data: Path) -> None:
    data.chmod(0)
    try:
        answer = as_who_may_not_write(data, lambda: str(lock.show(data=data)))
    finally:
        data.chmod(0o755)
    assert answer.startswith("DataFolderUnusable: ")
