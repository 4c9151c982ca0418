"""Awkward provinces, each a store of its own, filled through the real import; and what every notebook makes of each.

The tables are drawn by hand: a notebook that begins to refuse, or ceases to, changes a word here that someone must agree to.
"usage" before 23/6/2022: there was no scorecard yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from hoso.records import keys
from hoso.records.importer import import_file
from hoso.vocabulary.places import find_province
from tests.stores import prepare, printed, write_csv

Row = Mapping[str, object]
UNITS = (
    {"unit": "Sở Tư pháp"},
    {"unit": "UBND huyện Đồng Văn"},
    {"unit": "UBND xã Lũng Cú", "parent": "UBND huyện Đồng Văn"},
)
HOSTILE = 'UBND xã <img src=x onerror=alert(1)> {{ 7 * 7 }} $x$ & "Lạ"'
MANY = 3000


@dataclass(frozen=True)
class Case:
    """A province in a state few think of, and the period asked for."""

    period: str
    rows: Sequence[Row]
    province: str = "ha-giang"
    unit: str = "so-tu-phap"  # whose sheet is asked of a notebook on one unit

    def store(self, folder: Path) -> Path:
        """The store with the case's dossiers in a folder."""
        place = find_province(self.province, "63")
        file = write_csv(folder / "export.csv", self.rows)
        import_file(prepare(folder), file, place, keys.load(folder / "key"))
        return folder / "store"

    @property
    def parameters(self) -> dict[str, str]:
        """What a notebook is given; one without a unit leaves it out."""
        return {"province": self.province, "period": self.period, "unit": self.unit}


def dossiers(
    count: int,
    received: str = "2024-01-02 08:00",
    days: int | None = 5,
    units: Sequence[Row] = UNITS,
    **more: object,
) -> list[Row]:
    """`count` dossiers dealt out to units, received one an hour, due after eight days, finished after `days` (None: not yet)."""
    return list(islice(_dossiers(datetime.fromisoformat(received), days, units, more), count))


def _dossiers(
    first: datetime, days: int | None, units: Sequence[Row], more: Mapping[str, object]
) -> Iterator[Row]:
    for number, unit in enumerate(cycle(units)):
        received = first + timedelta(hours=number % 100)
        finished = None if days is None else received + timedelta(days=days)
        status = {"status": "Đang xử lý"} if days is None else {}
        yield {
            "id": f"H-{first:%y%m%d}-{days}-{number}", "received": printed(received), "finished": printed(finished),
            "due": f"{received + timedelta(days=8):%d/%m/%Y}", "digitised": "Có", **unit, **status, **more,
        }  # fmt: skip


def _communes() -> list[Row]:
    """One commune after the other, in thirty districts; every fourth finished late."""
    units = [{"unit": f"UBND xã Thử Nghiệm {i}", "parent": f"UBND huyện Mẫu {i % 30}"} for i in range(MANY)]
    late = dossiers(MANY, received="2024-01-03 08:00", days=12, units=units)
    return [*dossiers(MANY, units=units), *late[::4]]


NOT_ACCEPTED, WITHDRAWN = {"status": "Không được tiếp nhận"}, {"status": "Công dân yêu cầu rút"}
CASES = {
    "nothing in the period": Case(
        "2023-Q3", [*dossiers(20, "2023-01-09 08:00"), *dossiers(20, "2024-05-06 08:00")]
    ),
    "nothing before the period": Case("2010-01", dossiers(20)),
    "one dossier": Case("2024-Q1", dossiers(1)),
    "one dossier, not finished": Case("2024-Q1", dossiers(1, days=None)),
    "one unit": Case("2024-Q1", dossiers(24, units=UNITS[:1]), province="lai-chau"),
    "all on time": Case("2024-Q1", dossiers(60)),
    "none on time": Case("2024-Q1", dossiers(60, days=12, channel="Trực tiếp", digitised="Không")),
    "only refused and withdrawn": Case(
        "2024-Q1", [*dossiers(20, **NOT_ACCEPTED), *dossiers(20, days=4, **WITHDRAWN)]
    ),
    "a hostile name": Case(
        "2024-Q1",
        dossiers(40, units=({"unit": HOSTILE}, UNITS[0])),
        unit="xa-img-src-x-onerror-alert-1-7-7-x-la",
    ),
    "the last days of a province": Case("2025-Q2@calendar", dossiers(60, "2025-06-02 08:00")),
    "after its merger": Case("2025-08", dossiers(60, "2025-06-02 08:00")),
    "across the merger": Case("2025-01-01..2025-12-31", dossiers(60, "2025-06-02 08:00")),
}
THREE_THOUSAND = Case("2024-Q1", _communes(), province="lai-chau", unit="xa-thu-nghiem-7--huyen-mau-7")

