"""Series across 1/7/2025: sums of raw counts of the old provinces, nothing averaged, nothing counted twice."""

from datetime import datetime
from functools import cache
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hoso.records import keys, schema
from hoso.records.importer import import_file
from hoso.records.store import Store
from hoso.statistics.data import Data
from hoso.statistics.rank_series import RankPoint, change, rank_series
from hoso.statistics.results import results
from hoso.statistics.series import OpenData, Point, frame, series, tables_by_era
from hoso.vocabulary.errors import UsageError
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import Province, find_province, predecessors, successor
from tests.stores import prepare, printed, write_csv

HA_GIANG, OLD_TUYEN_QUANG = find_province("ha-giang", "63"), find_province("tuyen-quang", "63")
NEW_TUYEN_QUANG = find_province("tuyen-quang", "34")
REUSED = ("15", "24", "44", "52", "80", "82", "91")

# Dossiers of the two old provinces (hg, tq) and of the new one (new). B and E cross the border and go on in the new
# province's system; C was finished before it and is repeated by the new system's export; D was lost on the way.
TABLE = """
store  id  channel     received          due         finished          why
hg     A   Trực tuyến  2025-03-03 08:00  2025-03-10  2025-03-07 10:00  early, in the first half
hg     B   Trực tuyến  2025-06-20 08:00  2025-07-04  -                 pending on 30/6, goes on in the new province
hg     D   Trực tiếp   2025-06-25 08:00  2025-07-20  -                 pending on 30/6, never taken over
hg     F   Trực tiếp   2024-12-20 08:00  2025-01-10  2025-01-20 09:00  carried into the calendar year, late
tq     C   Trực tuyến  2025-05-05 08:00  2025-05-12  2025-05-09 09:00  early; the new export repeats it
tq     E   Trực tiếp   2025-06-27 08:00  2025-07-02  -                 pending on 30/6, overdue later
new    B   Trực tuyến  2025-06-20 08:00  2025-07-04  2025-07-03 09:00  early, in the second half
new    C   Trực tuyến  2025-05-05 08:00  2025-05-12  2025-05-09 09:00  was finished before the border
new    E   Trực tiếp   2025-06-27 08:00  2025-07-02  -                 still pending, overdue
new    G   Trực tuyến  2025-08-01 08:00  2025-08-11  2025-08-14 09:00  late, in the second half
new    H   Trực tuyến  2025-12-20 08:00  2026-01-05  -                 pending at the end of the year, in time
"""
STORES = {"hg": HA_GIANG, "tq": OLD_TUYEN_QUANG, "new": NEW_TUYEN_QUANG}
# What each count is in the year 2025 (calendar), by hand from the table above.
YEAR = {
    "received_in_period": 7,  # A B D C E | G H
    "carried_over": 1,  # F on 1/1/2025
    "received": 8,
    "received_online": 5,  # A B C | G H
    "resolved": 5,  # A F C | B G
    "early": 3,  # A C | B
    "late": 2,  # F | G
    "pending": 2,  # E H: D lives on nowhere
    "overdue": 1,  # E
    "pending_in_time": 1,  # H
}


def drawn() -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for line in TABLE.strip().splitlines()[1:]:
        store, name, channel, received, due, finished = (
            part.strip() for part in pd.Series(line).str.split(r"\s{2,}", regex=True)[0][:6]
        )
        found.setdefault(store, []).append(
            row(name, channel, received, due, None if finished == "-" else finished)
        )
    return found


def row(name: str, channel: str, received: str, due: str, finished: str | None) -> dict[str, object]:
    return {
        "id": f"H-{name}", "channel": channel, "received": printed(datetime.fromisoformat(received)),
        "due": f"{datetime.fromisoformat(due):%d/%m/%Y}", "finished": printed(datetime.fromisoformat(finished)) if finished else "",
        "status": "Đã trả kết quả" if finished else "Đang xử lý",
    }  # fmt: skip


def stores(folder: Path, rows: dict[Province, list[dict[str, object]]]) -> OpenData:
    """One store with the dossiers of several provinces, each imported as its own."""
    prepare(folder)
    for province, dossiers in rows.items():
        file = write_csv(folder / f"{province.id}.csv", dossiers)
        import_file(Store.open(folder / "store"), file, province, keys.load(folder / "key"))
    return cache(lambda province: Data(Store.open(folder / "store"), province))


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> OpenData:
    """Hà Giang, the old Tuyên Quang and the new one, as drawn."""
    return stores(tmp_path_factory.mktemp("three"), {STORES[name]: rows for name, rows in drawn().items()})


