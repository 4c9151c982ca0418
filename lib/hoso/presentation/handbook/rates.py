"""The indicators of the handbook: variants side by side, then each with its fraction, ground, targets and worked example."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from ...statistics.definitions import Definitions, Indicator
from ...statistics.scorecard import scorecards
from ...statistics.scorecard.definitions import Criterion
from ...vocabulary import numbers
from .. import count_words
from ..figures import Figure, Phrase
from ..unit_work import RATED
from .book import Book, Part, listed
from .drawn import PERIOD
from .examples import Examples, Told
from .goals import Goals
from .words import ABOUT, DIRECTIONS, KNOWN_ONLY, MEASURES, ORIGINS, REVIEWED, TOLD, validity

Variants = list[Indicator]
"""One indicator and variant under its successive acts, the one in force in the example's month first."""
_LETTERS: Final = "abcdđeghiklm"


def grouped(known: Definitions) -> dict[str, list[Variants]]:
    """Every indicator by its id, each variant once with all its validities."""
    current = known.on(PERIOD.end).indicators
    found: dict[str, list[Variants]] = {}
    for entry in current:
        same = [i for i in known.indicators if (i.id, i.variant) == (entry.id, entry.variant)]
        found.setdefault(entry.id, []).append([entry, *(i for i in same if i != entry)])
    return dict(sorted(found.items(), key=lambda item: item[1][0][0].origin))


def anchor(indicator: Indicator) -> str:
    """Where an indicator's variant stands in the handbook: "on_time_rate-06a"."""
    return f"{indicator.id}-{indicator.variant}"


def write(book: Book, number: str, variants: list[Variants], made: Examples, goals: Goals) -> None:
    """One indicator: what it tells, its variants side by side, each in full."""
    first = variants[0][0]
    book.heading(2, f"{number}. {first.title}", first.id)
    book.say(_about(variants))
    if len(variants) > 1:
        _side_by_side(book, [entries[0] for entries in variants], made)
    for letter, entries in zip(_LETTERS, variants, strict=False):
        if len(variants) > 1:
            book.heading(3, f"{letter}) {entries[0].title}", anchor(entries[0]))
        _variant(book, entries, made, goals)


def _about(variants: list[Variants]) -> str:
    """What it tells, where its data are from and which way is better."""
    first = variants[0][0]
    by_flag = first.id in _FLAGGED and {v[0].variant for v in variants} == {"766", "received"}
    differ = f" {KNOWN_ONLY}" if by_flag else ""
    return f"{ABOUT[first.id]}{differ} {ORIGINS[first.origin]} Kết quả {DIRECTIONS[first.direction]}."


_FLAGGED: Final = ("digitised_rate", "reuse_rate", "sync_rate", "authenticated_rate", "citizen_data_rate")


def _side_by_side(book: Book, variants: Sequence[Indicator], made: Examples) -> None:
    columns = [
        ("n", "Cách", "center", 1.0), ("top", "Tử số", "left", 4.2), ("bottom", "Mẫu số", "left", 4.2),
        ("fraction", "Ví dụ", "right", 2.0), ("value", "Kết quả", "right", 1.5),
    ]  # fmt: skip
    rows = [
        ("normal", [f"{letter})", *_parts(entry), *_result(entry, made)])
        for letter, entry in zip(_LETTERS, variants, strict=False)
    ]
    caption = f"Các cách tính {_lower(variants[0].title)}"
    book.table(f"{variants[0].id}-cach-tinh", caption, columns, rows, "Ví dụ: hồ sơ minh họa của mục III.")


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def _parts(entry: Indicator) -> tuple[str, str]:
    return _called(entry.numerator), _called(entry.denominator)


def _called(count: str) -> str:
    """A count's title, or what tells it from another count that tables of reports call the same."""
    words = TOLD.get(count)
    return words[:1].upper() + words[1:] if words else count_words.title(count)


def _result(entry: Indicator, made: Examples) -> tuple[Phrase | None, Figure]:
    """Fraction and value; a median has no numerator."""
    figure = made.rate(entry)
    fraction = Phrase((made.count(entry.numerator), "/", made.count(entry.denominator)))
    return (fraction if figure.numerator is not None else None), figure


def _variant(book: Book, entries: Variants, made: Examples, goals: Goals) -> None:
    entry = entries[0]
    top, bottom = _parts(entry)
    lines: list[Sequence[Part]] = [
        [("Cách tính: ",), entry.definition],
        _fraction(entry, top, bottom),
        [
            ("Đơn vị: ",),
            f"{MEASURES[entry.measure]}, lấy {entry.decimals} chữ số thập phân, chỉ làm tròn một lần khi in.",
        ],
        [("Căn cứ, hiệu lực: ",), *_grounds(entries)],
        *_uses(entry),
        *goals.lines(entry.id, entry.variant),
        [("Mã trong dữ liệu: ",), f"{entry.id}, cách tính {entry.variant}."],
    ]
    book.items(*lines)
    _example(book, entry, made)


