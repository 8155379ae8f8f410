from __future__ import annotations

import json
from pathlib import Path

import pytest

from tui.commands.recipe import app

EXAMPLE = Path(__file__).parents[3] / "recipes" / "examples" / "all-sky-survey.yaml"


def run(*words: str) -> int:
    return app(["check", *words], result_action="return_value")


@pytest.fixture
def bad(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(EXAMPLE.read_text().replace("28.13", "280.13").replace("MirrorCover:", "MirorCover:"))
    return path


def test_a_good_file_exits_0_and_says_so(capsys):
    assert run(str(EXAMPLE), "--night", "2023-12-12") == 0
    out, err = capsys.readouterr()
    assert out == f"{EXAMPLE}: good for the night of 2023-12-12: 17 operations, 4 exposures\n"
    assert err == ""


def test_a_bad_file_exits_1_with_every_error_and_remedy(capsys, bad):
    assert run(str(EXAMPLE), str(bad), "--night", "2023-12-12") == 1
    assert capsys.readouterr().out.splitlines()[1:] == [
        f"{bad}:6:15: Operations[1].SetFocus: 280.13 is outside 0 to 50 mm [OutOfRange]",
        "    remedy: write a number from 0 to 50 mm",
        f"{bad}:9:5: Operations[4].MirorCover: the operation 'MirorCover' is not defined [UnknownOperation]",
        "    remedy: did you mean 'MirrorCover'?",
    ]


def test_json_is_a_list_of_objects(capsys, bad):
    assert run(str(EXAMPLE), str(bad), "--json", "--night", "2023-12-12") == 1
    good_file, bad_file = json.loads(capsys.readouterr().out)
    assert good_file == {"file": str(EXAMPLE), "night": "2023-12-12", "good": True, "errors": []}
    assert bad_file["good"] is False
    assert bad_file["errors"][0] == {
        "file": str(bad),
        "line": 6,
        "column": 15,
        "field": "Operations[1].SetFocus",
        "condition": "OutOfRange",
        "message": "280.13 is outside 0 to 50 mm",
        "remedy": "write a number from 0 to 50 mm",
    }


def test_visibility_is_judged_for_the_night_given(capsys):
    assert run(str(EXAMPLE), "--night", "2023-06-12") == 1
    assert "in the night of 2023-06-12" in capsys.readouterr().out


def test_without_a_night_tonight_is_judged(capsys):
    message = EXAMPLE.parent / "start-up.yaml"
    assert run(str(message)) == 0
    assert "good for the night of 2" in capsys.readouterr().out


def test_a_missing_file_and_a_directory_exit_2_and_are_named(capsys, tmp_path):
    missing = tmp_path / "missing.yaml"
    assert run(str(missing), str(tmp_path), str(EXAMPLE), "--night", "2023-12-12") == 2
    out, err = capsys.readouterr()
    assert err == (
        f"{missing}: the file can't be read: No such file or directory\n"
        f"{tmp_path}: the file can't be read: Is a directory\n"
    )
    assert "good" in out


def test_a_night_that_is_no_date_exits_2(capsys):
    for night in ("tonight", "9999-12-31"):
        assert run(str(EXAMPLE), "--night", night) == 2
    assert "write it as 2023-12-12" in capsys.readouterr().err