def one(
    open_data: OpenData, name: str, period: str, province: Province = NEW_TUYEN_QUANG, **more: str
) -> Point:
    return series(open_data, province, name, [Period.parse(period)], **more)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", YEAR)
def test_the_full_year_2025(three: OpenData, name: str) -> None:
    """Flows of both halves, the first half's start, the last half's end; no dossier twice."""
    assert one(three, name, "2025@calendar").numerator == YEAR[name]


def test_the_administrative_year_2025(three: OpenData) -> None:
    """15/12/2024–14/12/2025 has F as received in the period, nothing carried over, and not yet H."""
    got = {
        name: one(three, name, "2025").numerator
        for name in ("received", "carried_over", "resolved", "pending")
    }
    assert got == {"received": 7, "carried_over": 0, "resolved": 5, "pending": 1}


def test_a_dossier_lost_at_the_border_is_told(three: OpenData) -> None:
    """Three were pending on 30/6/2025, two were taken over: the point has its value and says so."""
    point = one(three, "received", "2025@calendar")
    assert point.reason is not None
    assert "còn 3 hồ sơ" in point.reason
    assert "chuyển tiếp 2 hồ sơ" in point.reason


def test_identities_hold_when_everything_is_taken_over(tmp_path: Path) -> None:
    """Without the lost dossier received = resolved + pending over the border, and nothing is remarked."""
    rows = drawn()
    rows["hg"] = [r for r in rows["hg"] if r["id"] != "H-D"]
    opened = stores(tmp_path, {STORES[name]: found for name, found in rows.items()})
    points = {name: one(opened, name, "2025@calendar") for name in ("received", "resolved", "pending")}
    assert points["received"].numerator == 7
    assert points["received"].numerator == (points["resolved"].numerator or 0) + (
        points["pending"].numerator or 0
    )
    assert {point.reason for point in points.values()} == {None}


def test_earlier_periods_are_sums_of_fractions(three: OpenData) -> None:
    """Hà Giang 1/2 and Tuyên Quang 1/1 on time are 2/3 of the two, not the mean of the rates."""
    point = one(three, "on_time_rate", "2025-6M@calendar", variant="06a")
    assert (point.numerator, point.denominator) == (2, 3)
    assert point.value == pytest.approx(2 / 3)
    assert point.basis == "cộng từ số liệu gốc của 2 tỉnh, thành phố trước sắp xếp: Hà Giang, Tuyên Quang"
    assert [p.id for p in point.provinces] == ["63-02", "63-08"]
    parts = [
        one(three, "on_time_rate", "2025-6M@calendar", p, variant="06a").value
        for p in (HA_GIANG, OLD_TUYEN_QUANG)
    ]
    assert parts == [0.5, 1.0]


def test_a_later_period_is_the_place_itself(three: OpenData) -> None:
    """From 1/7/2025 the new province's own results, to the last bit."""
    period = Period.parse("2025-Q3@calendar")
    for name in ("received", "resolved", "late", "pending"):
        point = one(three, name, period.id)
        table = results(three(NEW_TUYEN_QUANG), period).set_index("indicator")
        assert point.numerator == table.at[name, "numerator"]
        assert point.basis == "số liệu của tỉnh Tuyên Quang"


def test_a_sum_that_lacks_a_province_is_no_total(tmp_path: Path) -> None:
    """Without Hà Giang's data the first half has no value, and the reason names it."""
    opened = stores(tmp_path, {OLD_TUYEN_QUANG: drawn()["tq"], NEW_TUYEN_QUANG: drawn()["new"]})
    for period in ("2025-6M@calendar", "2025@calendar", "2025-07"):
        point = one(opened, "received", period)
        assert (point.numerator, point.value) == (None, None)
        assert [p.id for p in point.lacking] == ["63-02"]
        assert "tỉnh Hà Giang" in (point.reason or "")
    assert one(opened, "received", "2025-Q3@calendar").numerator is not None


def test_data_of_other_years_are_not_zeros_of_this_one(three: OpenData) -> None:
    """In 2023 nobody had data: missing, not 0."""
    point = one(three, "received", "2023@calendar")
    assert point.value is None
    assert [p.id for p in point.lacking] == ["63-02", "63-08"]


