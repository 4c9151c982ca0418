"""Our engine beside nbclient, cell by cell: what a cell shows, how it fails, what it leaves to the next one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.fidelity.cases import THEMES, Cell, cells, notebook
from tests.fidelity.comparing import differences
from tests.fidelity.running import OURS, REFERENCE, Ran, run

EVERY = [pytest.param(theme, cell, id=f"{theme}-{cell.name}") for theme in THEMES for cell in cells(theme)]
REST = "notebook"


@dataclass(frozen=True)
class Sides:
    """A theme's notebook run by nbclient, by nbclient once more, and by us."""

    theme: str
    folder: Path
    reference: Ran
    again: Ran
    ours: Ran

    def differing(self, one: Ran, other: Ran) -> dict[str, tuple[str, str]]:
        folders = [str(self.folder / name) for name in ("reference", "again", "ours")]
        return differences(one, other, folders, [cell.name for cell in cells(self.theme) if cell.unordered])


Compared = Callable[[str], tuple[Sides, dict[str, tuple[str, str]]]]


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Compared:
    """The three runs of a theme and what differs between the first and ours, made once."""

    @cache
    def made(theme: str) -> tuple[Sides, dict[str, tuple[str, str]]]:
        folder, asked = tmp_path_factory.mktemp(theme), notebook(theme)
        ran = [run(asked, folder / name, by) for name, by in
               (("reference", REFERENCE), ("again", REFERENCE), ("ours", OURS))]  # fmt: skip
        sides = Sides(theme, folder, *ran)
        differ, too = (sides.differing(one, sides.ours) for one in (sides.reference, sides.again))
        late = {cell.name for cell in cells(theme) if cell.late}
        return sides, {name: both for name, both in differ.items() if name not in late or name in too}

    return made


def test_there_are_cells_enough() -> None:
    """At least 57 kinds, each with a name of its own."""
    assert len(EVERY) > 400
    assert all(len({cell.name for cell in cells(theme)}) == len(cells(theme)) for theme in THEMES)


@pytest.mark.parametrize("theme", THEMES)
def test_the_reference_ran(theme: str, compared: Compared) -> None:
    """nbclient executed every cell, and each but the silent ones has outputs: two empty notebooks would be equal too."""
    sides, _ = compared(theme)
    ran = [sides.reference.code, sides.again.code]
    assert [cell.name for cell in cells(theme) if ran[0][cell.name].execution_count is None] == []
    shown = {cell.name: any(code[cell.name].outputs for code in ran) for cell in cells(theme)}
    assert [cell.name for cell in cells(theme) if shown[cell.name] is cell.silent] == []


@pytest.mark.parametrize("theme", THEMES)
def test_the_reference_agrees_with_itself(theme: str, compared: Compared) -> None:
    """The control: two runs by nbclient do not differ, so what differs from ours is ours (cells that are late set aside)."""
    sides, _ = compared(theme)
    late = {cell.name for cell in cells(theme) if cell.late}
    found = sides.differing(sides.reference, sides.again)
    assert {name: both for name, both in found.items() if name not in late} == {}


@pytest.mark.parametrize(("theme", "cell"), EVERY)
def test_the_cell_is_as_nbclient_leaves_it(theme: str, cell: Cell, compared: Compared) -> None:
    """Source, execution count, outputs with their metadata, traceback and colours, timing keys."""
    sides, found = compared(theme)
    assert sides.ours.code[cell.name].execution_count is not None
    assert found.get(cell.name) is None


@pytest.mark.parametrize("theme", THEMES)
def test_the_notebook_is_as_nbclient_leaves_it(theme: str, compared: Compared) -> None:
    """Metadata, language, papermill's record, the cells it added; and what it raises at the end."""
    sides, found = compared(theme)
    assert found.get(REST) is None
    assert {name for name in found if name.startswith("papermill-")} == set()
    assert repr(sides.ours.error) == repr(sides.reference.error)


@pytest.mark.parametrize("theme", THEMES)
def test_what_it_cost_is_told(theme: str, compared: Compared) -> None:
    """CPU seconds and peak memory of the kernel stand in the notebook's metadata: this ran in a fork of ours, not by nbclient."""
    told = compared(theme)[0].ours.notebook.metadata["hoso_run"]
    assert 0 < told["cpu_seconds"] < 300
    assert 20 * 2**20 < told["peak_bytes"] < 3 * 2**30
