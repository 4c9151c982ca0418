"""Every notebook on every province of the sample in its article's period, on the portal's provinces and on the country."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hoso.delivery.export.document import SYNTHETIC
from tests.notebooks.cases import COUNTRY_OUTCOMES, SAMPLE_OUTCOMES, drawn, expected
from tests.notebooks.outcomes import hold
from tests.notebooks.reading import faults
from tests.notebooks.runner import parameters, published
from tests.notebooks.sample_units import UNITS
from tests.published import RUNS, STEMS, report_of, same_run
from tests.samples import names

PROVINCIAL = [name for name in published() if "province" in parameters(name)]
NATIONAL = [name for name in published() if name not in PROVINCIAL]
ARTICLES = [(row["place"], row["period"]) for row in drawn(SAMPLE_OUTCOMES)[::2]]


@pytest.mark.parametrize("name", PROVINCIAL)
@pytest.mark.parametrize(("place", "period"), ARTICLES)
def test_the_sample(place: str, period: str, name: str, whole_sample: Path) -> None:
    """A report a leader can be shown, or a refusal of the right kind where there are scores and no dossiers."""
    outcome = expected(SAMPLE_OUTCOMES, place=place, period=period)[name]
    judge(outcome, name, whole_sample, {"province": place, "period": period, "unit": UNITS[place]})


@pytest.mark.parametrize("name", NATIONAL)
@pytest.mark.parametrize("period", [row["period"] for row in drawn(COUNTRY_OUTCOMES)])
def test_the_country(period: str, name: str, whole_sample: Path) -> None:
    """The report of all provinces, or why there is none."""
    judge(expected(COUNTRY_OUTCOMES, period=period)[name], name, whole_sample, {"period": period})


def judge(outcome: str, name: str, sample: Path, given: dict[str, str]) -> None:
    """Holds a run to its outcome; one that was published for other tests is read and not made again."""
    known = names(sample / "store")
    same = same_run(name, given) if outcome == "made" else None
    if same is None:
        hold(outcome, name, sample / "store", given, known)
    else:
        assert faults(report_of(sample, name, same).notebook, name, known) == []


@pytest.mark.parametrize(("name", "given"), RUNS, ids=STEMS)
def test_the_document_to_sign(
    name: str, given: dict[str, str], whole_sample: Path, poppler: Callable[..., str]
) -> None:
    """The PDF as published: a national head, the words of the report, its synthetic mark on every page."""
    made = report_of(whole_sample, name, given)
    pages = poppler("pdftotext", made.file("pdf"), "-").split("\f")[:-1]
    assert "Độc lập - Tự do - Hạnh phúc" in pages[0]
    unmarked = [n for n, text in enumerate(pages, 1) if SYNTHETIC not in text]
    assert unmarked == [] or not made.document["synthetic"]