OUTCOMES = """
case                        | review  | reminder | progress | scorecard | action_plan | disclosure | unit
nothing in the period       | made    | made     | made     | made      | made        | made       | made
nothing before the period   | made    | no data  | no data  | usage     | no data     | usage      | no data
one dossier                 | made    | made     | made     | made      | made        | made       | made
one dossier, not finished   | made    | made     | made     | made      | made        | made       | made
one unit                    | made    | made     | made     | made      | made        | made       | made
all on time                 | made    | made     | made     | made      | made        | made       | made
none on time                | made    | made     | made     | made      | made        | made       | made
only refused and withdrawn  | made    | made     | made     | made      | made        | made       | made
a hostile name              | made    | made     | made     | made      | made        | made       | made
the last days of a province | made    | made     | made     | made      | made        | made       | made
after its merger            | usage   | usage    | usage    | usage     | usage       | usage      | usage
across the merger           | usage   | usage    | usage    | usage     | usage       | usage      | usage
"""

SAMPLE_OUTCOMES = """
place       | period                 | review  | reminder | progress | scorecard | action_plan | disclosure | unit
ha-giang    | 2024-9M                | made    | made     | made     | made      | made        | made       | made
ha-giang    | 2024-03                | made    | made     | made     | made      | made        | made       | made
kon-tum     | 2023-01-01..2023-11-15 | made    | made     | made     | made      | made        | made       | made
kon-tum     | 2023-Q1                | made    | made     | made     | made      | made        | made       | made
thai-nguyen | 2022-01-01..2022-07-31 | made    | made     | made     | made      | made        | made       | made
thai-nguyen | 2022-Q1                | made    | made     | made     | usage     | made        | usage      | made
ha-tinh     | 2022@calendar          | made    | made     | made     | made      | made        | made       | made
ha-tinh     | 2022-11                | made    | made     | made     | made      | made        | made       | made
tuyen-quang | 2024-06                | made    | made     | made     | made      | made        | made       | made
tuyen-quang | 2024-Q2                | made    | made     | made     | made      | made        | made       | made
gia-lai     | 2026@calendar          | no data | no data  | no data  | made      | no data     | made       | made
gia-lai     | 2026-01-01..2026-09-24 | no data | no data  | no data  | made      | no data     | made       | made
gia-lai     | 2026-03                | no data | no data  | no data  | no data   | no data     | no data    | no data
phu-tho     | 2026-08@calendar       | no data | no data  | no data  | made      | no data     | made       | made
"""

COUNTRY_OUTCOMES = """
place   | period                  | national
ca-nuoc | 2026@calendar           | made
ca-nuoc | 2026-01-01..2026-10-10  | made
ca-nuoc | 2026-01-01..2026-09-17  | made
ca-nuoc | 2026-Q1@calendar        | no data
ca-nuoc | 2025-01-01..2025-12-31  | usage
"""


def drawn(table: str) -> list[dict[str, str]]:
    """The rows of a drawn table, by its heads."""
    heads, *lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [dict(zip(heads, line, strict=True)) for line in lines]


def expected(table: str, **row: str) -> dict[str, str]:
    """What each notebook makes of a case: the one row that has these cells."""
    (found,) = [line for line in drawn(table) if row.items() <= line.items()]
    return {name: outcome for name, outcome in found.items() if name not in ("case", "place", "period")}
