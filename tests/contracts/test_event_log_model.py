"""Any sequence of appends and reads gives what a plain list would give."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tomoe_es.errors import LogSealed, NotInTheLog, VersionConflict
from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.events.queue import QueuePaused
from tomoe_es.events.system import MessagePosted
from tomoe_es.log import Appended, Batch, EventLog, open_log
from tomoe_es.log.sealing import seal

from .conftest import Store

DAY = 86_400_000_000
STREAMS = st.sampled_from(["a", "b", "c/1", "木曽"])
PAYLOADS: st.SearchStrategy[Event] = st.one_of(
    st.builds(MessagePosted, recipe_id=st.just("r"), text=st.text(max_size=4)),
    st.builds(QueuePaused, reason=st.text(max_size=4)),
)
DRAFTS = st.builds(
    Draft,
    payload=PAYLOADS,
    time=st.integers(1_702_371_600_000_000, 1_702_371_600_000_000 + 3 * DAY),
    cause=st.integers(0, 2**40),
    correlation=st.integers(0, 2**40),
    code=st.integers(0, 2**40),
    actor=st.sampled_from(["", "scheduler", "木曽"]),
)
VERSIONS = st.none() | st.integers(0, 3)
COMMANDS = st.none() | st.sampled_from(["c1", "c2", "c3"])
BATCHES = st.builds(Batch, STREAMS, st.lists(DRAFTS, min_size=1, max_size=3), VERSIONS, COMMANDS)


class PlainList:
    """The log as it would be if nothing could go wrong."""

    def __init__(self) -> None:
        self.events: list[Recorded] = []
        self.answers: dict[str, Appended] = {}

    def append_many(self, batches: list[Batch]) -> list[Appended]:
        events, given, answers = list(self.events), dict(self.answers), []
        for batch in batches:
            if batch.command_id in given:
                answers.append(given[batch.command_id])
                continue
            version = sum(event.stream == batch.stream for event in events)
            if batch.expected_version not in (None, version):
                raise VersionConflict(batch.stream, batch.expected_version or 0, version)
            count = len(batch.events)
            answer = Appended(len(events) + 1, len(events) + count, version + 1, version + count)
            for draft in batch.events:
                version += 1
                events.append(
                    Recorded(
                        len(events) + 1,
                        batch.stream,
                        version,
                        draft.time,
                        draft.correlation,
                        draft.cause,
                        draft.code,
                        draft.actor,
                        draft.payload,
                    )
                )
            if batch.command_id is not None:
                given[batch.command_id] = answer
            answers.append(answer)
        self.events, self.answers = events, given
        return answers


class LogAgainstList(RuleBasedStateMachine):
    """Two openings of one log, and a subscription, against the list."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.logs: list[EventLog] = [open_log(url), open_log(url)]
        self.model = PlainList()
        self.subscription = self.logs[0].subscribe(0)
        self.followed: list[Recorded] = []

    @rule(which=st.integers(0, 1), batches=st.lists(BATCHES, min_size=1, max_size=3))
    def append(self, which: int, batches: list[Batch]) -> None:
        try:
            expected: object = self.model.append_many(batches)
        except VersionConflict as conflict:
            expected = str(conflict)
        try:
            answer: object = self.logs[which].append_many(batches)
        except VersionConflict as conflict:
            answer = str(conflict)
        assert answer == expected

    @rule(which=st.integers(0, 1), after=st.integers(0, 12), until=st.none() | st.integers(0, 12))
    def read(self, which: int, after: int, until: int | None) -> None:
        last = len(self.model.events) if until is None else until
        assert list(self.logs[which].read(after, until)) == self.model.events[after : max(after, last)]

    @rule(which=st.integers(0, 1), types=st.sets(st.sampled_from(["MessagePosted", "QueuePaused", "Other"])))
    def read_types(self, which: int, types: set[str]) -> None:
        expected = [event for event in self.model.events if type(event.payload).__name__ in types]
        assert list(self.logs[which].read(types=types)) == expected

    @rule(which=st.integers(0, 1), stream=STREAMS, after=st.integers(0, 4))
    def read_stream(self, which: int, stream: str, after: int) -> None:
        expected = [event for event in self.model.events if event.stream == stream and event.version > after]
        assert list(self.logs[which].read_stream(stream, after)) == expected

    @rule(limit=st.integers(1, 5))
    def follow(self, limit: int) -> None:
        self.followed += self.subscription.poll(limit)
        assert self.followed == self.model.events[: len(self.followed)]

    @rule(day=st.integers(0, 2))
    def seal(self, day: int) -> None:
        """Only what is embedded has nights to seal; nothing that is read may differ afterwards."""
        if self.url.startswith("sqlite"):
            with suppress(LogSealed, NotInTheLog):
                seal(Path(self.url.removeprefix("sqlite:///")), f"2023-12-{12 + day}")

    @rule(which=st.integers(0, 1))
    def reopen(self, which: int) -> None:
        self.logs[which].close()
        self.logs[which] = open_log(self.url)
        if which == 0:
            self.subscription = self.logs[0].subscribe(len(self.followed))

    def teardown(self) -> None:
        head = len(self.model.events)
        heads = [log.head() for log in self.logs]
        for log in self.logs:
            log.close()
        assert heads == [head, head]


def test_the_log_equals_a_plain_list(make_store: Callable[[], Store]) -> None:
    run_state_machine_as_test(
        lambda: LogAgainstList(make_store().url),
        settings=settings(max_examples=40, stateful_step_count=20, deadline=None, derandomize=True),
    )
