"""The analyst's workbook without a browser: what is chosen is what is shown, and figures open their dossiers."""

import json
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from hoso.presentation import explore, open_report
from hoso.presentation.dossiers import SHOWN, Dossiers
from hoso.presentation.explore.grid import Grid, GridWidget
from hoso.presentation.explore.panel import Panel
from hoso.presentation.figures import DOSSIERS, Figure
from hoso.vocabulary.errors import NoDataError, UsageError
from tests import stores

ROW = {"received": "02/01/2024 08:00", "due": "10/01/2024", "finished": "09/01/2024 10:00"}
LATE = ROW | {"finished": "11/01/2024 08:00"}
EARLIER = {"received": "02/01/2023 08:00", "due": "10/01/2023", "finished": "11/01/2023 10:00"}


@pytest.fixture
def explorer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> explore.Explorer:
    """Two offices, one of them late once in 2024 and always in 2023; one district."""
    rows = [
        *[ROW | {"unit": unit} for unit in ("Sở Tư pháp", "Sở Y tế", "UBND huyện Đồng Văn")] * 3,
        LATE | {"unit": "Sở Y tế"},
        *[EARLIER | {"unit": "Sở Y tế"}] * 2,
    ]
    stores.load(tmp_path, [row | {"id": f"H22-{i}"} for i, row in enumerate(rows)])
    monkeypatch.setenv("HOSO_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("HOSO_KEY", str(tmp_path / "key"))
    return explore.open_explorer("ha-giang", "2024-9M", "department")


def cells(grid: Grid, *columns: int) -> list[list[str]]:
    return [[row[column][0] for column in columns] for row in grid.rows if row[-1][1] is not None]


def test_the_table_is_the_units_lowest_first(explorer: explore.Explorer) -> None:
    """Numerator, denominator and rate of each unit of the level; those without dossiers print a dash and stand last."""
    grid = explorer.model.grid(explorer.choice)
    assert cells(grid, 0, 2, 3, 4) == [["Sở Y tế", "3", "4", "75,0%"], ["Sở Tư pháp", "3", "3", "100,0%"]]
    assert grid.rows[-1][-1] == ("–", None)
    assert "toàn tỉnh 90,0%" in grid.caption


def test_two_periods_side_by_side(explorer: explore.Explorer) -> None:
    """The change in points, the greatest fall first; a unit without dossiers in one of them has a dash."""
    grid = explorer.model.comparison(explorer.choice, "2023-9M")
    assert cells(grid, 0, 1, 2, 3) == [["Sở Y tế", "75,0%", "0,0%", "+75,0"]]
    assert ["Sở Tư pháp", "100,0%", "–", "–"] in [[text for text, _ in row] for row in grid.rows]


def test_a_figure_opens_its_dossiers(explorer: explore.Explorer) -> None:
    """On any figure of a report: as many rows as the denominator, marked so that nobody publishes them."""
    report = open_report("review", "ha-giang", "2024-9M")
    figure = report.rate("on_time_rate", "06a")
    rows = figure.dossiers()
    assert (len(rows), rows["tử số"].sum()) == (figure.denominator, figure.numerator) == (10, 9)
    assert isinstance(rows.query("`tử số` == 0"), Dossiers)
    assert DOSSIERS in rows[["vì sao"]]._repr_mimebundle_()
    assert len(figure.top.dossiers()) == 9
    assert figure.rest.dossiers()["vì sao"].tolist() == ["giải quyết ngày 11/01/2024, quá hạn 1 ngày"]
    assert report.count("late", unit="so-y-te").dossiers()["đơn vị"].tolist() == ["Sở Y tế"]
    assert figure == Figure(**{**figure.__dict__, "behind": None})  # no part of what the figure is
    assert "behind" not in json.dumps(figure.record("f1"))


def test_what_is_not_counted_from_dossiers_says_where_it_is_from(explorer: explore.Explorer) -> None:
    """A published figure has no dossiers: one line with its source."""
    with pytest.raises(UsageError) as refused:
        open_report("review", "ha-giang", "2024-9M").published("satisfaction_rate").dossiers()
    assert "nguồn:" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_fault_is_one_line_in_a_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    """With the extension loaded, a fault of the library prints its one line, no traceback; the cell has failed all the same."""
    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "hoso")
    done = shell.run_cell(
        "from hoso.vocabulary.errors import UsageError\nraise UsageError('sai tên', expected='tên đúng')"
    )
    told = "".join(capsys.readouterr())
    assert "UsageError: sai tên · cần: tên đúng" in told
    assert "Traceback" not in told
    assert isinstance(done.error_in_exec, UsageError)


