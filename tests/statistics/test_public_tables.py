"""Public tables from real stores: no count of 1–4 is printed or follows by subtraction, over places and over periods."""

from collections.abc import Sequence
from math import inf

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.statistics.counts import COUNTS
from hoso.statistics.data import Data
from hoso.statistics.definitions import definitions
from hoso.statistics.public_equations import countable, moves, reckoned
from hoso.statistics.public_tables import ENOUGH, REASON, PublicTables, _twins, public_tables
from hoso.statistics.results import results, wide
from hoso.vocabulary.errors import UsageError
from hoso.vocabulary.periods import Period
from tests.statistics import drawn as random
from tests.stores import data, load

FORM = [
    "received",
    "received_online",
    "received_direct",
    "received_postal",
    "carried_over",
    "resolved",
    "early",
    "punctual",
    "late",
    "pending",
    "pending_in_time",
    "overdue",
]
DESIGN = [
    *FORM,
    *[
        "supplement_requested",
        "refused",
        "withdrawn",
        "stopped",
        "on_time_rate",
        "online_rate",
        "online_payment_rate",
        "electronic_result_rate",
    ],
    *["digitised_rate", "reuse_rate", "sync_rate", "authenticated_rate"],
]
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
    units = results(drawn, period, "unit", FORM)
    busy = units[(units["indicator"] == "received") & (units["numerator"] > 0)]["unit"]
    return [
        results(drawn, period, "province", FORM),
        results(drawn, period, "level", FORM),
        units[units["unit"].isin(busy)],
    ]


@pytest.fixture(scope="module")
def january(drawn: Data) -> PublicTables:
    return public_tables(tables(drawn, MONTHS[0]))


def test_no_small_count_is_printed(drawn: Data, january: PublicTables) -> None:
    """A count of dossiers from 1 to 4 has no number; a rate that rests on a withheld count has no value."""
    for table in january.tables:
        counts = table[table["variant"].isna() & ~table["indicator"].str.startswith("procedures")]
        assert len(counts)
        assert not counts["numerator"].between(1, 4).any()
        hidden = table[table["mask"].notna()]
        assert hidden["value"].isna().all()
        assert (hidden["reason"] == REASON).all()
        assert (table["reason"].notna() == table["mask"].notna()).all()
    assert not january.exposed


def test_what_is_printed_is_true_and_the_analysts_tables_are_whole(
    drawn: Data, january: PublicTables
) -> None:
    """Nothing is changed, only withheld; the tables given are not touched."""
    for whole, shown in zip(tables(drawn, MONTHS[0]), january.tables, strict=True):
        assert list(shown.columns) == [*whole.columns, "mask", "reason"]
        kept = shown["mask"].isna()
        pd.testing.assert_frame_equal(shown.loc[kept, whole.columns], whole[kept])
        assert whole["numerator"].notna().any()


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


