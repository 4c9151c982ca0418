"""The scorecard of QĐ 766 in the handbook (bộ chỉ số): its versions, how points are made and rounded, each criterion scored.

Counts of the worked example are those of the drawn dossiers where dossiers give them, else a few typed here and said to be
drawn; the points are the engine's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ...statistics.scorecard import LEVELS, Given, Scorecard, Scored, ScoredCriterion, score, scorecards
from ...statistics.scorecard.definitions import LEVEL_TITLES, Criterion, Level
from ..figured_table import Cell, Column, Row
from ..figures import Figure, Phrase
from ..score_lines import rule_text
from .book import Book, Part
from .examples import SOURCE, Examples
from .goals import Goals
from .words import TOLD, validity

ENTERED: Final = {
    "PUBLISH_ON_TIME": (2, 3), "PUBLIC_UPDATE_ON_TIME": (43, 47), "PUBLIC_CONTENT_FULL": (46, 47),
    "DOSSIER_SYNC": (12, 13), "DOSSIER_RECEIVING_SATISFACTION": (5, 13), "PETITION_PROCESSING_ON_TIME": (0, 0),
    "PETITION_HANDLING_SATISFACTION": (3, 4), "ELECTRONIC_CERTIFIED_COPY": (9, 10),
}  # fmt: skip
"""Numerator and denominator of the criteria that dossiers do not give; drawn for the example."""
_ZERO: Final = {
    "null": "không có điểm, điểm tối đa của nhóm giữ nguyên",
    "zero": "0 điểm",
    "full": "đủ điểm tối đa",
}
_SHORT: Final[dict[Level, str]] = {"province": "Tỉnh", "agency": "Cơ quan", "commune": "Cấp xã"}
_ROUNDING: Final = (
    "Tính điểm từng tiêu chí từ tử số và mẫu số, rồi làm tròn hai chữ số thập phân.",
    "Riêng các tiêu chí thanh toán trực tuyến: làm tròn tỷ lệ phần trăm hai chữ số thập phân trước, rồi mới đổi ra điểm.",
    "Điểm nhóm là tổng điểm đã làm tròn của các tiêu chí trong nhóm.",
    "Tổng điểm là tổng điểm của các nhóm; không làm tròn thêm lần nào nữa.",
)


@dataclass(frozen=True)
class Cards:
    """The versions of the scorecard and their worked examples."""

    made: Examples

    @cached_property
    def versions(self) -> list[Scorecard]:
        """The newest first: it is the one in use."""
        return list(reversed(scorecards()))

    def scored(self, card: Scorecard, level: Level = "province") -> Scored:
        """The example under a version, by the engine."""
        return score(card, level, [self.given(c) for c in card.criteria])

    def given(self, criterion: Criterion) -> Given:
        """What the example gives of a criterion; nothing where the portal gives nothing either."""
        if criterion.blank == "full":
            return Given(criterion.id)
        if criterion.counts:
            top, bottom = (self.made.counts[name] for name in criterion.counts)
        else:
            top, bottom = ENTERED[criterion.id]
        return Given(criterion.id, top, bottom, source=SOURCE, synthetic=True)

    # ── figures ──────────────────────────────────────────────────────────────────────────────────

    def points(self, card: Scorecard, row: ScoredCriterion, level: Level = "province") -> Figure:
        """The points of a criterion."""
        words = rule_text(row.criterion)
        return self._figure(card, level, row.id, "score", row.criterion.title, row.score, words)

    def share(self, card: Scorecard, row: ScoredCriterion) -> Figure | None:
        """The share its points are made of; none without a denominator."""
        given = row.given
        if not given.denominator:
            return None
        key = self._key(card, "province", row.id, "rate")
        return Figure(
            key, row.criterion.title, "rate", (given.numerator or 0) / given.denominator, given.numerator,
            given.denominator, decimals=2, definition=rule_text(row.criterion), legal_basis=card.legal_basis,
            period_text=version_title(card), source=SOURCE, source_kind="derived",
        )  # fmt: skip

    def total(self, card: Scorecard, level: Level = "province") -> Figure:
        """The total of the example."""
        words = "Tổng điểm các nhóm."
        return self._figure(card, level, "TOTAL", "score", "Tổng điểm", self.scored(card, level).total, words)

    def group(self, card: Scorecard, name: str, level: Level = "province") -> Figure:
        """The points of a group."""
        found = next(g for g in self.scored(card, level).groups if g.id == name)
        words = "Tổng điểm đã làm tròn của các tiêu chí trong nhóm."
        return self._figure(card, level, name, "score", f"Điểm nhóm: {found.group.title}", found.score, words)

    def _figure(
        self, card: Scorecard, level: Level, of: str, shown: str, title: str, value: float | None, words: str
    ) -> Figure:
        return Figure(
            self._key(card, level, of, shown), title, "points", value, decimals=2, measured_in="điểm",
            definition=words, legal_basis=card.legal_basis, period_text=version_title(card),
            source=SOURCE, source_kind="derived",
        )  # fmt: skip

    @staticmethod
    def _key(card: Scorecard, level: Level, of: str, shown: str) -> dict[str, str]:
        return {"kind": "example", "card": card.id, "level": level, "of": of, "as": shown, "part": "value"}


def versions(book: Book, cards: Cards) -> None:
    """The versions, their validity, groups and grades, the order of rounding."""
    book.say(
        "Bộ chỉ số chỉ đạo, điều hành và đánh giá chất lượng phục vụ người dân, doanh nghiệp (gọi tắt là Bộ chỉ số "
        f"766) chấm {cards.versions[0].max} điểm theo các nhóm và tiêu chí dưới đây. Có hai bản; số của hai bản không "
        "so sánh với nhau."
    )
    for card in cards.versions:
        book.heading(3, version_title(card), card.id)
        book.items(
            (("Áp dụng: ",), f"{validity(card)}; {card.legal_basis}."),
            (("Nguồn của cách tính: ",), f"{card.source}."),
            (("Lưu ý: ",), f"{card.note}."),
        )
    _group_table(book, cards)
    _grades(book, cards)
    book.heading(2, "2. Thứ tự làm tròn", "lam-tron")
    book.say(
        "Điểm được làm tròn theo đúng thứ tự của Cổng Dịch vụ công quốc gia; đổi thứ tự thì tổng điểm có thể lệch:"
    )
    book.items(*([line] for line in _ROUNDING), ordered=True)
    _rounding_example(book, cards)


def _inside(card: Scorecard) -> str:
    """A version's title inside a sentence: "bản 2026"."""
    title = version_title(card)
    return title[:1].lower() + title[1:]


