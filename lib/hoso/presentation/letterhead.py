"""The head of a document, the notices on its first page and its end (NĐ 30/2020/NĐ-CP): what `report.open` shows.

Number, day, signature and seal are the office's own and stay open: the workbook drafts, it never signs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ..records import pinned
from ..statistics.assessment import Clock, comparable
from ..vocabulary import numbers
from ..vocabulary.calendar import clock
from .display import Block, Display

if TYPE_CHECKING:
    from .report import Report

SYNTHETIC: Final = (
    "DỮ LIỆU MÔ PHỎNG: hồ sơ trong báo cáo này do chương trình sinh ra để minh họa, không phải số liệu thật. "
    "Số liệu công bố có dẫn nguồn là số liệu thật."
)

_AS_OF: Final = (
    "Lập lại theo số liệu trong kho lúc {0:%H:%M} ngày {0:%d/%m/%Y}; số liệu nạp sau đó không có ở đây."
)


def head(report: Report, subject: str, kind: str, symbol: str) -> Display:
    """Bodies, number and date left open, kind and subject (Đ8); and the notices."""
    subject = subject[:1].upper() + subject[1:]
    place = report.place
    block: Block = {
        "type": "letterhead", "parent": None, "body": place.committee.upper(), "number": f"Số:        /{symbol}-UBND",
        "place": place.name, "date_line": f"{place.name}, ngày      tháng      năm {_year(report)}",
        "kind": kind, "subject": subject, "draft": True,
    }  # fmt: skip
    return Display([block, *notices(report)], {}, about(report, subject))


def _year(report: Report) -> int:
    """The year the document can be of at the earliest: a report on the whole of 2022 is written in 2023, one on provisional
    figures in the year they reach."""
    if report.provisional and report.last_day >= report.period.start:
        return report.last_day.year
    return (report.period.end + timedelta(1)).year


def letter(report: Report, subject: str, addressees: list[str], symbol: str) -> Display:
    """The head of a công văn (Phụ lục I): no name of its kind, "V/v …" under the number, Kính gửi."""
    shown = head(report, subject, kind="", symbol="")
    block = shown.blocks[0] | {
        "number": f"Số:        /UBND-{symbol}",
        "subject": subject,
        "addressees": [f"{name};" for name in addressees[:-1]] + [f"{name}." for name in addressees[-1:]],
    }
    return replace(shown, blocks=[block, *shown.blocks[1:]])


def notices(report: Report) -> list[Block]:
    """What changes how every figure is read: synthetic or provisional data, data of before, identities that do not hold."""
    found = [("synthetic", SYNTHETIC)] if report.synthetic else []
    if then := pinned.moment(pinned.of(report.workbook.store)):
        found.append(("as_of", _AS_OF.format(clock(then))))
    if report.provisional:
        found.append(("provisional", report.provisional))
    if words := _partial(report):
        found.append(("missing", words))
    found += [("identity", text) for text in report.broken]
    return [{"type": "notice", "kind": kind, "runs": [{"t": "text", "s": text}]} for kind, text in found]


def provisional(report: Report) -> str | None:
    """The words every page carries while the period has not ended, or its data do not reach its end."""
    if report.dossiers and not report.scored and not report.covers():
        return "Chưa có dữ liệu hồ sơ của kỳ báo cáo"
    taken_on = report.dossiers.taken_on if report.dossiers else None
    if Clock(report.period, report.last_day, taken_on=taken_on).standing == "closed":
        return None
    return f"Số liệu tạm thời đến ngày {numbers.date(report.last_day)}"


def _partial(report: Report) -> str | None:
    """The words of a report whose dossiers begin only after the period did."""
    if (
        not report.dossiers
        or report.scored
        or not report.covers()
        or comparable(report.dossiers, report.period)
    ):
        return None
    first = numbers.date(report.dossiers.first_day)
    return f"Dữ liệu hồ sơ chỉ có từ ngày {first}, sau ngày đầu kỳ báo cáo; số liệu của kỳ chưa đầy đủ."


def about(report: Report, subject: str) -> dict[str, Any]:
    """What the document is about, for figures.json, the page and the manifest."""
    return {
        "notebook": report.notebook,
        "title": subject,
        "province": report.place.slug,
        "province_name": report.place.title,
        "period": report.period.id,
        "period_text": f"{report.period.label} ({report.period.window})",
        "data_version": report.dossiers.version if report.dossiers else None,
        "data_date": min(report.last_day, report.period.end).isoformat(),
        "synthetic": report.synthetic,
        "provisional": report.provisional,
        "identities": not report.broken,
        "unit": report.unit.id if report.unit else None,
        "options": dict(report.options),
        "command": _command(report),
    }


def _command(report: Report) -> str:
    """What makes the report again from the shell."""
    given = {"unit": report.unit.id if report.unit else "", **report.options}
    more = "".join(f" --{name} {value}" for name, value in given.items() if value)
    return f"hoso report {report.notebook} --province {report.place.slug} --period {report.period.id}{more}"


def appendix(number: str, title: str, landscape: bool) -> Display:
    """The start of an appendix; what is shown next belongs to it."""
    return Display([{"type": "appendix", "number": number, "title": title, "landscape": landscape}])


def closing(recipients: list[str], signer: list[str]) -> Display:
    """Nơi nhận and the signature block; lines of Nơi nhận end with a semicolon, the last with a full stop (Phụ lục I)."""
    lines = [line.rstrip(" ;.") for line in recipients]
    recipients = [f"{line};" for line in lines[:-1]] + [f"{line}." for line in lines[-1:]]
    return Display([{"type": "closing", "recipients": recipients, "signer_lines": signer}])
