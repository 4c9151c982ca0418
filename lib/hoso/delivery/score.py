"""`hoso score`: counts in, points out; as JSON for machines, as tables in Vietnamese for people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from ..records.store import Store
from ..statistics.scorecard import Reach, Scored, known_level, places, score, scorecard
from ..statistics.scorecard.definitions import LEVEL_TITLES
from ..statistics.scorecard.given import number, read_counts
from ..vocabulary.errors import InputError, UsageError
from ..vocabulary.numbers import date, decimal
from ..vocabulary.periods import Period
from ..vocabulary.places import find_province
from ..vocabulary.workbook import Workbook

BASIS = {
    "counts": "số đếm",
    "printed": "điểm công bố",
    "constant": "cố định",
    "missing": "thiếu",
    "mixed": "số đếm, điểm công bố",
}


def of_file(file: Path, scorecard_id: str | None, level: str | None) -> Scored:
    """The scorecard of a file of counts, by the newest version when none is named."""
    card, chosen = scorecard(scorecard_id), known_level(level or "province")
    return score(card, chosen, read_counts(file, card))


def of_place(workbook: Workbook, province: str, period: str, unit: str | None = None) -> Scored:
    """The scorecard of a province or unit from the store: dossiers where they suffice, entered counts, the newest snapshot.

    NoDataError when there is none of the three.
    """
    chosen = Period.parse(period).within_one_era()
    place = find_province(province, chosen.era, chosen.end)
    return places.of_place(Store.open(workbook.store), workbook.reference, place, chosen, unit)


def counts_of(texts: Iterable[str]) -> dict[str, tuple[float, float]]:
    """`CRITERION=NUM/DEN` options as counts by criterion; UsageError for any other shape."""
    found: dict[str, tuple[float, float]] = {}
    for text in texts:
        name, equals, fraction = text.partition("=")
        top, slash, bottom = fraction.partition("/")
        if not (name.strip() and equals and slash):
            raise UsageError(f"--what-if “{text}”", expected="TIÊU_CHÍ=TỬ/MẪU, như PROCESSED_ON_TIME=653/654")
        if name.strip().upper() in found:
            raise UsageError(f"--what-if {name.strip()} có hai lần", expected="mỗi tiêu chí một lần")
        found[name.strip().upper()] = (typed(top, "--what-if"), typed(bottom, "--what-if"))
    return found


def typed(text: str, option: str) -> float:
    """A number given as an option; UsageError for what is none."""
    try:
        value = number(text, option)
    except InputError as error:
        raise UsageError(error.what, where=option, expected=error.expected) from error
    if value is None:
        raise UsageError("thiếu số", where=option, expected="một số")
    return value


def as_json(scored: Scored, changed: Scored | None = None, plan: Reach | None = None) -> str:
    """The whole scorecard as one JSON object; whole numbers are written whole, what is missing is null."""
    document: dict[str, Any] = {
        "scorecard": scored.card.id,
        "level": scored.level,
        "criteria": scored.records(),
        "groups": scored.group_records(),
        "total": scored.total,
        "max": scored.max,
        "grade": scored.grade,
        "grade_range": scored.grades,
        "missing": scored.missing,
        "note": scored.card.note,
        "grade_note": scored.card.grade_note,
    }
    if changed is not None:
        document["what_if"] = _changes(scored, changed)
    if plan is not None:
        document["reach"] = _plan(plan)
    return json.dumps(_whole(document), ensure_ascii=False, indent=1) + "\n"


def _changes(scored: Scored, changed: Scored) -> dict[str, Any]:
    rows = [
        {
            "criterion": after.id,
            "numerator": after.given.numerator,
            "denominator": after.given.denominator,
            "score_before": before.score,
            "score_after": after.score,
        }
        for before, after in zip(scored.criteria, changed.criteria, strict=True)
        if before.given != after.given
    ]
    gain = ((changed.points or 0) - (scored.points or 0)) / 100
    return {"criteria": rows, "total": changed.total, "grade": changed.grade, "change": gain}


def _plan(plan: Reach) -> dict[str, Any]:
    return {
        "wanted": plan.wanted,
        "reached": plan.reached,
        "added": [asdict(step) for step in plan.steps],
        "cost": plan.cost,
        "total": plan.after.total,
        "grade": plan.after.grade,
        "fixed": plan.fixed,
    }


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _whole(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def show(console: Console, scored: Scored, changed: Scored | None = None, plan: Reach | None = None) -> None:
    """Prints the scorecard: heading, groups, criteria with the greatest losses first, what is missing, what was asked."""
    card = scored.card
    until = f" đến ngày {date(card.valid_to)}" if card.valid_to else ""
    _say(console, card.title)
    _say(
        console,
        f"{card.id} · từ ngày {date(card.valid_from)}{until} · {LEVEL_TITLES[scored.level]} · {card.legal_basis}",
    )
    console.print(_groups(scored))
    console.print(_criteria(scored))
    _say(console, f"Tổng điểm: {_points(scored.total)}/{scored.max} · {_grade(scored)}")
    if scored.missing:
        _say(console, f"Thiếu số liệu (không tính là 0): {', '.join(scored.missing)}")
    for line in (*_sources(scored), *_notes(scored)):
        _say(console, line)
    if changed is not None:
        _show_changes(console, scored, changed)
    if plan is not None:
        _show_plan(console, plan)


def _groups(scored: Scored) -> Table:
    table = Table("Nhóm", "", *_right("Điểm", "Tối đa", "Mất", "%"), "Nguồn điểm", title="Điểm theo nhóm")
    for g in scored.groups:
        ratio = "–" if g.ratio is None else decimal(g.ratio, 2)
        table.add_row(
            g.id, g.group.title, _points(g.score), str(g.max), _points(g.lost), ratio, BASIS[g.basis]
        )
    return table


def _criteria(scored: Scored) -> Table:
    """What has a score: first those that lose points, the greatest loss first, then the others in order."""
    losing = scored.lost()
    rest = [c for c in scored.criteria if c not in losing and c.basis != "missing"]
    headings = _right("Tử/mẫu", "Điểm", "Tối đa", "Mất")
    table = Table(_name(), *headings, "Nguồn", title="Điểm mất nhiều nhất đứng trước", show_lines=True)
    for c in (*losing, *rest):
        row = (
            _fraction(c.given.numerator, c.given.denominator),
            _points(c.score),
            str(c.max),
            _points(c.lost),
        )
        table.add_row(f"{c.criterion.title}\n{c.id}", *row, BASIS[c.basis])
    return table


def _name() -> Column:
    return Column("Tiêu chí", overflow="fold")  # ids are typed again in --what-if, so none is cut off


def _right(*titles: str) -> list[Column]:
    return [Column(title, justify="right", no_wrap=True) for title in titles]


def _sources(scored: Scored) -> list[str]:
    """Where the counts come from, each source with its criteria; a file of counts names none."""
    by_source: dict[str, list[str]] = {}
    for c in scored.criteria:
        if c.given.source and c.basis != "missing":
            mark = " (mô phỏng)" if c.given.synthetic else ""
            by_source.setdefault(c.given.source + mark, []).append(c.id)
    return [f"Nguồn: {source}: {', '.join(names)}" for source, names in by_source.items()]


def _notes(scored: Scored) -> list[str]:
    """What a reader must know: of criteria and groups that were given, of the version, of the grades."""
    noted = [(c.id, note) for c in scored.criteria if c.basis != "missing" for note in c.notes]
    noted += [(g.id, note) for g in scored.groups for note in g.notes]
    return [*(f"{name}: {note}" for name, note in noted), scored.card.note, scored.card.grade_note]


def _grade(scored: Scored) -> str:
    if scored.grade:
        return f"Xếp loại: {scored.grade}"
    return (
        f"Chưa xếp loại được: từ {scored.grades[0]} đến {scored.grades[1]}"
        if scored.grades
        else "Chưa xếp loại được"
    )


def _show_changes(console: Console, scored: Scored, changed: Scored) -> None:
    told = _changes(scored, changed)
    table = Table(_name(), *_right("Tử/mẫu", "Điểm", "Điểm mới"), title="Nếu số đếm thay đổi")
    for row in told["criteria"]:
        points = (_points(row["score_before"]), _points(row["score_after"]))
        table.add_row(row["criterion"], _fraction(row["numerator"], row["denominator"]), *points)
    console.print(table)
    change = f"{told['change']:+.2f}".replace(".", ",")
    _say(console, f"Tổng điểm mới: {_points(changed.total)} ({change}) · {_grade(changed)}")


def _show_plan(console: Console, plan: Reach) -> None:
    table = Table(_name(), *_right("Thêm", "Tử/mẫu", "Điểm", "Điểm mới"), title="Cách cần thêm ít nhất")
    for s in plan.steps:
        counts = (_count(s.added), _fraction(s.numerator, s.denominator))
        table.add_row(s.criterion, *counts, _points(s.score_before), _points(s.score_after))
    if plan.steps:
        console.print(table)
    verdict = "đạt" if plan.reached else "không đạt được, cao nhất có thể là"
    line = (
        f"Muốn {_points(plan.wanted)} điểm: {verdict} {_points(plan.after.total)}, thêm {_count(plan.cost)}"
    )
    _say(console, f"{line} · {_grade(plan.after)}")
    kept = [c.id for c in plan.after.criteria if c.id in plan.fixed and c.lost]
    if kept:
        _say(
            console, f"Giữ nguyên (số chung của tỉnh, điểm công bố, hoặc không có mẫu số): {', '.join(kept)}"
        )


def _points(value: float | None) -> str:
    return "–" if value is None else decimal(value, 2)


def _count(value: float | None) -> str:
    return "–" if value is None else decimal(value, 2, trim=True)


def _fraction(top: float | None, bottom: float | None) -> str:
    return "–" if top is None or bottom is None else f"{_count(top)}/{_count(bottom)}"


def _say(console: Console, text: str) -> None:
    console.print(escape(text), highlight=False, soft_wrap=True)
