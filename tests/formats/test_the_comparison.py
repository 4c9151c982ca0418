"""The comparison of formats is strict: a figure dropped, altered, swapped or said twice is found in each of them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hoso.delivery.export.formats import exported
from tests.delivery.export.sample_document import (
    Figures,
    cell,
    column,
    letterhead,
    narrative,
    notice,
    report_of,
    row_of,
    table,
)  # fmt: skip
from tests.formats.figures import differences, tokens

Document = dict[str, Any]
Parted = Callable[[Document, Document], dict[str, str]]
ROWS = 70  # more than one page: the head with its column numbers is repeated


@pytest.fixture(scope="module")
def small() -> Document:
    """A draft with a numbered list, a table over two pages, one across in an appendix, notes that hold numbers."""
    figures = Figures()
    runs = [figures.rate("on_time_rate", 195_800, 200_000), figures.count("late", 4_200)]
    columns = [
        column("n", "STT", "center"),
        column("u", "Đơn vị", "left"),
        column("c", "Số hồ sơ"),
        column("d", "Tăng"),
    ]
    rows = [
        row_of(str(i), f"Phường {i}", figures.count("received", 1000 + i), f"-{i},5") for i in range(1, ROWS)
    ]
    group = {"role": "group", "cells": [cell("I. Cấp xã")]}
    tables = [
        table(name, f"Bảng {name}", columns, [group, *rows], numbering=True, notes=["Đến 14/9."])
        for name in "ab"
    ]
    appendix = {"type": "appendix", "number": "I", "title": "Biểu 06a", "landscape": True}
    closing = {"type": "closing", "recipients": ["Như trên;", "Lưu: VT, P9."], "signer_lines": ["CHỦ TỊCH"]}
    prose = narrative("# I. KẾT QUẢ\n\nĐạt {0}.\n\n1. Quá hạn {1}.\n2. Theo 766.", *runs)
    head = [letterhead(), notice("missing", "Thiếu 3 đơn vị.")]
    return report_of(
        *head,
        *prose,
        tables[0],
        closing,
        appendix,
        tables[1],
        figures=figures,
        synthetic=True,
        provisional="tạm đến 10/9/2024",
    )


def dropped(document: Document) -> None:
    """A row of a table is gone."""
    del document["blocks"][-1]["rows"][40]


def altered(document: Document) -> None:
    """One digit of one figure is another."""
    document["figures"]["f30"]["printed"] = "1.082"


def swapped(document: Document) -> None:
    """Two rows have changed places."""
    rows = document["blocks"][-1]["rows"]
    rows[50], rows[51] = rows[51], rows[50]


def unsigned(document: Document) -> None:
    """A minus is lost."""
    document["blocks"][-1]["rows"][3]["cells"][3] = cell("3,5")


def doubled(document: Document) -> None:
    """A sentence is printed twice."""
    document["blocks"].insert(4, document["blocks"][3])


def noted(document: Document) -> None:
    """A number in a note is another."""
    document["blocks"][-1]["notes"] = ["Đến 15/9."]


@pytest.fixture
def parted(tmp_path: Path, poppler: Callable[..., str]) -> Parted:
    """By format: where the files of a document part from another document."""

    def part(document: Document, other: Document) -> dict[str, str]:
        def file(suffix: str) -> Path:
            made = tmp_path / f"r.{suffix}"
            made.write_bytes(exported(document, suffix))
            return made

        return differences(other, file, poppler)

    return part


def test_an_honest_document_is_the_same_in_all(small: Document, parted: Parted) -> None:
    """Page numbers, running marks, repeated heads and numbered lists make no difference."""
    assert parted(small, small) == {"html": "", "pdf": "", "docx": ""}


@pytest.mark.parametrize("change", [dropped, altered, swapped, unsigned, doubled, noted])
def test_a_change_is_found_in_every_format(
    change: Callable[[Document], None], small: Document, parted: Parted
) -> None:
    """The exporters are given another document than the one compared with."""
    other = copy.deepcopy(small)
    change(other)
    found = parted(other, small)
    assert [suffix for suffix, where in found.items() if not where] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("97,9% (160.425/163.854 hồ sơ)", ["97,9%", "160.425", "163.854"]),
        ("giảm -1,5 điểm; (+2) và −3", ["-1,5", "+2", "−3"]),
        ("từ 15/12/2023 – 14/9/2024, II.06a", ["15", "12", "2023", "14", "9", "2024", "06"]),
        ("96%97% 2023-11", ["96%", "97%", "2023", "11"]),
    ],
)
def test_a_number_is_its_sign_its_digits_and_its_percent(text: str, found: list[str]) -> None:
    """So that -1,5 is not 1,5, nor 97,9% the number 97,9."""
    assert tokens(text) == found