def test_an_old_province_ends_on_30_6_2025(three: OpenData) -> None:
    """Hà Giang's series stops with its reason; a period over the border has no value either."""
    for period in ("2025-Q3@calendar", "2025", "2025-07"):
        point = one(three, "received", period, HA_GIANG)
        assert point.value is None
        assert point.reason == "tỉnh Hà Giang chỉ có đến ngày 30/6/2025, nay thuộc tỉnh Tuyên Quang"
    assert one(three, "received", "2025-6M@calendar", HA_GIANG).value == 4


def test_districts_end_on_30_6_2025(three: OpenData) -> None:
    """There is no district after it, so there is no figure, not 0; departments go on."""
    assert (
        one(three, "received", "2025-Q3@calendar", level="district").reason
        == "không còn cấp huyện từ ngày 01/7/2025"
    )
    assert one(three, "received", "2025@calendar", level="district").value is None
    assert one(three, "received", "2025@calendar", level="department").value == 8


def test_what_cannot_be_added_up_is_refused_with_its_reason(three: OpenData) -> None:
    """Procedures are the same in both provinces and a median is no sum."""
    for name in ("online_service_rate", "online_payment_service_rate"):
        point = one(three, name, "2025-6M@calendar")
        assert point.value is None
        assert "không cộng được" in (point.reason or "")


def test_the_two_halves_as_two_tables(three: OpenData) -> None:
    """6 tháng đầu năm (63) and 6 tháng cuối năm (34), every province under its own name."""
    first, second = tables_by_era(three, NEW_TUYEN_QUANG, Period.parse("2025@calendar"))
    assert first.title == "6 tháng đầu năm 2025 (63 tỉnh, thành phố)"
    assert second.title == "6 tháng cuối năm 2025 (34 tỉnh, thành phố)"
    received = first.table[first.table["indicator"] == "received"].set_index("province")["numerator"]
    assert received.to_dict() == {"ha-giang": 4, "tuyen-quang": 2}
    assert second.table.loc[second.table["indicator"] == "received", "numerator"].tolist() == [4]
    assert "15/12/2024" in tables_by_era(three, NEW_TUYEN_QUANG, Period.parse("2025"))[0].title


def test_the_series_as_a_table(three: OpenData) -> None:
    """A row a period with era, basis, provinces and reason."""
    periods = [Period.parse(name) for name in ("2025-6M@calendar", "2025@calendar", "2026-01")]
    table = frame(NEW_TUYEN_QUANG, "received", None, series(three, NEW_TUYEN_QUANG, "received", periods))
    assert table["era"].tolist() == ["63", "34", "34"]
    assert table["provinces"].tolist()[:2] == ["63-02, 63-08", "63-02, 63-08, 34-08"]


