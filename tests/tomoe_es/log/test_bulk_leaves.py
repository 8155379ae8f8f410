"""What is hashed in bulk is what `hashlib`, leaf.py and merkle.py say of one event and one node."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomoe_es.errors import LogCorrupt
from tomoe_es.events import ErasedPayload, encode_event
from tomoe_es.events.system import MessagePosted
from tomoe_es.log.bulk_leaves import hashes_of_leaves, roots_of_tiles
from tomoe_es.log.bulk_sha256 import digests
from tomoe_es.log.leaf import leaf_hashes, leaves
from tomoe_es.log.merkle import any_root
from tomoe_es.log.sealed_block import lines_of
from tomoe_es.log.stored import Columns

ERASED = ErasedPayload(of_type="MessagePosted", sha256=sha256(b"said").hexdigest())
WORDS = st.text(max_size=40)


def lines_from(position: int, streams: list[str], payloads: list[bytes]) -> bytes:
    count = len(payloads)
    numbers = range(position, position + count)
    times = [1_702_371_600_000_000 + each for each in numbers]
    zeros = [0] * count
    types = ["MessagePosted"] * count
    return lines_of(Columns(numbers, streams, numbers, times, zeros, zeros, zeros, streams, types, payloads))


def said(text: str) -> bytes:
    return encode_event(MessagePosted(recipe_id="r", text=text))


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=150))
def test_digests_are_those_of_hashlib(messages: list[bytes]) -> None:
    ends = np.cumsum([len(each) for each in messages])
    content = np.frombuffer(b"".join(messages), np.uint8)
    found = digests(content, ends - [len(each) for each in messages], ends)
    assert [bytes(each) for each in found] == [sha256(each).digest() for each in messages]


def test_digests_of_every_length_around_the_blocks_are_those_of_hashlib() -> None:
    ends = np.cumsum(np.arange(400))
    content = np.random.default_rng(1).integers(0, 256, ends[-1]).astype(np.uint8)
    found = digests(content, ends - np.arange(400), ends)
    whole = content.tobytes()
    assert [bytes(each) for each in found] == [
        sha256(whole[end - size : end]).digest() for size, end in enumerate(ends)
    ]


@given(st.integers(1, 10**12), st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=20))
def test_hashes_are_those_of_the_leaves(position: int, events: list[tuple[str, str]]) -> None:
    names = [f'{name},"payload":{{"type":"' for name, _ in events]
    lines = lines_from(position, names, [said(text) for _, text in events])
    hashes, erased = hashes_of_leaves(lines, position, len(events))
    assert [bytes(each) for each in hashes] == leaf_hashes(leaves(lines, position))
    assert erased == {}


def test_an_erased_payload_has_the_hash_of_what_was_there() -> None:
    lines = lines_from(7, ["a"] * 3, [said("x"), encode_event(ERASED), said("y")])
    hashes, erased = hashes_of_leaves(lines, 7, 3)
    assert [bytes(each) for each in hashes] == leaf_hashes(leaves(lines, 7))
    assert leaves(lines, 7)[1].endswith(b',"payload":{"type":"MessagePosted"' + sha256(b"said").digest())
    assert erased == {8: ERASED}


@pytest.mark.parametrize("tiles", [1, 3])
def test_roots_are_those_of_the_tree(tiles: int) -> None:
    hashes = np.random.default_rng(2).integers(0, 256, (256 * tiles, 32)).astype(np.uint8)
    leaf_bytes = [bytes(each) for each in hashes]
    roots = [any_root(leaf_bytes[at : at + 256]) for at in range(0, len(leaf_bytes), 256)]
    assert [bytes(each) for each in roots_of_tiles(hashes)] == roots


@pytest.mark.parametrize(
    ("was", "instead", "at", "reason"),
    [
        (b'{"position":9,', b'{"position":8,', 9, "in its place"),
        (b'{"position":9,', b'{"position":99,', 9, "in its place"),
        (
            b'"payload":{"type":"MessagePosted","recipe_id":"r","text":"c"',
            b'"payload":{"text":"c"',
            10,
            "type",
        ),
        (b'"text":"b"}}\n', b'"text":"b"}\n', 9, "type"),
        (b'"text":"d"}}\n', b"", 11, "missing"),
        (b'"text":"d"}}\n', b'"text":"d"}}\n{}\n', 12, "added"),
        (b'"text":"d"}}\n', b'"text":"d"}}', 11, "missing"),
    ],
)
def test_a_line_that_is_no_event_is_located(was: bytes, instead: bytes, at: int, reason: str) -> None:
    lines = lines_from(8, ["a"] * 4, [said(text) for text in "abcd"])
    assert was in lines
    with pytest.raises(LogCorrupt, match=reason) as found:
        hashes_of_leaves(lines.replace(was, instead), 8, 4)
    assert found.value.position == at
