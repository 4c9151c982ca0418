"""The definitions: complete, and read strictly."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hoso.statistics import published
from hoso.statistics.counts import COUNTS
from hoso.statistics.definitions import definitions, in_force, parse
from hoso.statistics.procedures import PROCEDURE_COUNTS
from hoso.vocabulary.errors import InputError, UsageError
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import find_province

ROOT = Path(__file__).parents[2]
GOOD = {
    "id": "x_rate", "variant": "a", "title": "X", "numerator": "on_time", "denominator": "resolved", "definition": "d",
    "legal_basis": "l",
}  # fmt: skip


def test_every_definition_has_words_and_a_ground() -> None:
    """Title, definition and legal basis of every count, indicator and published figure are filled."""
    known = definitions()
    entries = [*known.counts.values(), *known.indicators, *known.published.values()]
    assert len(entries) > 40
    assert [
        entry.id for entry in entries if not (entry.title and entry.definition and entry.legal_basis)
    ] == []


def test_an_indicator_and_variant_stand_once_a_day() -> None:
    """On no day is an indicator defined twice in one variant; published ids are no counted ones."""
    known = definitions()
    for day in (date(2020, 1, 1), date(2022, 6, 23), date(2024, 9, 14), date(2026, 6, 30), date(2026, 7, 1)):
        keys = [(indicator.id, indicator.variant) for indicator in known.on(day).indicators]
        assert len(keys) == len(set(keys))
        assert set(keys) == {(indicator.id, indicator.variant) for indicator in known.indicators}
    assert not set(known.published) & {indicator.id for indicator in known.indicators}


def test_printed_counts_are_counted() -> None:
    """Each count with words is a count of the library, and those of procedures say that they do not add up."""
    known = definitions().counts
    assert set(known) <= set(COUNTS) | set(PROCEDURE_COUNTS)
    assert {words.id for words in known.values() if words.origin == "procedures"} == set(PROCEDURE_COUNTS)


@pytest.mark.parametrize(
    ("key", "day", "basis"),
    [
        (("online_service_rate", "procedures"), date(2026, 6, 30), "Nghị định số 42/2022/NĐ-CP"),
        (("online_service_rate", "procedures"), date(2026, 7, 1), "Nghị định số 224/2026/NĐ-CP"),
        (("online_rate", "full"), date(2022, 6, 23), "Bốn mức độ"),
        (("online_rate", "full"), date(2022, 6, 24), "Nghị định số 42/2022/NĐ-CP"),
        (("online_rate", "full"), date(2026, 7, 1), "Nghị định số 224/2026/NĐ-CP"),
        # before and after its days a definition is still the nearest there is
        (("on_time_rate", "received"), date(2026, 1, 1), "trước ngày 01/7/2025"),
        (("on_time_rate", "06a"), date(2019, 1, 1), "Biểu số II.06a"),
    ],
)
def test_the_definition_of_a_day(key: tuple[str, str], day: date, basis: str) -> None:
    """An act that was repealed gives way to the next one on its day."""
    assert basis in definitions().on(day).indicator(*key).legal_basis


def test_dead_dates_are_known() -> None:
    """NĐ 42/2022/NĐ-CP grounds nothing from 1/7/2026 on, nor QĐ 766/QĐ-TTg before 23/6/2022."""
    known = definitions()
    entries = [*known.counts.values(), *known.indicators, *known.published.values()]
    old = [e.id for e in entries if "42/2022" in e.legal_basis and not e.legal_basis.startswith("Bốn mức")]
    assert old
    assert not [e.id for e in entries if "42/2022" in e.legal_basis and in_force(e, date(2026, 7, 1))]
    assert not [
        e.id
        for e in entries
        if e.legal_basis.startswith("Quyết định số 766") and in_force(e, date(2022, 6, 22))
    ]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"indicators": []}, "known: count, indicator"),
        ({"indicator": [GOOD | {"titel": "X"}]}, "x_rate: unknown key titel"),
        (
            {"indicator": [{k: v for k, v in GOOD.items() if k != "legal_basis"}]},
            "x_rate: legal_basis is missing",
        ),
        ({"indicator": [GOOD | {"numerator": "on_tiem"}]}, "x_rate: on_tiem is no count"),
        ({"indicator": [GOOD | {"direction": "sideways"}]}, "x_rate: direction is sideways; known: up, down"),
        ({"indicator": [GOOD | {"measure": "hours"}]}, "x_rate: measure is hours; known: rate, days"),
        ({"indicator": [GOOD | {"valid_from": "2022"}]}, "x_rate: valid_from and valid_to are days"),
        (
            {"indicator": [GOOD | {"valid_from": date(2026, 7, 1), "valid_to": date(2022, 6, 24)}]},
            "x_rate: valid_to lies before valid_from",
        ),
        ({"indicator": [GOOD, GOOD]}, "x_rate: a is defined twice on every day"),
        (
            {"indicator": [GOOD | {"valid_to": date(2026, 7, 1)}, GOOD | {"valid_from": date(2026, 7, 1)}]},
            "x_rate: a is defined twice on 2026-07-01",
        ),
        ({"count": [{"id": "y", "title": "Y", "definition": "d", "legal_basis": "l"}]}, "y: no such count"),
    ],
)
def test_a_fault_names_its_entry_and_the_known_words(
    document: dict[str, list[dict[str, Any]]], words: str
) -> None:
    """A misspelt key or count stops the program and says which entry and what is known."""
    with pytest.raises(ValueError, match=words):
        parse(document)


def test_all_faults_are_told_at_once() -> None:
    """Two bad entries give one error with both."""
    with pytest.raises(ValueError, match=r"a: .*b: "):
        parse({"indicator": [GOOD | {"id": "a", "z": "1"}, GOOD | {"id": "b", "z": "1"}]})


def test_an_unknown_indicator_names_the_known_ones() -> None:
    """The error lists what an analyst can ask for."""
    with pytest.raises(UsageError, match="on_time_rate"):
        definitions().indicator("on_tiem_rate")
    with pytest.raises(UsageError, match="06a"):
        definitions().indicator("on_time_rate", "6a")


def test_published_figures_are_dated_and_sourced() -> None:
    """The shipped rows read without fault; fractions give the values."""
    rows = published.read(ROOT / "data" / "reference" / "published.csv")
    found = published.of(rows, find_province("ha-giang", "63"), Period.parse("2024-9M")).set_index(
        "indicator"
    )
    assert round(found.loc["tasks_project_06", "value"], 4) == 0.8072
    assert found.loc["grade_766", "text"] == "Tốt"
    assert len(found) == 12


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("satisfaction_rate", "satisfaction"), "không có chỉ tiêu satisfaction"),
        (("2024-09-18", ""), "thiếu nguồn hoặc ngày"),
        (("rank_766,10,63", "score_766,10,63"), "ghi hai lần"),
        (("as_of", "asof"), "cột khác"),
    ],
)
def test_a_faulty_published_row_is_refused(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    """A row without source or date, an unknown indicator, a figure entered twice: one clear error each."""
    text = (ROOT / "data" / "reference" / "published.csv").read_text("utf-8")
    file = tmp_path / "published.csv"
    file.write_text(text.replace(*change), "utf-8")
    with pytest.raises(InputError, match=words):
        published.read(file)
