"""The text of each report on its article's province and period, as it was last agreed to: `pytest --update-golden` renews it."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from hoso.delivery.export.document import document
from hoso.vocabulary.text import slug
from tests.notebooks.golden import readable
from tests.notebooks.runner import parameters, published, run

GOLDEN = Path(__file__).parents[1] / "golden"
LARGEST = 400_000  # bytes of all of them: they are read by people
# Beside each notebook's own defaults, which are its article's run.
MORE = [
    ("scorecard", {"province": "gia-lai", "period": "2026@calendar"}),
    ("disclosure", {"province": "gia-lai", "period": "2026@calendar"}),
    ("unit", {"province": "gia-lai", "period": "2026@calendar", "unit": "xa-gao"}),
    ("review", {"province": "tuyen-quang", "period": "2024-06"}),
]
RUNS = [*((name, parameters(name)) for name in published()), *(run for run in MORE if run[0] in published())]


def file_of(name: str, given: dict[str, str]) -> Path:
    """tests/golden/<notebook>-<place>-<period>[-<unit>].md"""
    parts = [
        given.get("province", "ca-nuoc"),
        given["period"],
        *([given["unit"]] if given.get("unit") else []),
    ]
    return GOLDEN / ("-".join([name, *(slug(part) for part in parts)]) + ".md")


@pytest.mark.parametrize(("name", "given"), RUNS, ids=[file_of(*one).stem for one in RUNS])
def test_the_text_is_the_one_agreed_to(
    name: str, given: dict[str, str], whole_sample: Path, request: pytest.FixtureRequest
) -> None:
    """Prose, heads and first rows of tables, notes and alternative texts, line by line."""
    text = readable(document(run(name, whole_sample / "store", **given), name))
    file = file_of(name, given)
    if request.config.getoption("--update-golden"):
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    kept = file.read_text("utf-8") if file.is_file() else ""
    changed = list(
        difflib.unified_diff(kept.splitlines(), text.splitlines(), file.name, "now", lineterm="", n=1)
    )
    if changed:
        pytest.fail(
            "the report's text changed; agree with --update-golden:\n" + "\n".join(changed), pytrace=False
        )


def test_the_goldens_are_of_reports_and_small() -> None:
    """No text is left over from a report that is no longer made, and all can be read through."""
    files = sorted(GOLDEN.glob("*"))
    assert {file.name for file in files} - {file_of(*one).name for one in RUNS} == set()
    assert sum(file.stat().st_size for file in files) < LARGEST
