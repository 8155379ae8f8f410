"""Every form of every event type that was ever released can still be read, and fits the committed schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from tomoe_es.errors import LogCorrupt, UnknownEventType
from tomoe_es.events import EVENT_TYPES, ErasedPayload, encode_event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.queue import QueuePaused
from tomoe_es.events.reduction import MovingObjectDetected
from tomoe_es.events.schema import SCHEMA_FILE
from tomoe_es.events.upcasters import UPCASTERS
from tomoe_es.log.stored import decode_stored

TOP = Path(__file__).parents[3]
SAMPLES = sorted((TOP / "tests" / "samples").glob("*.json"))
SCHEMA = json.loads((TOP / SCHEMA_FILE).read_text(encoding="utf-8"))


def type_name(sample: Path) -> str:
    return sample.name.split(".")[0]


def newest(name: str) -> Path:
    """The sample of the form that is written now."""
    return max((each for each in SAMPLES if type_name(each) == name), key=form)


def form(sample: Path) -> int:
    return int(sample.name.split(".")[1])


def test_every_event_type_has_a_sample() -> None:
    missing = set(EVENT_TYPES) - {type_name(sample) for sample in SAMPLES}
    assert not missing, "run `python tests/samples/make_samples.py` and commit what it writes"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_a_stored_sample_is_read_and_fits_the_schema(sample: Path) -> None:
    event = decode_stored(1, type_name(sample), sample.read_bytes())
    present = {"$ref": f"#/$defs/{type(event).__name__}", "$defs": SCHEMA["$defs"]}
    Draft202012Validator(present).validate(json.loads(encode_event(event)))
    if sample == newest(type_name(sample)):
        assert encode_event(event) == sample.read_bytes(), (
            "the stored form changed: keep this sample, have `make samples` add one of the new form, and "
            "where more changed than a field with a default was added, write an upcaster"
        )


def test_a_former_moving_object_has_one_error_for_all_directions() -> None:
    former = TOP / "tests" / "samples" / "MovingObjectDetected.1.json"
    event = decode_stored(1, "MovingObjectDetected", former.read_bytes())
    assert isinstance(event, MovingObjectDetected)
    [sighting] = event.sightings
    assert (sighting.error_along_pixels, sighting.error_across_pixels) == (0.1, 0.1)
    assert event.magnitude_error is None


def test_a_whole_recorded_event_fits_the_schema() -> None:
    payload = json.loads((TOP / "tests" / "samples" / "QueuePaused.1.json").read_bytes())
    envelope = {"position": 1, "stream": "queue", "version": 1, "time": 2, "correlation": 0, "cause": 0}
    validator = Draft202012Validator(SCHEMA)
    validator.validate({**envelope, "code": 1, "actor": "", "payload": payload})
    assert not validator.is_valid({**envelope, "code": 1, "actor": "", "payload": {**payload, "reason": 5}})
    assert not validator.is_valid({**envelope, "payload": payload})


def test_an_event_whose_payload_was_erased_fits_the_schema() -> None:
    erased = ErasedPayload(of_type="QueuePaused", sha256="00" * 32)
    event = Recorded(1, "queue", 1, 2, 0, 0, 0, "", erased)
    Draft202012Validator(SCHEMA).validate(json.loads(msgspec.json.encode(event)))
    assert decode_stored(1, "QueuePaused", encode_event(erased)) == erased
    with pytest.raises(LogCorrupt, match="erased as 'QueuePaused'"):
        decode_stored(1, "QueueStarted", encode_event(erased))


def test_a_former_form_is_read_through_its_upcaster(monkeypatch: pytest.MonkeyPatch) -> None:
    def upcast(former: dict[str, Any]) -> dict[str, Any]:
        return {"type": "QueuePaused", "reason": former["why"]}

    monkeypatch.setitem(UPCASTERS, "QueueHalted", upcast)
    event = decode_stored(1, "QueueHalted", b'{"type":"QueueHalted","why":"rain"}')
    assert event == QueuePaused(reason="rain")
    with pytest.raises(LogCorrupt, match="payload says 'Other'"):
        decode_stored(1, "QueueHalted", b'{"type":"Other","why":"rain"}')


def test_a_former_form_under_the_same_name_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(UPCASTERS, "QueuePaused", lambda former: {**former, "reason": former["why"]})
    former, present = b'{"type":"QueuePaused","why":"rain"}', b'{"type":"QueuePaused","reason":"rain"}'
    assert decode_stored(1, "QueuePaused", former) == QueuePaused(reason="rain")
    assert decode_stored(1, "QueuePaused", present) == QueuePaused(reason="rain")


def test_a_type_nobody_knows_is_named() -> None:
    with pytest.raises(UnknownEventType, match="MeteorSeen"):
        decode_stored(7, "MeteorSeen", b'{"type":"MeteorSeen"}')
