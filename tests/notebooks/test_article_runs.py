"""Every notebook on every province of the sample in its article's period, on the portal's provinces and on the country."""

from pathlib import Path

import pytest
from pypdf import PdfReader

from hoso.delivery.export.document import document
from hoso.delivery.export.pdf import pdf
from tests.notebooks.cases import COUNTRY_OUTCOMES, SAMPLE_OUTCOMES, drawn, expected
from tests.notebooks.outcomes import hold
from tests.notebooks.runner import parameters, published, run
from tests.notebooks.sample_units import UNITS
from tests.samples import names

PROVINCIAL = [name for name in published() if "province" in parameters(name)]
NATIONAL = [name for name in published() if name not in PROVINCIAL]
ARTICLES = [(row["place"], row["period"]) for row in drawn(SAMPLE_OUTCOMES)[::2]]


@pytest.mark.parametrize("name", PROVINCIAL)
@pytest.mark.parametrize(("place", "period"), ARTICLES)
def test_the_sample(place: str, period: str, name: str, whole_sample: Path) -> None:
    """A report a leader can be shown, or a refusal of the right kind where there are scores and no dossiers."""
    store = whole_sample / "store"
    outcome = expected(SAMPLE_OUTCOMES, place=place, period=period)[name]
    hold(outcome, name, store, {"province": place, "period": period, "unit": UNITS[place]}, names(store))


@pytest.mark.parametrize("name", NATIONAL)
@pytest.mark.parametrize("period", [row["period"] for row in drawn(COUNTRY_OUTCOMES)])
def test_the_country(period: str, name: str, whole_sample: Path) -> None:
    """The report of all provinces, or why there is none."""
    store = whole_sample / "store"
    hold(expected(COUNTRY_OUTCOMES, period=period)[name], name, store, {"period": period}, names(store))


@pytest.mark.parametrize("name", published())
def test_the_document_to_sign(name: str, whole_sample: Path, tmp_path: Path) -> None:
    """The article's run as a PDF: a national head, the words of the report, its synthetic mark on every page."""
    made = document(run(name, whole_sample / "store"), name)
    (tmp_path / "report.pdf").write_bytes(pdf(made))
    pages = [page.extract_text() for page in PdfReader(tmp_path / "report.pdf").pages]
    assert "Độc lập - Tự do - Hạnh phúc" in pages[0]
    assert [
        n for n, text in enumerate(pages, 1) if made["synthetic"] and "DỮ LIỆU MÔ PHỎNG" not in text
    ] == []