def version_title(card: Scorecard) -> str:
    """A version by its years: "Bản 2022–2025"."""
    last = f"–{card.valid_to.year}" if card.valid_to else ""
    return f"Bản {card.valid_from.year}{last}"


def _group_table(book: Book, cards: Cards) -> None:
    columns: list[Column] = [("title", "Nhóm", "left", 5), ("max", "Điểm tối đa", "right", 1.5)]
    columns += [(f"v{i}", f"Ví dụ, {_inside(card)}", "right", 2)
                for i, card in enumerate(cards.versions)]  # fmt: skip
    rows: list[Row] = [
        ("normal", [g.title, str(g.max), *(cards.group(card, g.id) for card in cards.versions)])
        for g in cards.versions[0].groups
    ]
    newest = cards.versions[0]
    rows.append(("total", ["Tổng điểm", str(newest.max), *(cards.total(card) for card in cards.versions)]))
    note = "Ví dụ chấm cho cấp tỉnh; số đếm từng tiêu chí ở Phụ lục I và Phụ lục II."
    book.table("nhom", "Các nhóm của Bộ chỉ số 766", columns, rows, note)


def _grades(book: Book, cards: Cards) -> None:
    card = cards.versions[0]
    cuts = [*(f"dưới {grade.at_least:g}" for grade in card.grades)]
    spans = [f"từ {g.at_least:g}" + (f" đến {cuts[i - 1]}" if i else "") for i, g in enumerate(card.grades)]
    told = "; ".join(f"{g.title} {span} điểm" for g, span in zip(card.grades, spans, strict=True))
    same = all(other.grades == card.grades for other in cards.versions)
    scored = cards.scored(card)
    book.say(("Xếp loại. ",), f"{told}{' (cả hai bản)' if same else ''}. {card.grade_note}. Ví dụ được ",
             cards.total(card), f" điểm nên xếp loại {scored.grade}.")  # fmt: skip