# An attacker of its own: every identity of the counts, stated once more by hand, and bounds, narrowed again and again.
PARTITIONS = [
    ("received", "received_in_period carried_over"), ("received", "resolved pending"),
    ("received_in_period", "received_online received_direct received_postal"), ("resolved", "early punctual late"),
    ("resolved", "on_time late"), ("on_time", "early punctual"), ("resolved", "processed withdrawn"),
    ("on_time", "processed_on_time withdrawn"), ("processed", "processed_on_time late"), ("pending", "pending_in_time overdue"),
    ("in_time", "on_time pending_in_time"), ("received", "in_time late overdue"), ("pending", "running waiting"),
    ("running", "running_in_time running_late"), ("resolved", "early_by_clock punctual_by_clock late_by_clock"),
    ("received", "in_time_by_clock late_by_clock running_late ?waiting_late"), ("waiting", "?waiting_late ?waiting_in_time"),
    ("overdue", "overdue_1_5 overdue_6_10 overdue_11_30 overdue_over_30"), ("late", "late_1_5 late_6_10 late_11_30 late_over_30"),
    ("received_online", "received_eligible_online ?online_other"), ("received_eligible", "received_eligible_online ?eligible_other"),
    ("received_in_period", "received_eligible ?online_other ?other"), ("waiting", "stopped awaiting_payment ?supplementing"),
]  # fmt: skip
WITHIN = [
    "received_full received_eligible", "received_full_online received_eligible_online", "received_full_online received_full",
    "received_fee_paid received_fee", "received_fee received_with_fee", "received_with_fee received_in_period",
    "resolved_online resolved", "resolved_electronic_result resolved", "resolved_electronic_result true_electronic_result",
    "handled processed", "withdrawn punctual", "late late_by_clock", "overdue running_late", "early_by_clock early",
    "fell_due_on_time fell_due", "supplement_requested received", "in_time_by_clock in_time",
    *(f"{a}_{flag} {b}" for flag in ("digitised", "reused", "electronic_result", "synced", "authenticated", "citizen_data")
      for a, b in (("true", f"known_{flag}"), ("known", "received"))),
]  # fmt: skip
FLOWS = [
    "received_in_period",
    "received_online",
    "received_direct",
    "received_postal",
    "resolved",
    "early",
    "punctual",
    "late",
    "on_time",
    "processed",
    "withdrawn",
    "processed_on_time",
    "resolved_online",
    "received_eligible",
    "received_eligible_online",
    "received_fee",
    "received_fee_paid",
    "fell_due",
    "refused",
]
STOCKED = [name for name in COUNTS if name.startswith(("known_", "true_", "supplement", "stopped", "waiting", "received"))
           and (name == "received" or not name.startswith("received"))]  # fmt: skip


def narrowed(
    reports: Sequence[PublicTables], given: Sequence[pd.DataFrame], chain: Sequence[str] = ()
) -> dict[tuple[str, str, str], tuple[int, float, float]]:
    """Every count of the tables: its value, and the least and the most that the attacker can tell of it.

    `chain`: the ids of a period, of the one that follows it with the same end as the third, and of the third.
    """
    fractions = {(i.id, i.variant): (i.numerator, i.denominator) for i in definitions().indicators}
    truth, shown = {}, {}
    for true, printed in zip(given, [t for report in reports for t in report.tables], strict=True):
        for a, b in zip(true.to_dict("records"), printed.to_dict("records"), strict=True):
            place = next((str(a[k]) for k in ("unit", "level") if not pd.isna(a[k])), "")
            parent = "" if pd.isna(a["unit"]) else str(a["level"])
            names = (a["indicator"],) if pd.isna(a["variant"]) else fractions[a["indicator"], a["variant"]]
            for part, name in zip(("numerator", "denominator"), names, strict=False):
                if countable(name) and not pd.isna(a[part]):
                    truth[place, a["period"], name] = int(a[part])
                    if not pd.isna(b[part]):
                        shown[place, a["period"], name] = int(b[part])
            PARENTS[place] = parent
    low = {key: shown.get(key, 1) for key in truth}
    high: dict[tuple[str, str, str], float] = {key: shown.get(key, inf) for key in truth}
    sums = [(key, parts) for key, parts in _relations(truth, chain)]
    for total, parts in sums:
        for key in (total, *parts):
            low.setdefault(key, 0)
            high.setdefault(key, inf)
    for _ in range(15):
        if not sum(_narrow(low, high, total, parts) for total, parts in sums):
            break
    return {key: (value, low[key], high[key]) for key, value in truth.items()}


PARENTS: dict[str, str] = {}


def _relations(truth, chain):  # type: ignore[no-untyped-def]
    places = list(dict.fromkeys(place for place, _, _ in truth))
    for place, period in dict.fromkeys((place, period) for place, period, _ in truth):
        for whole, parts in PARTITIONS:
            yield (place, period, whole), [(place, period, part) for part in parts.split()]
        for pair in WITHIN:
            part, whole = pair.split()
            yield (place, period, whole), [(place, period, part), (place, period, f"?{whole} − {part}")]
    every = {(period, name) for _, period, name in truth} | {
        (p, n) for p in chain for n in (*FLOWS, "pending", "carried_over")
    }
    for period, name in every:
        for whole in places:
            parts = [p for p in places if p and PARENTS[p] == whole and p != whole]
            if parts:
                yield (whole, period, name), [(p, period, name) for p in parts]
    for place in places if chain else ():
        first, then, both = chain
        for name in FLOWS:
            yield (place, both, name), [(place, first, name), (place, then, name)]
        for name in STOCKED:  # the same beginning: what is considered more was received in between
            yield (place, both, name), [(place, first, name), (place, then, f"?received {name}")]
        yield (place, both, "received"), [(place, first, "received"), (place, then, "received_in_period")]
        for a, b in (
            ((first, "pending"), (then, "carried_over")),
            ((then, "pending"), (both, "pending")),
            ((first, "carried_over"), (both, "carried_over")),
        ):
            yield (place, *a), [(place, *b)]