@given(
    st.lists(
        st.tuples(st.integers(0, 360), st.integers(0, 120) | st.none(), st.booleans()),
        min_size=4,
        max_size=14,
    )
)
@settings(
    deadline=None,
    max_examples=4,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
def test_a_move_of_all_pending_dossiers_changes_no_figure(
    tmp_path_factory: pytest.TempPathFactory, dossiers: list[tuple[int, int | None, bool]]
) -> None:
    """Split at the border with everything pending taken over, the year is what one store of all dossiers gives."""
    begin, border = pd.Timestamp("2025-01-02 08:00"), pd.Timestamp("2025-07-01")
    whole, old, new = [], [], []
    for i, (day, days, online) in enumerate(dossiers):
        received = begin + pd.Timedelta(days=day)
        finished = None if days is None else received + pd.Timedelta(days=days)

        def made(
            closed: pd.Timestamp | None, i: int = i, received: pd.Timestamp = received, online: bool = online
        ) -> dict[str, object]:
            return row(
                str(i),
                "Trực tuyến" if online else "Trực tiếp",
                str(received),
                str(received + pd.Timedelta(days=20)),
                closed and str(closed),
            )

        whole.append(made(finished))
        if received < border:
            old.append(made(finished if finished is not None and finished < border else None))
        if received >= border or finished is None or finished >= border:
            new.append(made(finished))
    # Every store reaches both halves, so that none of them counts as without data.
    old.append(row("first", "Trực tiếp", "2025-01-02 08:00", "2025-01-10", "2025-01-03 09:00"))
    new.append(row("last", "Trực tiếp", "2025-12-30 08:00", "2026-01-10", None))
    place = find_province("cao-bang", "34")
    folder = tmp_path_factory.mktemp("moved")
    opened = stores(folder, {predecessors(place)[0]: old, place: new})
    together = stores(tmp_path_factory.mktemp("whole"), {place: [*whole, old[-1], new[-1]]})
    table = results(together(place), Period.parse("2025@calendar")).set_index("indicator")
    for name in (
        "received",
        "received_online",
        "carried_over",
        "resolved",
        "early",
        "punctual",
        "late",
        "pending",
        "overdue",
    ):
        point = one(opened, name, "2025@calendar", place)
        assert point.numerator == table.at[name, "numerator"], name
        assert point.reason is None
    rates = results(together(place), Period.parse("2025@calendar"))
    for variant in ("06a", "766"):
        expected = rates[(rates["indicator"] == "on_time_rate") & (rates["variant"] == variant)].iloc[0]
        point = one(opened, "on_time_rate", "2025@calendar", place, variant=variant)
        assert (point.numerator, point.denominator) == (expected["numerator"], expected["denominator"]), (
            variant
        )


@pytest.mark.parametrize("code", REUSED)
def test_the_seven_reused_codes_are_two_provinces(code: str, tmp_path: Path) -> None:
    """One code, two eras, two provinces: in the look-up, in the stored data and in a series."""
    old, new = find_province(code, "63"), find_province(code, "34")
    assert (old.id, new.id) == (f"63-{code}", f"34-{code}")
    assert old.name != new.name
    assert successor(old) == new
    assert old in predecessors(new)
    dossier = row("1", "Trực tuyến", "2025-03-03 08:00", "2025-03-10", "2025-03-07 10:00")
    opened = stores(tmp_path, {old: [dossier], new: [dossier | {"id": f"H-{i}"} for i in range(3)]})
    assert one(opened, "received", "2025-6M@calendar", old).numerator == 1
    point = one(opened, "received", "2025-6M@calendar", new)
    assert point.value is None
    assert {p.id for p in point.lacking} == {p.id for p in predecessors(new)} - {old.id}


@pytest.mark.parametrize("code", REUSED)
def test_the_scores_of_a_reused_code_are_those_of_one_province(code: str, tmp_path: Path) -> None:
    """The score of the new province is not found under the old one of the same code."""
    prepare(tmp_path)
    store = Store.open(tmp_path / "store")
    row = dict.fromkeys(schema.SCORES) | {"province_id": f"34-{code}", "group": "TOTAL", "score": 66.23}
    with store.writing():
        store.write("scores", pl.DataFrame([row], schema=schema.SCORES))
    assert store.frame("scores", f"34-{code}")["score"].to_list() == [66.23]
    assert store.frame("scores", f"63-{code}").is_empty()


RANKS = [
    RankPoint(Period.parse("2024@calendar"), 20, 63), RankPoint(Period.parse("2025-6M@calendar"), 10, 63),
    RankPoint(Period.parse("2026-Q1@calendar"), 10, 34), RankPoint(Period.parse("2026-Q2@calendar"), 12, 34),
]  # fmt: skip


def test_ranks_break_at_the_border() -> None:
    """10/63 and 10/34 are no standstill: the line breaks, there is no change, the percentile goes on."""
    table = rank_series(RANKS)
    assert table["printed"].tolist() == ["20/63", "10/63", "10/34", "12/34"]
    assert table["breaks"].tolist() == [False, False, True, False]
    assert [None if pd.isna(moved) else int(moved) for moved in table["change"]] == [None, 10, None, -2]
    assert table["percentile"].tolist() == pytest.approx([43 / 62, 53 / 62, 24 / 33, 22 / 33])


def test_ranks_of_two_eras_are_not_subtracted() -> None:
    """The difference is refused in one line that says what to compare instead."""
    with pytest.raises(UsageError, match="10/63") as caught:
        change(RANKS[1], RANKS[2])
    assert "vị trí phần trăm" in str(caught.value)
    assert change(RANKS[0], RANKS[1]) == 10
    assert change(RANKS[0], RankPoint(RANKS[1].period, None, 63)) is None
    with pytest.raises(UsageError):
        RankPoint(RANKS[0].period, 64, 63)
