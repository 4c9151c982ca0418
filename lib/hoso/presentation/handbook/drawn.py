"""The drawn dossiers of the handbook (hồ sơ minh họa): a month small enough to be counted by hand, counted by the engine.

They are synthetic and said to be. What happened to them is written down once, in two tables; derivation, ledger and counts
are those of a real province, only that nothing lies on a disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import narwhals as nw
import polars as pl

from ...records import daily, deadlines, schema
from ...records.derive import derive
from ...records.store import Store
from ...statistics.data import Data
from ...vocabulary.periods import Period
from ...vocabulary.places import COUNTRY

PERIOD: Final = Period.parse("2026-10@calendar")  # 1/10 to 31/10/2026, without a public holiday
PLACE: Final = replace(COUNTRY, name="ví dụ của sổ tay", slug="vi-du")
_UNIT: Final = "don-vi-vi-du"

# id | service | fee | online payment | last day in force | name
_CATALOGUE: Final = """
TT1 | full        | yes | yes |            | Cấp giấy phép (minh họa)
TT2 | partial     | yes | yes |            | Cấp giấy chứng nhận (minh họa)
TT3 | partial     | yes | yes |            | Đăng ký thay đổi (minh họa)
TT4 | information | no  | no  |            | Xác nhận thông tin (minh họa)
TT5 | full        | no  | no  |            | Cấp bản sao (minh họa)
TT6 | information | yes | no  |            | Cấp đổi giấy tờ (minh họa)
TT7 | full        | no  | no  | 2026-09-30 | Thông báo hoạt động (minh họa)
TT8 | partial     | no  | no  |            | Công bố hợp quy (minh họa)
"""

# id | procedure | channel | received | due | finished | status | supplements | minutes waited | paid online | flags
# Flags in the order of schema.FLAGS: + yes, - no, ? the source does not say.
_DOSSIERS: Final = """
01 | TT1 | online | 2026-10-05 08:00 | 2026-10-09 17:00 | 2026-10-08 10:00 | 10 | 0 |      | yes | ++++++
02 | TT2 | direct | 2026-10-06 08:30 | 2026-10-13 11:30 | 2026-10-13 16:00 | 10 | 0 |      | no  | +-----
03 | TT1 | online | 2026-10-07 09:00 | 2026-10-14 17:00 | 2026-10-16 10:00 |  9 | 1 |      |     | +-+-++
04 | TT4 | postal | 2026-10-08 08:00 |                  | 2026-10-22 15:00 | 10 | 0 |      |     | --+-??
05 | TT5 | online | 2026-10-12 14:00 | 2026-10-19 17:00 | 2026-10-15 09:00 |  7 | 0 |      |     | ????++
06 | TT2 | direct | 2026-09-14 08:00 | 2026-09-28 17:00 | 2026-10-07 09:00 | 10 | 0 |      | no  | +?--?-
07 | TT1 | online | 2026-09-14 13:30 | 2026-10-05 17:00 | 2026-09-30 10:00 | 10 | 0 |      | yes | +?+?+?
08 | TT2 | online | 2026-10-26 08:00 | 2026-11-06 17:00 |                  |  4 | 0 |      | yes | +???++
09 | TT3 | direct | 2026-10-01 10:00 | 2026-10-15 17:00 |                  |  4 | 0 |      | no  | -???--
10 | TT1 | online | 2026-10-08 14:00 | 2026-10-20 17:00 |                  |  5 | 1 |      |     | +???+?
11 | TT1 | direct | 2026-10-02 08:00 | 2026-10-22 17:00 | 2026-10-21 15:00 | 10 | 2 | 1440 | no  | ++++-+
12 | TT5 | online | 2026-10-19 08:00 | 2026-10-23 17:00 | 2026-11-03 10:00 | 10 | 0 |      |     | ++??++
13 | TT4 | direct | 2026-10-15 09:00 |                  |                  |  3 | 0 |      |     | ??????
14 | TT6 | direct | 2026-08-28 08:00 | 2026-09-11 17:00 |                  |  4 | 0 |      |     | ??????
15 | TT1 | online | 2026-10-27 08:00 | 2026-10-30 17:00 |                  |  6 | 0 |      | no  | -???+-
"""

STORIES: Final = {
    "01": "Giải quyết xong trước ngày hẹn trả.",
    "02": "Xong đúng ngày hẹn nhưng sau giờ hẹn: đúng hạn nếu so theo ngày, quá hạn nếu so theo giờ phút.",
    "03": "Xong sau ngày hẹn trả 2 ngày; nguồn không ghi đã thanh toán bằng cách nào.",
    "04": "Thủ tục không có ngày hẹn trả.",
    "05": "Công dân rút hồ sơ trước ngày hẹn trả.",
    "06": "Tiếp nhận từ tháng 9, chưa xong khi sang tháng 10; xong trong tháng 10, quá hạn 9 ngày.",
    "07": "Xong từ tháng 9, trước khi kỳ bắt đầu; chỉ có ngày hẹn trả rơi vào tháng 10.",
    "08": "Đang giải quyết, còn hạn sang tháng 11.",
    "09": "Đang giải quyết, đã quá ngày hẹn trả.",
    "10": "Đang chờ công dân bổ sung: thời hạn tạm dừng nên không bị coi là quá hạn.",
    "11": "Xong trước ngày hẹn nhưng bị yêu cầu bổ sung hai lần: quá hạn theo Bộ chỉ số 766.",
    "12": "Xong ngày 03/11, sau khi kỳ kết thúc: đối với tháng 10 vẫn là đang giải quyết, quá hạn.",
    "13": "Không được tiếp nhận: không nằm trong tổng số hồ sơ.",
    "14": "Tiếp nhận từ tháng 8, đến hết tháng 10 vẫn chưa xong, quá hạn 50 ngày.",
    "15": "Đang chờ công dân thực hiện nghĩa vụ tài chính: thời hạn tạm dừng.",
}  # fmt: skip
"""What happened to each dossier, for a reader."""

_SAID: Final = {"yes": True, "no": False, "": None, "+": True, "-": False, "?": None}


def _cells(drawn: str) -> Iterator[list[str]]:
    for line in drawn.strip().splitlines():
        yield [cell.strip() for cell in line.split("|")]


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@cache
def catalogue() -> pl.DataFrame:
    """The drawn procedures (columns: records.schema.PROCEDURES)."""
    blank = dict.fromkeys(schema.PROCEDURES)
    rows = [
        blank | {
            "province_id": PLACE.id, "procedure_id": name, "name": words, "service_level": service, "fee": _SAID[fee],
            "online_payment": _SAID[payable], "valid_to": date.fromisoformat(last) if last else None, "synthetic": True,
        }
        for name, service, fee, payable, last, words in _cells(_CATALOGUE)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema.PROCEDURES)


@cache
def dossiers() -> pl.DataFrame:
    """The drawn dossiers as facts (columns: records.schema.FACTS), through the derivation every import goes through."""
    services = {row["procedure_id"]: row for row in catalogue().iter_rows(named=True)}
    rows = [_content(cells, services[cells[1]]) for cells in _cells(_DOSSIERS)]
    content = pl.DataFrame(rows, schema=schema.CONTENT).with_columns(province_id=pl.lit(PLACE.id))
    named = derive(content, deadlines.NO_LIMITS).with_columns(
        dossier=pl.Series([cells[0] for cells in _cells(_DOSSIERS)]),
        import_id=pl.lit("so-tay"),
        line=pl.int_range(1, pl.len() + 1, dtype=pl.Int32),
    )
    return schema.conform(named, schema.FACTS)


def _content(cells: list[str], service: dict[str, Any]) -> dict[str, Any]:
    _, procedure, channel, received, due, finished, status, supplements, waited, paid, flags = cells
    return {
        "unit_id": _UNIT, "level": "department", "procedure_id": procedure, "field": None, "channel": channel,
        "service_level": service["service_level"], "status": int(status), "submitted_at": None,
        "received_at": _moment(received), "due_at": _moment(due), "finished_at": _moment(finished), "returned_at": None,
        "supplements": int(supplements), "waiting_minutes": int(waited) if waited else None, "fee": service["fee"],
        "paid_online": _SAID[paid], "synthetic": True,
        **{flag: _SAID[sign] for flag, sign in zip(schema.FLAGS, flags, strict=True)},
    }  # fmt: skip


@dataclass(frozen=True)
class _Memory(Store):
    """What stands where a store would be: version 1 of everything, the drawn catalogue, nothing on a disk."""

    # the arguments are those of the store it stands for
    def version(self, table: str = "facts") -> int | None:  # noqa: ARG002
        return 1

    def note(self, table: str, key: str, version: int | None = None) -> str | None:  # noqa: ARG002
        return "1"

    def files(
        self,
        table: str,
        province_id: str | None = None,  # noqa: ARG002
        version: int | None = None,  # noqa: ARG002
        month: date | None = None,  # noqa: ARG002
        grain: str | None = None,  # noqa: ARG002
    ) -> list[str]:
        return [table]

    listed = files

    def frame(self, table: str, province_id: str | None = None, version: int | None = None) -> pl.DataFrame:  # noqa: ARG002
        return catalogue() if table == "procedures" else schema.empty(getattr(schema, table.upper()))


@dataclass
class Drawn(Data):
    """The drawn dossiers as statistics read a province: facts and a ledger built of them."""

    rows: pl.DataFrame = field(default_factory=dossiers, kw_only=True, repr=False)

    def facts(self) -> nw.LazyFrame[Any]:
        return nw.from_native(self.rows.lazy())

    def scan(self) -> nw.LazyFrame[Any]:
        return self.facts()

    def ledger(self) -> nw.LazyFrame[Any]:
        return daily.build(self.facts())

    def totals(self) -> nw.LazyFrame[Any]:
        return daily.totals(self.ledger())


def drawn() -> Drawn:
    """The example as a province's data."""
    return Drawn(_Memory(Path()), PLACE)