def _narrow(low, high, total, parts) -> bool:  # type: ignore[no-untyped-def]
    """Bounds of a sum and of its parts, from each other; whether any became narrower."""
    before = [(low[k], high[k]) for k in (total, *parts)]
    least, most = sum(low[p] for p in parts), sum(high[p] for p in parts)
    low[total], high[total] = max(low[total], least), min(high[total], most)
    for p in parts:
        others = sum(high[q] for q in parts if q != p)
        fewest = sum(low[q] for q in parts if q != p)
        low[p], high[p] = max(low[p], low[total] - others), min(high[p], high[total] - fewest)
    return before != [(low[k], high[k]) for k in (total, *parts)]


def assert_not_told(found: dict[tuple[str, str, str], tuple[int, float, float]]) -> None:
    """No count of 1–4 is told, nor left with two values only; and the attacker's relations are true."""
    for key, (value, least, most) in found.items():
        assert least <= value <= most, key
        if 1 <= value <= 4:
            assert most - least >= 2, (key, value, least, most)


@pytest.mark.parametrize("ids", [DESIGN, None], ids=["design", "all"])
def test_the_attacker_learns_nothing_from_one_month(drawn: Data, ids: list[str] | None) -> None:
    """Province, levels and units with every rate: nothing is exposed, and bounds of all identities tell no small count."""
    given = [results(drawn, MONTHS[0], by, ids) for by in ("province", "level", "unit")]
    report = public_tables(given)
    assert not report.exposed
    assert_not_told(narrowed([report], given))


@pytest.mark.parametrize("ids", [FORM, DESIGN], ids=["form", "design"])
def test_the_attacker_learns_nothing_from_two_reports(drawn: Data, ids: list[str]) -> None:
    """The first report out, the second made knowing it: no month between is told, unless the result says so."""
    given = [[results(drawn, period, by, ids) for by in ("province", "level", "unit")] for period in MONTHS]
    first = public_tables(given[0])
    second = public_tables(given[1], [first])
    assert ids != FORM or not second.exposed
    chain = (MONTHS[0].id, "between", MONTHS[1].id)
    found = narrowed([first, second], [*given[0], *given[1]], chain)
    said = {(place[1] or place[2] or "", days, name) for place, days, name in second.exposed}
    periods = {period.id: (period.start, period.end) for period in MONTHS}
    assert_not_told(
        {key: told for key, told in found.items() if (key[0], periods[key[1]], key[2]) not in said}
    )


@given(st.lists(random.dossiers(), min_size=20, max_size=60))
@settings(deadline=None, max_examples=1)
def test_the_attacker_learns_nothing_from_dossiers_at_random(rows: list[dict[str, object]]) -> None:
    """Whatever sources leave out or get wrong: all counts and rates at once, two periods at once."""
    store = random.data(rows)
    periods = [
        Period.parse(p)
        for p in ("2023-12-21..2024-01-20", "2024-01-21..2024-02-10", "2023-12-21..2024-02-10")
    ]
    given = [results(store, period, by, DESIGN) for period in periods for by in ("province", "level", "unit")]
    report = public_tables(given)
    assert not report.exposed
    assert_not_told(narrowed([report], given, [period.id for period in periods]))


