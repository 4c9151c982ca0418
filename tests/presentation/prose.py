"""The prose of an executed report, to see that no number stands in it that is not a figure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hoso.presentation.display import MIME

_ALLOWED = re.compile(
    r"""\d{1,2}/\d{1,2}/\d{4}          # a day
    | \d+(?:/\d{4})?/[A-ZĐ][\w-]*      # an act: 766/QĐ-TTg, 118/2025/NĐ-CP
    | II\.06a/VPCP/KSTT               # a form
    | (?:chuỗi\s)?2022–2025 | (?i:năm)\s\d{4} | chuỗi\s\d{4}
    | (?i:tháng)\s\d{1,2}\b            # a month
    | \d{1,2}\s(?i:tháng\s(?:đầu|cuối)\snăm(?:\s\d{4})?)   # a part of a year
    | Đề\sán\s06 | ^\d+\.\s            # a numbered heading
    | tại\stệp\s\S+                    # where a draft's text is asked for
    | “[^”]*”                          # words of the portal, quoted""",
    re.VERBOSE,
)


def bare_numbers(notebook: Any) -> list[str]:
    """Runs of digits in headings, paragraphs and lists that are no figure, each with the words around it."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    blocks = [block for output in outputs for block in output.get("data", {}).get(MIME, {}).get("blocks", ())]
    texts = [_ALLOWED.sub("", text) for block in blocks for text in _texts(block)]
    return [text for text in texts if re.search(r"\d", text)]


def _texts(block: Any) -> Iterator[str]:
    if block["type"] in ("heading", "paragraph"):
        yield _words(block["runs"])
    for item in block.get("items", ()):
        for inner in item:
            yield from _texts(inner)


def _words(runs: Any) -> str:
    return "".join(
        _words(run["c"]) if "c" in run else "" if run["t"] == "fig" else run.get("s", " ") for run in runs
    )
