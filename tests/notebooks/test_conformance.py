"""Every published PDF of the sample, and the handbook's: PDF/A-2a and PDF/UA-1 by veraPDF, before and after signing; its text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hoso.delivery.export.pdf import pdf
from hoso.delivery.signing import Signer, sign
from hoso.presentation.handbook import handbook
from tests.offices import pkcs12
from tests.published import RUNS, STEMS, report_of

ROWS = 6
LONGEST = 18  # a longer word, the path of a notebook's input, may be broken at the end of a line


def shortened(document: Any) -> Any:
    """The document with the first rows of each table."""
    blocks = [b | {"rows": b["rows"][:ROWS]} if b["type"] == "table" else b for b in document["blocks"]]
    return {**document, "blocks": blocks}


@pytest.fixture(scope="module")
def documents(whole_sample: Path) -> dict[str, tuple[Any, bytes]]:
    """Each report's document and its PDF as published; the handbook's as it would be."""
    reports = {stem: report_of(whole_sample, *one) for stem, one in zip(STEMS, RUNS, strict=True)}
    made = {stem: (report.document, report.file("pdf").read_bytes()) for stem, report in reports.items()}
    book = handbook()
    return {**made, "so-tay-chi-tieu": (book, pdf(book))}


def test_every_pdf_conforms_before_and_after_signing(
    documents: dict[str, tuple[Any, bytes]], verapdf: Callable[..., str], tmp_path: Path
) -> None:
    """Signed: the whole file. Unsigned: with the first rows of its tables.

    The signed file begins with the published bytes, so what conforms there whole did so before; that nothing lacks
    without a signature shows on a few rows as well as on all, in half the time.
    """
    signer = Signer.of_file(pkcs12(tmp_path / "office.p12", "phép thử"), "phép thử")
    for name, (document, published) in documents.items():
        signed = sign(published, signer)
        assert signed.startswith(published)
        (tmp_path / f"{name}.signed.pdf").write_bytes(signed)
        (tmp_path / f"{name}.pdf").write_bytes(pdf(shortened(document)))
    assert verapdf(sorted(tmp_path.glob("*.pdf"))) == ""


def words(document: Any) -> Iterator[str]:
    """Every word of the document's prose and tables, figures as printed."""
    for block in document["blocks"]:
        for runs in [block.get("runs", []), *(c["runs"] for r in block.get("rows", ()) for c in r["cells"])]:
            yield from spoken(runs, document["figures"]).split()


def spoken(runs: list[Any], figures: dict[str, Any]) -> str:
    parts = (
        figures[run["id"]]["printed"]
        if run["t"] == "fig"
        else run.get("s") or spoken(run.get("c", []), figures) or " "
        for run in runs
    )
    return "".join(parts)


def test_the_text_comes_out_whole(
    documents: dict[str, tuple[Any, bytes]], poppler: Callable[..., str], tmp_path: Path
) -> None:
    """In NFC, without soft hyphens, each word and figure as one word; only Tinos, embedded and subset."""
    for name, (document, content) in documents.items():
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(content)
        text = poppler("pdftotext", file, "-")
        assert text == unicodedata.normalize("NFC", text) and "\u00ad" not in text, name
        found, asked = set(text.split()), {word for word in words(document) if len(word) <= LONGEST}
        assert len(asked) > 50 and sorted(asked - found) == [], name
        for line in poppler("pdffonts", file).splitlines()[2:]:
            assert re.match(r"[A-Z]{6}\+Tinos", line) and line.split()[-5:-2] == ["yes"] * 3, (name, line)
