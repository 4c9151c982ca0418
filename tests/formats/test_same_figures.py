"""Every report of the sample prints the same figures in the same order, whatever it is read in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.formats.figures import differences, of_document
from tests.published import RUNS, STEMS, report_of

Reader = Callable[..., str]
runs = pytest.mark.parametrize(("name", "given"), RUNS, ids=STEMS)


@runs
def test_every_format_carries_the_same_figures(
    name: str, given: dict[str, str], whole_sample: Path, poppler: Reader
) -> None:
    """pdftotext of the PDF, the text of the page and the text of the Word file: each the numbers of the document, one by one."""
    made = report_of(whole_sample, name, given)
    assert len(of_document(made.document)) > 50
    found = differences(made.document, made.file, poppler)
    assert found == {"html": "", "pdf": "", "docx": ""}
