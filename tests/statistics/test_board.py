"""The disclosed board of units from a real store: what is withheld stays so in groups, totals and ranks."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from hoso.statistics.board import TOTAL, Board
from hoso.statistics.board_dossiers import of_dossiers
from hoso.statistics.data import Data
from hoso.statistics.entered import COLUMNS as ENTERED
from hoso.statistics.public_tables import Cell as Published
from hoso.statistics.public_tables import PublicTables, public_tables
from hoso.statistics.results import results
from hoso.statistics.scorecard.places import of_unit
from hoso.vocabulary.errors import HosoError
from hoso.vocabulary.periods import Period
from tests.stores import data, load

JANUARY = Period.parse("2024-01@calendar")
# unit, dossiers, late ones, online ones
DRAWN = """
Sở Tư pháp              60   20   40
Sở Y tế                 60   20   40
Sở Xây dựng             90   10   30
Sở Tài chính            80   40   20
Sở Nội vụ               41    1   30
Thanh tra tỉnh           7    0    7
UBND huyện Đồng Văn     70   30   35
UBND huyện Mèo Vạc      50    5   25
"""


def rows() -> list[dict[str, object]]:
    """The dossiers drawn above."""
    found: list[dict[str, object]] = []
    for line in DRAWN.strip().splitlines():
        unit, total, late, online = line[:22].strip(), *map(int, line[22:].split())
        found += [
            {
                "id": f"H22-{len(found) + i}", "unit": unit, "channel": "Trực tuyến" if i < online else "Trực tiếp",
                "received": "05/01/2024 08:00:00", "due": "12/01/2024",
                "finished": f"{20 if i < late else 9:02d}/01/2024 09:00:00",
            }
            for i in range(total)
        ]  # fmt: skip
    return found


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Data:
    folder = tmp_path_factory.mktemp("board")
    load(folder, rows())
    return data(folder)


@pytest.fixture(scope="module")
def board(drawn: Data) -> Board:
    return of_dossiers(drawn, JANUARY, results)


def test_points_are_those_of_the_scorecard(drawn: Data, board: Board) -> None:
    """Every printed criterion and total is what scorecard.places.of_unit gives the unit."""
    nothing, compared = pd.DataFrame(columns=list(ENTERED)), 0
    for unit in board.units:
        if unit.level == "department" and unit.received and not board.withheld(unit):
            own = of_unit(drawn, JANUARY, unit.id, nothing)
            assert board.cell((unit.level, unit.id), TOTAL).points == own.points
            compared += 1
    assert compared >= 4


def test_what_rests_on_a_withheld_count_is_withheld(board: Board) -> None:
    """One late dossier of 41: the fraction, its points, the group, the total and the rank are not there."""
    place = ("department", "so-noi-vu")
    unit = next(u for u in board.units if u.id == "so-noi-vu")
    late = board.cell(place, "PROCESSED_ON_TIME")
    assert late.withheld and late.points is None
    assert None in (late.numerator, late.denominator)
    assert board.cell(place, "TDGQ").withheld and board.cell(place, "TDGQ").points is None
    assert board.cell(place, TOTAL).withheld and board.cell(place, TOTAL).points is None
    assert unit.id not in board.ranks
    assert board.withheld(unit) and board.grade(unit) is None


def test_no_printed_fraction_has_a_small_part(board: Board) -> None:
    """Neither numerator nor denominator nor what is left between them is 1 to 4 where both are printed."""
    for cell in board.cells.values():
        if cell.numerator is not None and cell.denominator is not None:
            parts = (cell.numerator, cell.denominator, cell.denominator - cell.numerator)
            assert not any(1 <= part <= 4 for part in parts)


def test_a_sum_is_printed_only_over_printed_parts(board: Board) -> None:
    """No group or total is there beside a withheld part of it, at any place."""
    for place in {place for place, _ in board.cells}:
        for group in board.groups:
            hidden = any(board.cell(place, c.id).withheld for c in board.of_group(group.id))
            assert board.cell(place, group.id).withheld == hidden
        assert board.cell(place, TOTAL).withheld == any(
            board.cell(place, g.id).withheld for g in board.groups
        )


def test_ranks_are_shared_and_small_units_have_none(board: Board) -> None:
    """1, 2, 2, 4 within a level; seven dossiers are shown and not ranked; those without a rank follow by id."""
    ranks = {unit: place for unit, (place, _) in board.ranks.items()}
    departments = [ranks[u.id] for u in board.of_level("department") if u.id in ranks]
    assert [ranks[unit] for unit in ("so-xay-dung", "so-tu-phap", "so-y-te")] == [1, 2, 2]
    assert departments in ([1, 2, 2], [1, 2, 2, 4])  # of the others one guards another's count
    assert "thanh-tra-tinh" not in ranks
    last = [u.id for u in board.of_level("department") if u.id not in ranks]
    assert last == sorted(last)


def test_a_partial_total_is_never_graded(board: Board) -> None:
    """All units are without a grade, and the levels add up to all units."""
    assert not board.whole
    assert board.max(TOTAL) < board.card.max
    assert board.graded(None, None) == len(board.units) == sum(board.graded(x, None) for x in board.levels)
    assert all(board.graded(None, grade.title) == 0 for grade in board.card.grades)


def test_an_earlier_report_that_gives_a_count_away_stops_the_notice(drawn: Data) -> None:
    """All but one cell of a fraction was published before: nothing printed now can guard it, so nothing is printed."""
    tables = [results(drawn, JANUARY, by, ["on_time_rate"]) for by in ("province", "level", "unit")]
    tables = [table[table["variant"] == "766"] for table in tables]
    told = public_tables(tables)
    hidden = next(k for k, c in told.cells.items() if "so-noi-vu" in k[0] and not c.published)
    cells = {key: Published(cell.value, key != hidden) for key, cell in told.cells.items()}
    before: PublicTables = replace(told, cells=cells, exposed={})
    with pytest.raises(HosoError, match="không công bố") as caught:
        of_dossiers(drawn, JANUARY, results, [before])
    assert "\n" not in str(caught.value)


def test_a_period_without_dossiers_has_nothing_to_print(drawn: Data) -> None:
    """Units are listed, without points, ranks or anything withheld."""
    empty = of_dossiers(drawn, Period.parse("2023-06"), results)
    assert empty.units and not empty.groups and not empty.ranks
    assert not any(empty.withheld(unit) for unit in empty.units)


def test_units_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Two communes of one name carry the name of what is above them."""
    given = [
        {"id": f"H22-{i}", "unit": "UBND xã Tân Lập", "parent": parent, "received": "05/01/2024 08:00:00"}
        for i, parent in enumerate(("UBND huyện Bắc Quang", "UBND huyện Quang Bình"))
    ]
    load(tmp_path, given)
    names = [u.name for u in of_dossiers(data(tmp_path), JANUARY, results).units if "Tân Lập" in u.name]
    assert len(set(names)) == len(names)