def test_the_panel_follows_its_menus(explorer: explore.Explorer) -> None:
    """Another level, another indicator with another variant, another period: the table is that of the choice."""
    panel = Panel(explorer)
    panel.menus["level"].value = "district"
    assert [row[0][0] for row in panel.units.rows if row[-1][1] is not None] == ["UBND huyện Đồng Văn"]
    panel.menus["indicator"].value = "online_rate"
    assert explorer.choice.variant == panel.menus["variant"].value != "06a"
    panel.menus["indicator"].value = "late"
    assert explorer.choice.variant is None
    panel.menus["period"].value = "2023"
    assert "năm 2023" in panel.units.caption


def test_a_click_opens_the_dossiers_of_a_unit(explorer: explore.Explorer) -> None:
    """The chosen row's figure is the explorer's, its dossiers fill the second table."""
    panel = Panel(explorer)
    panel.units.chosen = 0
    assert explorer.figure is not None and explorer.figure.printed == "75,0%"
    assert len(panel.dossiers.rows) == len(explorer.dossiers()) == 4
    panel.menus["level"].value = "district"
    assert explorer.figure is None and panel.dossiers.rows == []


def test_the_score_under_other_counts(explorer: explore.Explorer) -> None:
    """A numerator raised to its denominator brings its criterion's points; the plan says how many more a total needs."""
    asked = explore.WhatIf(explorer.choice, model=explorer.model)
    row = next(c for c in asked.movable if c.id == "PROCESSED_ON_TIME")
    full = float(row.given.denominator or 0)
    after = asked.after({row.id: (full, full)})
    assert (after.total or 0) > (asked.scored.total or 0)
    assert asked.told(after) in asked.grid(after).caption
    assert asked.after({}) is asked.scored
    assert asked.plan(asked.scored.total or 0).rows == []


def test_every_part_of_the_quality_page_says_something(explorer: explore.Explorer) -> None:
    """Seven parts, a table or a sentence each, none empty."""
    parts = list(explore.Quality(explorer.choice, explorer.model).grids())
    assert len(parts) == 7
    assert all(grid.rows or "." in grid.caption for _, grid in parts)


def test_a_grid_is_escaped_and_shortens_dossiers() -> None:
    """Names cannot become elements; of a list of dossiers a page shows the first rows."""
    rows = Dossiers({"hồ sơ": [f"HS-{i:012x}" for i in range(SHOWN * 3)], "vì sao": "<script>"})
    grid = Grid.of("Hồ sơ", rows, listing=True)
    shown = grid._repr_mimebundle_()
    assert DOSSIERS in shown and "<script>" not in shown["text/html"]
    assert len(grid.rows) == 200
    widget = GridWidget()
    widget.show(grid)
    assert (len(widget.rows), widget.chosen) == (200, -1)


def test_nothing_to_explore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a store, and for a period that is none: one line each, before any widget."""
    monkeypatch.setenv("HOSO_STORE", str(tmp_path / "none"))
    with pytest.raises(NoDataError):
        explore.open_explorer("ha-giang", "2024-9M")
    with pytest.raises(UsageError):
        explore.open_explorer("ha-giang", "chín tháng")