@given(st.lists(random.dossiers(), min_size=20, max_size=60))
@settings(deadline=None, max_examples=1)
def test_what_is_derived_is_true(rows: list[dict[str, object]]) -> None:
    """Numbers that follow from others are those that counting gives; bounds hold of whatever dossiers."""
    store = random.data(rows)
    periods = [
        Period.parse(p)
        for p in ("2023-12-21..2024-01-20", "2024-01-21..2024-02-10", "2023-12-21..2024-02-10")
    ]
    names = [name for name in COUNTS if countable(name)]
    counted = {p: wide(store, p, "unit", names)[names] for p in periods}
    given = [p for p in periods[::2] for _ in names]
    found = reckoned([((p.start, p.end), name) for p, name in zip(given, names * 2, strict=True)])
    printed = np.concatenate([counted[periods[0]], counted[periods[2]]], axis=1)
    derived = np.rint(printed @ found.of_printed.T)
    assert (derived >= 0).all()
    month = {
        name: derived[:, i]
        for i, (days, name) in enumerate(found.names)
        if days == (periods[1].start, periods[1].end)
    }
    told = [name for name in FLOWS if name in month]
    assert len(told) > 15
    for name in told:
        assert month[name].tolist() == counted[periods[1]][name].tolist(), name


def test_moves_keep_every_identity() -> None:
    """What is moved agrees with the partitions stated by hand."""
    days = (MONTHS[0].start, MONTHS[0].end)
    names = [name for name in COUNTS if countable(name)]
    found = reckoned([(days, name) for name in names])
    changes = moves(found.atoms, np.ones(len(found.names)))[:, : len(names)]
    assert len(changes) > 300
    for whole, parts in PARTITIONS:
        if "?" not in parts:
            assert (
                changes[:, names.index(whole)] == changes[:, [names.index(p) for p in parts.split()]].sum(1)
            ).all()


def row(
    indicator: str,
    variant: str | None,
    numerator: float,
    denominator: float | None,
    unit: str | None = "xa-a",
    period: str = "2024-06",
    **more: str,
) -> dict[str, object]:
    """A row of a results table."""
    level = "commune" if unit else None
    keys = {
        "province": "ha-giang",
        "unit": unit,
        "level": level,
        "field": None,
        "procedure": None,
        "channel": None,
    } | more
    return {"indicator": indicator, "variant": variant, **keys, "period": period, "numerator": numerator, "denominator": denominator,
            "value": numerator / denominator if denominator else numerator, "source": "x"}  # fmt: skip


EIGHT = "2023-12-15..2024-08-14"
RECOVERED = {
    "withdrawn": [("resolved", None, 32, None), ("withdrawn", None, 2, None), ("on_time_rate", "06a_without_withdrawn", 28, 30)],
    "two months": [("received", None, 17, None, "xa-a", EIGHT), ("received", None, 18, None, "xa-a", "2024-9M"),
                   ("received_in_period", None, 1, None, "xa-a", "2024-09")],
    "late and overdue": [("late", None, 3, None), ("overdue", None, 6, None), ("on_time_rate", "received", 41, 50)],
    "waiting": [("running", None, 30, None), ("waiting", None, 3, None), ("pending", None, 33, None)],
    "by the clock": [("late_by_clock", None, 3, None), ("running_late", None, 6, None), ("waiting", None, 0, None),
                     ("on_time_rate", "766", 41, 50)],
    "ageing": [("overdue", None, 16, None), ("overdue_1_5", None, 9, None), ("overdue_6_10", None, 2, None),
               ("overdue_11_30", None, 5, None), ("overdue_over_30", None, 0, None)],
    "not eligible": [("received_in_period", None, 20, None), ("online_rate", "eligible", 3, 20)],
}  # fmt: skip


@pytest.mark.parametrize("rows", RECOVERED.values(), ids=RECOVERED)
def test_what_an_examiner_recovered(rows: list[tuple[object, ...]]) -> None:
    """One unit alone, its small count withheld and once recovered from the rest: no more."""
    given = pd.DataFrame([row(*r) for r in rows])  # type: ignore[arg-type]
    report = public_tables([given])
    assert not report.exposed
    chain = (EIGHT, "2024-09", "2024-9M") if len(set(given["period"])) > 1 else ()
    assert_not_told(narrowed([report], [given], chain))


def test_a_stock_of_two_periods_does_not_tell_what_came_between() -> None:
    """Supplements asked for: 7 in eight months, 9 in nine; the two between are withheld with one of these."""
    given = pd.DataFrame(
        [
            row("supplement_requested", None, 7, None, "xa-a", EIGHT),
            row("supplement_requested", None, 9, None, "xa-a", "2024-9M"),
        ]
    )
    assert public_tables([given]).tables[0]["mask"].notna().any()