def _fraction(entry: Indicator, top: str, bottom: str) -> list[Part]:
    """What is divided by what; a median is of its dossiers, not a part of them."""
    if _is_median(entry):
        return [("Lấy: ",), f"{_lower(top)}; ", ("xét trên: ",), f"{_lower(bottom)}."]
    return [("Tử số: ",), f"{_lower(top)}; ", ("mẫu số: ",), f"{_lower(bottom)}."]


def _is_median(entry: Indicator) -> bool:
    return entry.numerator == "handling_median"


def _grounds(entries: Variants) -> list[str]:
    """Each act with the days it holds; an act under which the indicator had another name says so."""
    told = []
    for entry in sorted(entries, key=lambda e: str(e.valid_from or "")):
        named = f"; khi đó gọi là “{entry.title}”" if entry.title != entries[0].title else ""
        told.append(f"{entry.legal_basis} ({validity(entry)}{named})")
    return ["; ".join(told), "."]


def criteria_of(entry: Indicator) -> list[Criterion]:
    """The criteria of the newest scorecard that are scored from this very fraction."""
    card = scorecards()[-1]
    return [c for c in card.criteria if c.counts == (entry.numerator, entry.denominator)]


def _uses(entry: Indicator) -> list[Sequence[Part]]:
    """The reports that print it whether there is a target or not, and who reports it for the scorecard."""
    used = ["báo cáo sơ kết"] if REVIEWED.get(entry.id) == entry.variant else []
    used += ["phiếu đơn vị"] if RATED.get(entry.id) == entry.variant else []
    used += [
        f"Bộ chỉ số 766, tiêu chí “{c.title}” (số liệu do {c.reported_by} cung cấp)"
        for c in criteria_of(entry)
    ]
    return [[("Dùng ở: ",), f"{'; '.join(used)}."]] if used else []


# ── worked examples ──────────────────────────────────────────────────────────────────────────────


def _example(book: Book, entry: Indicator, made: Examples) -> None:
    told = made.told(entry)
    book.say(("Ví dụ. ",), *_outcome(entry, made))
    top = listed(told.top)
    bottom = listed(told.bottom)
    if entry.measure == "days":
        top = "số phút của toàn bộ mẫu số"
        bottom = listed([f"{name} ({numbers.number(made.minutes[name])} phút)" for name in told.bottom])
    if _is_median(entry):
        book.items([f"Xét trên {bottom}."], *_reasons(entry, told))
    else:
        book.items([f"Mẫu số gồm {bottom}."], [f"Tử số gồm {top}."], *_reasons(entry, told))


def _outcome(entry: Indicator, made: Examples) -> list[Part]:
    figure, top, bottom = made.rate(entry), made.count(entry.numerator), made.count(entry.denominator)
    if entry.measure == "rate":
        return [top, "/", bottom, f" {entry.measured_in}, bằng ", figure, "."]
    if figure.numerator is None:
        return [
            "Trung vị của ",
            bottom,
            " hồ sơ là ",
            top,
            " phút, chia cho 480 bằng ",
            figure,
            " ngày làm việc.",
        ]
    return [
        top, " phút làm việc chia cho ", bottom, " hồ sơ, chia tiếp cho 480 phút, bằng ", figure, " ngày làm việc.",
    ]  # fmt: skip


def _reasons(entry: Indicator, told: Told) -> list[Sequence[Part]]:
    lines = [("Ở mẫu số mà không ở tử số: ", told.missed), ("Không tính ở cả hai: ", told.left_out)]
    found: list[Sequence[Part]] = [
        (words, "; ".join(f"{ids} ({reason})" for ids, reason in reasons), ".") for words, reasons in lines if reasons
    ]  # fmt: skip
    if told.rest:
        words = _BESIDE[entry.origin]
        found.append([f"{words}: {listed(told.rest)}."])
    return found


_BESIDE: Final = {
    "facts": "Không thuộc kỳ vì kết thúc trước ngày đầu kỳ",
    "procedures": "Không ở mẫu số",
}


def by_origin(known: Definitions) -> list[tuple[str, list[list[Variants]]]]:
    """The indicators counted from dossiers, then those counted from procedures."""
    found = list(grouped(known).values())
    return [(str(o), list(group)) for o, group in groupby(found, key=lambda v: v[0][0].origin)]