def _rounding_example(book: Book, cards: Cards) -> None:
    card = cards.versions[0]
    row = cards.scored(card).criterion("PAYMENT_DOSSIER")
    share = cards.share(card, row)
    assert share is not None
    book.say(
        ("Ví dụ. ",), "Hồ sơ thanh toán trực tuyến: ", share.top, "/", share.bottom, " hồ sơ; tỷ lệ làm tròn là ", share,
        f"; điểm là tỷ lệ đã làm tròn nhân {row.max} chia {row.criterion.full_at:g}%, làm tròn thành ",
        cards.points(card, row), " điểm.",
    )  # fmt: skip


# ── criteria ─────────────────────────────────────────────────────────────────────────────────────


def criteria(book: Book, cards: Cards, goals: Goals) -> None:
    """Each criterion of the newest version, with what the older ones have otherwise."""
    card = cards.versions[0]
    scored = cards.scored(card)
    for number, group in enumerate(card.groups, 3):
        book.heading(2, f"{number}. {group.title} ({group.max} điểm)", f"nhom-{group.id}")
        for letter, row in zip(
            "abcdđeg", [c for c in scored.criteria if c.criterion.group == group.id], strict=False
        ):
            book.heading(3, f"{letter}) {row.criterion.title}", row.id)
            _criterion(book, cards, card, row, goals)


def _criterion(book: Book, cards: Cards, card: Scorecard, row: ScoredCriterion, goals: Goals) -> None:
    criterion = row.criterion
    differing: list[Sequence[Part]] = [
        [("Khác giữa các bản: ",), f"{words}."] for words in _differences(cards, criterion)
    ]
    lines: list[Sequence[Part]] = [
        [("Tử số: ",), f"{criterion.numerator}; ", ("mẫu số: ",), f"{criterion.denominator}."],
        [("Cách chấm: ",), f"{_rule(criterion)}."],
        [("Điểm tối đa: ",), f"{_most_by_level(criterion)}."],
        [("Mẫu số bằng 0: ",), f"{_ZERO[criterion.zero]}."],
        [("Nguồn số liệu: ",), f"{criterion.reported_by}."],
        *_from_dossiers(criterion),
        *goals.lines(criterion.id, "entered"),
        *_peculiar(criterion),
        *differing,
        [("Ví dụ: ",), *_worked(cards, card, row)],
    ]
    book.items(*lines)


def _from_dossiers(criterion: Criterion) -> Iterator[list[Part]]:
    """How its denominator is counted where dossiers do not tell of all: the portal's denominator is every dossier."""
    if criterion.counts and criterion.counts[1] in TOLD:
        words = TOLD[criterion.counts[1]]
        yield [
            ("Khi tính từ hồ sơ: ",),
            f"mẫu số chỉ gồm {words}; hồ sơ mà nguồn không ghi thì không tính, nên điểm có thể khác điểm của Cổng Dịch vụ "
            "công quốc gia.",
        ]


def _rule(criterion: Criterion) -> str:
    """The rule's words alone: the fraction stands above."""
    fraction = f"Tử số: {criterion.numerator}; mẫu số: {criterion.denominator}; "
    return rule_text(criterion).removeprefix(fraction).removesuffix(".")


def _most_by_level(criterion: Criterion) -> str:
    if set(criterion.levels) == set(LEVELS):
        return f"{criterion.max} điểm ở cả cấp tỉnh, cơ quan cấp tỉnh và cấp xã"
    return "; ".join(f"{LEVEL_TITLES[level]} {_most(criterion, level)}" for level in LEVELS)


def _most(criterion: Criterion, level: Level) -> str:
    return f"{criterion.max} điểm" if level in criterion.levels else "không đo, 0 điểm"


def _peculiar(criterion: Criterion) -> Iterator[list[Part]]:
    """What is to be known of a criterion beyond its rule."""
    notes = [f"{criterion.note}."] if criterion.note else []
    if criterion.province_wide:
        notes.append("Mọi cơ quan, đơn vị cấp xã lấy chung số của tỉnh.")
    if criterion.may_exceed:
        notes.append("Tử số và mẫu số lấy từ hai danh sách nên tử số có thể lớn hơn mẫu số.")
    if criterion.inferred:
        told = ", ".join(LEVEL_TITLES[level] for level in criterion.inferred)
        notes.append(f"Quy tắc ở {told} suy ra từ điểm nhóm, chưa có số đếm để đối chiếu.")
    if notes:
        yield [("Lưu ý: ",), " ".join(notes)]