def test_the_part_of_units_that_is_not_printed_is_guarded_too() -> None:
    """One unit of 20 under a level of 22: the other units' 2 follow, so one of the two numbers goes."""
    whole = row("received", None, 22, None, None)
    report = public_tables([pd.DataFrame([whole]), pd.DataFrame([row("received", None, 20, None)])])
    assert report.exposed or any(t["mask"].notna().any() for t in report.tables)
    assert not report.exposed


def test_what_cannot_be_guarded_is_refused() -> None:
    """By channel, several groupings in a table, ids that differ between places, an id nobody defines, sums that fail."""
    whole, unit = row("received", None, 22, None, None), row("received", None, 22, None)
    refused = [
        [pd.DataFrame([row("received", None, 22, None, None, channel="online")])], [pd.DataFrame([whole, unit])],
        [pd.DataFrame([whole]), pd.DataFrame([row("resolved", None, 20, None)])], [pd.DataFrame([row("gone", None, 3, None)])],
    ]  # fmt: skip
    for tables_given in refused:
        with pytest.raises(UsageError):
            public_tables(tables_given)
    for contradicting in (
        [row("received", None, 9, None), row("resolved", None, 5, None), row("pending", None, 5, None)],
        [unit, row("received", None, 21, None)],
    ):
        with pytest.raises(ValueError, match=r"contradict|two values"):
            public_tables([pd.DataFrame(contradicting)])


def test_amounts_are_not_published_by_themselves(drawn: Data) -> None:
    """Minutes and their median have no number of their own; an average has one where its dossiers are printed."""
    given = results(drawn, MONTHS[0], indicators=["handling_minutes", "handling_median", "handling_time"])
    shown = public_tables([given]).tables[0]
    amounts = shown[shown["variant"].isna()]
    assert amounts["numerator"].isna().all()
    assert shown.loc[shown["variant"] == "average", "value"].notna().all()


def twins(units: int) -> pd.DataFrame:
    """Two flags known of the same dossiers in every unit; one unit has four, and others small numbers of either flag."""
    known = [4, *(30 + 7 * i for i in range(units - 1))]
    rows = []
    for i, dossiers in enumerate(known):
        synced, result = (2 if i == 1 else dossiers), (3 if i == 2 else dossiers)
        rows += [row("sync_rate", "766", synced, dossiers, f"xa-{i}"), row("electronic_result_rate", "766", result, dossiers, f"xa-{i}")]  # fmt: skip
    return pd.DataFrame(rows)


def summed(units: pd.DataFrame) -> pd.DataFrame:
    """The province's row of each indicator."""
    totals = units.groupby("indicator")[["numerator", "denominator"]].sum()
    rows = [row(str(name), "766", top, bottom, None) for name, (top, bottom) in totals.iterrows()]
    return pd.DataFrame(rows)


def test_a_column_that_repeats_another_tells_no_more_than_it() -> None:
    """Denominators that are the same in every place are withheld in the same places, so neither fills the other's gaps."""
    units = twins(14)
    shown = public_tables([summed(units), units]).tables[1]
    hidden = {
        name: set(own.loc[own["denominator"].isna(), "unit"]) for name, own in shown.groupby("indicator")
    }
    assert "xa-0" in hidden["sync_rate"]
    assert hidden["sync_rate"] == hidden["electronic_result_rate"]
    assert len(hidden["sync_rate"]) < len(units) / 2


def test_columns_that_agree_in_a_few_places_are_not_one() -> None:
    """Under ENOUGH places nobody takes an agreement for a rule, and nothing more is withheld for it."""
    columns = [
        (("d", "d"), "known_synced"),
        (("d", "d"), "known_electronic_result"),
        (("d", "d"), "received"),
    ]
    few, many = np.full((ENOUGH - 1, 3), 5), np.full((ENOUGH, 3), 5)
    assert not _twins(columns, few)  # type: ignore[arg-type]
    assert _twins(columns, many) == {"known_synced": "all", "known_electronic_result": "all"}  # type: ignore[arg-type]
