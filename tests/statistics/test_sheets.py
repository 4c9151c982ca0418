"""Reference sheets are read once a process, and again when a person has changed them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hoso.statistics import heads, targets
from hoso.statistics.sheets import remembered
from hoso.vocabulary.errors import InputError

REFERENCE = Path(__file__).parents[2] / "data" / "reference"


def test_a_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    """Its time or its size tells; another file is another one."""
    seen: list[Path] = []
    read = remembered(lambda path: (seen.append(path), path.read_text())[1])
    file = tmp_path / "a.csv"
    file.write_text("one")
    assert [read(file), read(file)] == ["one", "one"]
    assert len(seen) == 1
    file.write_text("two")
    os.utime(file, (1, 1))
    assert read(file) == "two"
    (tmp_path / "b.csv").write_text("three")
    assert read(tmp_path / "b.csv") == "three"
    assert len(seen) == 3


def test_a_fault_is_told_each_time(tmp_path: Path) -> None:
    """A file that is not there, or is wrong, is asked again."""
    for _ in range(2):
        with pytest.raises(InputError):
            targets.read(tmp_path / "none.csv")
    (tmp_path / "none.csv").write_text((REFERENCE / targets.FILE).read_text("utf-8"), "utf-8")
    assert targets.read(tmp_path / "none.csv") == targets.read(REFERENCE / targets.FILE) != ()
    assert heads.read(REFERENCE / heads.FILE) is heads.read(REFERENCE / heads.FILE)