def _differences(cards: Cards, criterion: Criterion) -> list[str]:
    """In what the older versions differ from the newest, each in a sentence."""
    olds = [(card, list(_otherwise(card.criterion(criterion.id), criterion))) for card in cards.versions[1:]]
    return [f"{_inside(card)}: {'; '.join(parts)}" for card, parts in olds if parts]


def _otherwise(old: Criterion, new: Criterion) -> Iterator[str]:
    """What is otherwise in an older version of a criterion, field by field."""
    if (old.numerator, old.denominator) != (new.numerator, new.denominator):
        yield f"tử số: {old.numerator}, mẫu số: {old.denominator}"
    if (old.max, old.rule, old.full_at) != (new.max, new.rule, new.full_at):
        yield _rule(old)
    if old.levels != new.levels:
        yield _most_by_level(old)
    if old.province_wide != new.province_wide:
        yield "mọi đơn vị lấy chung số của tỉnh" if old.province_wide else "mỗi đơn vị có số riêng"
    if old.zero != new.zero:
        yield f"mẫu số bằng 0 thì {_ZERO[old.zero]}"
    if old.blank != new.blank:
        yield "không có số đếm thì chưa có điểm" if old.blank == "missing" else "không có số đếm thì đủ điểm"
    if old.reported_by != new.reported_by:
        yield f"số liệu do {old.reported_by} cung cấp"


def _worked(cards: Cards, card: Scorecard, row: ScoredCriterion) -> list[Part]:
    points = cards.points(card, row)
    share = cards.share(card, row)
    if share is None and row.given.denominator == 0:
        return ["mẫu số bằng 0, được ", points, f"/{row.max} điểm."]
    if share is None:
        return ["không có số đếm, được ", points, f"/{row.max} điểm."]
    return [share.top, "/", share.bottom, ", bằng ", share, "; được ", points, f"/{row.max} điểm."]


def tables(book: Book, cards: Cards) -> None:
    """A wide table of each version: criteria, rules, most points by level, the worked example at each level."""
    for number, card in zip(("I", "II", "III"), cards.versions, strict=False):
        book.appendix(number, f"Tiêu chí Bộ chỉ số 766, {_inside(card)}")
        block = book.table(
            f"{card.id}-bang", card.title, _columns(), list(_rows(cards, card)),
            "Ví dụ: cùng một số đếm chấm ở ba cấp. Dấu “–”: không có số đếm hoặc không có điểm.",
        )  # fmt: skip
        for column in block["columns"][3:6]:
            column["group"] = "Điểm tối đa"
        for column in block["columns"][8:]:
            column["group"] = "Điểm của ví dụ"


def _columns() -> list[Column]:
    levels = [_SHORT[level] for level in LEVELS]
    return [
        ("n", "STT", "center", 0.8), ("title", "Tiêu chí", "left", 4.4), ("rule", "Cách chấm", "left", 5.2),
        *((f"max{i}", name, "right", 1.2) for i, name in enumerate(levels)), ("fraction", "Tử số/mẫu số", "right", 1.7),
        ("share", "Tỷ lệ", "right", 1.5), *((f"score{i}", name, "right", 1.2) for i, name in enumerate(levels)),
    ]  # fmt: skip


def _rows(cards: Cards, card: Scorecard) -> Iterator[Row]:
    by_level = [cards.scored(card, level) for level in LEVELS]
    number = 0
    for group in card.groups:
        yield "group", [f"{group.title} ({group.max} điểm)", *[None] * 10]
        for rows in zip(*(s.criteria for s in by_level), strict=True):
            if rows[0].criterion.group == group.id:
                number += 1
                yield "normal", list(_cells(cards, card, number, rows))
    blank: list[Cell] = ["", "Tổng điểm", "", *[str(card.max)] * 3, "", ""]
    yield "total", [*blank, *(cards.total(card, level) for level in LEVELS)]


def _cells(cards: Cards, card: Scorecard, number: int, rows: tuple[ScoredCriterion, ...]) -> Iterator[Cell]:
    first = rows[0]
    share = cards.share(card, first)
    yield from (str(number), first.criterion.title, _rule(first.criterion))
    for level in LEVELS:
        yield str(first.max) if level in first.criterion.levels else "0"
    nothing = None if first.given.denominator is None else "0/0"
    yield Phrase((share.top, "/", share.bottom)) if share else nothing
    yield share
    for level, row in zip(LEVELS, rows, strict=True):
        yield cards.points(card, row, level)
