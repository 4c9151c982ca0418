"""Public tables from real stores: no count of 1–4 is printed or follows by subtraction, over places and over periods."""

import pandas as pd
import pytest

from hoso.statistics.data import Data
from hoso.statistics.public_tables import HIDDEN, PRIMARY, SECONDARY, PublicTables, public_tables
from hoso.statistics.results import results
from hoso.vocabulary.periods import Period
from tests.stores import data, load

MONTHS = [Period.parse("2024-01-01..2024-01-31"), Period.parse("2024-01-01..2024-02-29")]
# unit, channel, dossiers received in January, in February; of each, the first is still pending and the second late
DRAWN = """
Sở Tư pháp              Trực tuyến   40   30
Sở Tư pháp              Trực tiếp    12    2
Sở Y tế                 Trực tuyến   25    9
Sở Y tế                 Trực tiếp     3    8
Sở Xây dựng             Trực tuyến   60    3
Sở Xây dựng             Trực tiếp    30   11
UBND huyện Đồng Văn     Trực tuyến    2    0
UBND huyện Đồng Văn     Trực tiếp    15   20
UBND huyện Mèo Vạc      Trực tuyến   22   17
UBND huyện Mèo Vạc      Trực tiếp    18    1
UBND huyện Yên Minh     Trực tuyến   31   12
UBND huyện Yên Minh     Trực tiếp    26   19
"""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Data:
    """Hà Giang with the dossiers drawn above."""
    folder = tmp_path_factory.mktemp("drawn")
    rows: list[dict[str, object]] = []
    for line in DRAWN.strip().splitlines():
        unit, channel, *months = (
            part.strip() for part in pd.Series(line).str.split(r"\s{2,}", regex=True)[0]
        )
        for month, number in enumerate(map(int, months), 1):
            for i in range(number):
                finished = "" if i == 0 else f"{20 if i == 1 else 9:02d}/{month:02d}/2024 09:00:00"
                rows.append({
                    "id": f"H22-{len(rows)}", "unit": unit, "channel": channel, "received": f"05/{month:02d}/2024 08:00:00",
                    "due": f"12/{month:02d}/2024", "finished": finished, "status": "Đã trả kết quả" if finished else "Đang xử lý",
                })  # fmt: skip
    load(folder, rows)
    return data(folder)


def tables(drawn: Data, period: Period) -> list[pd.DataFrame]:
    """The province, its levels and the units that had dossiers."""
    units = results(drawn, period, "unit")
    busy = units[(units["indicator"] == "received") & (units["numerator"] > 0)]["unit"]
    return [results(drawn, period), results(drawn, period, "level"), units[units["unit"].isin(busy)]]


@pytest.fixture(scope="module")
def january(drawn: Data) -> PublicTables:
    return public_tables(tables(drawn, MONTHS[0]))


def test_no_small_count_is_printed(drawn: Data, january: PublicTables) -> None:
    """A count of dossiers from 1 to 4 has no number; a rate that rests on a withheld count has no value."""
    for table in january.tables:
        counts = table[table["variant"].isna() & ~table["indicator"].str.startswith("procedures")]
        assert not counts["numerator"].between(1, 4).any()
        hidden = table[table["mask"].notna()]
        assert hidden["value"].isna().all()
        assert hidden["reason"].isin([PRIMARY, SECONDARY, HIDDEN]).all()
        assert (table["reason"].notna() == table["mask"].notna()).all()
    assert not january.exposed


def test_what_is_printed_is_true_and_the_analysts_tables_are_whole(
    drawn: Data, january: PublicTables
) -> None:
    """Nothing is changed, only withheld; the tables given are not touched."""
    for given, shown in zip(tables(drawn, MONTHS[0]), january.tables, strict=True):
        assert list(shown.columns) == [*given.columns, "mask", "reason"]
        kept = shown["mask"].isna()
        pd.testing.assert_frame_equal(shown.loc[kept, given.columns], given[kept])
        assert given["numerator"].notna().any()


def test_totals_go_last(january: PublicTables) -> None:
    """The province's own line keeps its main figures."""
    main = january.tables[0]
    main = main[main["indicator"].isin(["received", "resolved", "received_online"]) & main["variant"].isna()]
    assert main["mask"].isna().all()
    assert main.set_index("indicator").at["received", "numerator"] == 284


def subtract(table: pd.DataFrame, total: dict[str, float | None], name: str) -> float | None:
    """What an attacker gets for the one withheld row of a count among rows that add up to a total."""
    rows = table[(table["indicator"] == name) & table["variant"].isna()]
    hidden = rows[rows["numerator"].isna()]
    return (
        None
        if len(hidden) != 1 or total.get(name) is None
        else float(total[name] or 0) - rows["numerator"].sum()
    )


def test_no_level_gives_a_unit_away(january: PublicTables) -> None:
    """Never is exactly one unit of a level withheld under a printed level."""
    _, levels, units = january.tables
    names = units.loc[units["variant"].isna(), "indicator"].unique()
    for level in ("department", "district"):
        rows = levels[(levels["level"] == level) & levels["variant"].isna()]
        total = {
            n: None if pd.isna(v) else float(v)
            for n, v in zip(rows["indicator"], rows["numerator"], strict=True)
        }
        for name in names:
            left = subtract(units[units["level"] == level], total, name)
            assert left is None or not 1 <= left <= 4, (level, name)


def test_two_reports_do_not_give_a_month_away(drawn: Data, january: PublicTables) -> None:
    """Sở Xây dựng had three online dossiers in February: two months less the published one would tell it."""
    second = public_tables(tables(drawn, MONTHS[1]), earlier=[january])

    def printed(report: PublicTables, name: str) -> pd.Series:
        rows = report.tables[2][report.tables[2]["variant"].isna()]
        return rows[rows["indicator"] == name].set_index("unit")["numerator"]

    alone = public_tables(tables(drawn, MONTHS[1]))
    given_away = 0
    for name in ("received_in_period", "received_online", "received_direct", "resolved", "late"):
        first = printed(january, name)
        assert not (printed(second, name) - first).between(1, 4).any(), name
        given_away += int((printed(alone, name) - first).between(1, 4).sum())
    assert (
        given_away > 0
    )  # it takes the earlier report into account: made without it, the second tells a month


def test_a_report_published_again_shows_nothing_more(drawn: Data, january: PublicTables) -> None:
    """What was withheld stays withheld, what was printed stays printed."""
    again = public_tables(tables(drawn, MONTHS[0]), earlier=[january])
    for first, second in zip(january.tables, again.tables, strict=True):
        assert first["mask"].notna().tolist() == second["mask"].notna().tolist()
