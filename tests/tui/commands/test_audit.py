"""`tomoe audit why`: from a product back to the person who asked for it."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from projections.errors import ProductUnknown, ProductWasRejected
from projections.projector import Projector
from tests.projections.night_story import NIGHT, START, Story, frame_id_of, recipe_id_of, record
from tests.tomoe_es.control.observatory import Observatory, plan, survey
from tomoe_es.clock import HOUR
from tomoe_es.events.envelope import Draft
from tomoe_es.events.recipe import RecipeSubmitted
from tomoe_es.events.reduction import ProductArchived, ProductRejected
from tomoe_es.events.transfer import ChipCubeBuffered, ChipCubeExpired
from tomoe_es.log import open_log
from tui.commands.audit import why
from tui.data_folder import DataFolder, NoDataFolder

FRAME = frame_id_of(3, 102)
PRODUCT = f"product-{FRAME}"
FILE = f"{NIGHT}/s{FRAME}.fits"


def test_the_way_back_names_everything(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert why(PRODUCT, data=data.top) == 0

    text = capsys.readouterr().out
    for said in (
        f"PRODUCT STACK {PRODUCT}",
        f"product    as recorded: {data.archive / FILE}",
        f"raw cube   as recorded: {data.buffer / NIGHT / f'r{FRAME}.fits'}",
        "passed saturation: 120 count, limit 20000 count",
        f"dark: exposure 1, {NIGHT}/s{frame_id_of(1, 102)}.fits",
        f"flat: exposure 2, {NIGHT}/s{frame_id_of(2, 102)}.fits",
        "EXPOSURE 3 field3_dith1",
        "ExposureRequested: name field3_dith1, data_type OBJECT, gain high, exposure_seconds 0.5, frames 18",
        "MountRead: state tracking, ra_deg 19.7",
        "OperationStarted: index 1, operation Exposure",
        "MountSlewCommanded: ra_deg 19.7, dec_deg 29.7",
        f"RECIPE {recipe_id_of(3)}",
        "observer T. Morokuma, project All-Sky Survey",
        "submitted by watched folder as survey3.yaml",
        "    Project: All-Sky Survey",
        f"0.1.0, source {'c0de' * 16}, Python 3.11",
    ):
        assert said in text
    assert frame_id_of(3, 101) not in text


def test_every_line_of_an_event_has_its_position_and_times(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    why(PRODUCT, data=data.top)

    (line,) = [each for each in capsys.readouterr().out.splitlines() if "ProductArchived" in each]
    log = open_log(data.log_url)
    position = int(line.split()[0])
    (event,) = log.read(after=position - 1, until=position)
    log.close()
    assert type(event.payload).__name__ == "ProductArchived"
    assert " UTC (16:4" in line
    assert "[by test, code 1]" in line


@pytest.mark.parametrize(
    "name", [PRODUCT, FILE, f"s{FRAME}.fits", f"s{FRAME}", FRAME, "archived file", "copy of other name"]
)
def test_id_path_name_and_content_lead_to_the_same(
    data: DataFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    if name == "archived file":
        name = str(data.archive / FILE)
    if name == "copy of other name":
        copy = tmp_path / "figure1.fits"
        copy.write_bytes((data.archive / FILE).read_bytes())
        name = str(copy)

    assert why(name, data=data.top, json=True) == 0

    assert json.loads(capsys.readouterr().out)["way_back"]["product"]["product_id"] == PRODUCT


def test_a_changed_product_is_told(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    (data.archive / FILE).write_bytes(b"forged")

    assert why(str(data.archive / FILE), data=data.top) == 1

    assert f"product    DIFFERS: {data.archive / FILE}" in capsys.readouterr().out


def test_a_product_of_a_night_of_events_only_is_said_to_have_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = DataFolder(tmp_path)
    folder.make()
    night = Observatory(folder.log, plan())
    night.start(survey(1))
    night.run_to_end()
    with Projector(night.log, folder.projections) as projector:
        projector.catch_up()
    archived = night.told(ProductArchived)[-1]
    night.close()

    assert why(archived.product_id, data=folder.top) == 0

    text = capsys.readouterr().out
    assert "product    never made, the night is of events only: " in text
    assert "MISSING" not in text


def test_a_missing_raw_cube_is_told(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    (data.buffer / NIGHT / f"r{FRAME}.fits").unlink()

    assert why(PRODUCT, data=data.top) == 1

    assert "raw cube   MISSING" in capsys.readouterr().out


def test_a_raw_cube_deleted_by_policy_is_no_loss(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    log = open_log(data.log_url)
    (buffered,) = [
        each.payload
        for each in log.read()
        if isinstance(each.payload, ChipCubeBuffered) and each.payload.frame_id == FRAME
    ]
    expired = ChipCubeExpired(exposure_number=3, frame_id=FRAME, path=buffered.path, blake3=buffered.blake3)
    log.append(expired.stream(), [Draft(expired, START + 5 * HOUR)])
    position = log.head()
    log.close()
    (data.buffer / buffered.path).unlink()

    assert why(PRODUCT, data=data.top) == 0

    assert f"raw cube   deleted by policy (event {position})" in capsys.readouterr().out


def test_json_holds_the_events_as_recorded(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    why(PRODUCT, data=data.top, json=True)

    told = json.loads(capsys.readouterr().out)
    assert [each["role"] for each in told["files"]] == ["product", "raw cube", "dark", "flat"]
    assert [each["payload"]["type"] for each in told["way_back"]["reduction"]] == [
        "ReductionQueued",
        "ReductionLeased",
        "FieldSolved",
        "PhotometryMeasured",
        "QualityJudged",
        "ProductArchived",
        "ReductionFinished",
    ]


def test_an_unknown_product_says_what_to_give(data: DataFolder) -> None:
    with pytest.raises(ProductUnknown, match=r"'nothing\.fits'.*give a product id"):
        why("nothing.fits", data=data.top)


def test_a_rejected_product_says_why_and_what_to_look_at(data: DataFolder) -> None:
    frame_id = frame_id_of(99, 101)
    with closing(open_log(data.log_url)) as log:
        event = ProductRejected(exposure_number=99, frame_id=frame_id, kind="STACK", reasons=["cloud", "psf"])
        position = log.append(event.stream(), [Draft(event, START)]).first_position
    with pytest.raises(ProductWasRejected, match=rf"\(cloud, psf\).*tomoe alarm show {position}"):
        why(f"archive/{NIGHT}/s{frame_id}.fits", data=data.top)


def test_a_folder_without_a_night_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoDataFolder, match="tomoe night"):
        why(PRODUCT, data=tmp_path)


def test_a_dark_needs_no_dark(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert why(f"product-{frame_id_of(1, 101)}", data=data.top) == 0

    text = capsys.readouterr().out
    assert "dark: none was used" in text
    assert "flat: none was used" in text


def test_lineage_rebuilt_tells_the_same(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    why(PRODUCT, data=data.top, json=True)
    before = msgspec.json.decode(capsys.readouterr().out)
    log = open_log(data.log_url)
    with Projector(log, data.projections, ["lineage"], rebuild=True) as projector:
        projector.catch_up()
    log.close()

    why(PRODUCT, data=data.top, json=True)

    assert msgspec.json.decode(capsys.readouterr().out) == before


def test_a_recipe_without_source_is_told_as_it_was_issued(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    log = open_log(data.log_url)
    story = Story()
    story.exposure_number = 90
    moments = [
        (time, msgspec.structs.replace(event, source="") if isinstance(event, RecipeSubmitted) else event)
        for time, event in story.executed(9, 1)
    ]
    record(log, iter(moments))
    with Projector(log, data.projections) as projector:
        projector.catch_up()
    log.close()

    assert why(f"product-{frame_id_of(91, 101)}", data=data.top) == 1  # these files were never written

    text = capsys.readouterr().out
    assert "as it was issued:\n    Observer: T. Morokuma\n" in text
    assert "  - Exposure: field9_dith1" in text
