"""An executed notebook to the one document that every exporter reads.

Code, printed lines and warnings stay in the notebook. What a reader sees comes from three places: the
library's own display objects, the analyst's Markdown cells, and the tables and pictures of other libraries.
A cell that failed says so in red instead of leaving a gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from hoso.delivery.export.foreign import html_blocks, png_svg
from hoso.presentation.figures import DOSSIERS
from hoso.presentation.letters import printable
from hoso.presentation.markdown import Block, blocks, figures, plain
from hoso.presentation.structure import appendix_reference
from hoso.presentation.svg import titles
from hoso.records import keys
from hoso.vocabulary.errors import HosoError

if TYPE_CHECKING:
    from nbformat import NotebookNode  # 0.3 s of import that a batch run has no use for

MIME = "application/vnd.hoso+json"
Document = dict[str, Any]
Part = dict[str, Any]

SYNTHETIC = "DỮ LIỆU MÔ PHỎNG"
DRAFT = "DỰ THẢO"
"""What a document says until the office has given it number and day."""
_SYNTHETIC_NOTICE = f"{SYNTHETIC} – số liệu được sinh ra để thử nghiệm, không dùng để báo cáo, công bố."

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_OBJECT = re.compile(r"\[?<.*>\]?|.* at 0x[0-9a-f]+.*", re.DOTALL)  # Python's own words for an object
_LONGEST_RESULT = 500
_KINDS = {"heading": "muc", "table": "bang", "chart": "bieu-do"}
# In the first lines of page 1, in this order, wherever the notebook says it: a reader must not miss them.
_FIRST = ("synthetic", "as_of", "provisional", "identity", "error")


def document(notebook: NotebookNode, name: str = "") -> Document:
    """The report in `notebook`: blocks in reading order, figures by id, and what the pages must carry.

    `name` is the notebook's file name without suffix, its slug. HosoError when a printed figure has no
    record or two outputs give one id to different figures.
    """
    parts = [part for i, cell in enumerate(notebook.cells, 1) for part in _cell_parts(cell, i)]
    body = [_printable(block) for part in parts for block in part.get("blocks", ())]
    records = _records(parts)
    facts = {key: value for part in parts for key, value in part.get("document", {}).items()}
    body = _referred(_identified(_notices_first(body, facts)), facts.get("province_name"))
    _check_figures(body, records)
    return {**_facts(facts, body, name), "blocks": body, "figures": records}


def _facts(given: dict[str, Any], body: list[Block], name: str) -> Document:
    letterhead = next((block for block in body if block["type"] == "letterhead"), {})
    spoken = " ".join(letterhead.get(key, "") for key in ("kind", "subject")).strip()
    return {
        **{key: _printable(value) for key, value in given.items()},
        "title": printable(given.get("title") or spoken or _first_heading(body) or name or "Báo cáo"),
        "lang": "vi",
        "province": given.get("province"),
        "period": given.get("period"),
        "slug": given.get("slug") or name,
        "subject": letterhead.get("subject") or "",
        "date": given.get("data_date"),
        "synthetic": bool(given.get("synthetic")),
        "provisional": printable(given.get("provisional") or "") or None,
    }


def _first_heading(body: list[Block]) -> str:
    return next((plain(block["runs"]) for block in body if block["type"] == "heading"), "")


# ── cells ────────────────────────────────────────────────────────────────────────────────────────


def _cell_parts(cell: NotebookNode, index: int) -> Iterator[Part]:
    tags = cell.get("metadata", {}).get("tags", ())
    if cell.cell_type == "markdown" and "papermill-error-cell-tag" not in tags:  # its notice is ours to write
        yield {"blocks": blocks(cell.source)}
    if cell.cell_type == "code":
        yield from _output_parts(cell, f"{cell.get('id') or 'không tên'} (ô thứ {index})")


def _output_parts(cell: NotebookNode, where: str) -> Iterator[Part]:
    outputs = cell.get("outputs", ())
    _refuse_dossiers(outputs, where)
    drawn = any(kind.startswith("image/") for output in outputs for kind in output.get("data", {}))
    for output in outputs:
        if output.output_type == "error":
            yield {"blocks": [_error(output, where)]}
        elif "data" in output:
            yield _display(output.data, output.get("metadata", {}), where, drawn)


def _refuse_dossiers(outputs: Iterable[NotebookNode], where: str) -> None:
    """HosoError when a cell lists dossiers one by one: pseudonymised rows are for the analyst, not for publication."""
    if any(lists_dossiers(output) for output in outputs):
        raise HosoError(
            "ô in danh sách từng hồ sơ",
            where=where,
            expected="báo cáo không có dòng nào của một hồ sơ (Luật 91/2025/QH15)",
            remedy="xóa ô này khỏi sổ tay báo cáo, hoặc mở danh sách trong explore",
        )


def lists_dossiers(output: NotebookNode) -> bool:
    """Whether an output, an error's traceback included, shows the key of any dossier."""
    data = output.get("data", {})
    texts = [output.get("text", ""), output.get("evalue", ""), *output.get("traceback", ())]
    texts += [text for text in data.values() if isinstance(text, str)]
    return DOSSIERS in data or any(keys.SHORT.search(text) for text in texts)


def _error(output: NotebookNode, where: str) -> Block:
    words = f"Ô {where} dừng vì lỗi {output.get('ename') or 'không rõ'}; phần nội dung của ô này bị thiếu."
    return _notice("error", words)


def _display(data: NotebookNode, metadata: NotebookNode, where: str, drawn: bool) -> Part:
    """The best of an output's representations, as Jupyter would choose."""
    if MIME in data:
        return dict(data[MIME])
    found = (
        html_blocks(data.get("text/html", ""))
        or _picture(data, metadata, where)
        or blocks(data.get("text/markdown", ""))
        or ([] if drawn else _result(data.get("text/plain", "")))
    )
    return {"blocks": found}


def _picture(data: NotebookNode, metadata: NotebookNode, where: str) -> list[Block]:
    svg = data.get("image/svg+xml") or png_svg(data.get("image/png", ""))
    if not svg:
        return []
    alt = metadata.get("alt") or titles(svg) or f"Hình của ô {where}, chưa có lời mô tả"
    return [{"type": "chart", "id": "", "caption": "", "svg": svg, "alt": alt, "notes": []}]


def _result(text: str) -> list[Block]:
    """A short value at the end of an analyst's cell; Python's name for an object says nothing to a reader."""
    if not text.strip() or len(text) > _LONGEST_RESULT or _OBJECT.fullmatch(text):
        return []
    lines = ({"t": "code", "s": line} for line in text.splitlines())
    runs = [run for line in lines for run in ({"t": "br"}, line)][1:]
    return [{"type": "paragraph", "runs": runs}]


# ── the whole ────────────────────────────────────────────────────────────────────────────────────


def _printable(value: Any, key: str = "") -> Any:
    """Every string of a block fit to print; a picture's source is cleaned where it is drawn."""
    if isinstance(value, str):
        return value if key == "svg" else printable(value)
    if isinstance(value, dict):
        return {name: _printable(part, name) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part) for part in value]
    return value


def _records(parts: Iterable[Part]) -> dict[str, dict[str, Any]]:
    records: dict[str, dict[str, Any]] = {}
    for part in parts:
        for figure in part.get("figures", ()):
            record = _printable(dict(figure))
            if not _ID.fullmatch(record["id"]):
                raise HosoError("mã số liệu không hợp lệ", where=record["id"], expected="chữ, số và gạch nối")
            if records.setdefault(record["id"], record) != record:
                raise HosoError(
                    "hai số liệu khác nhau mang cùng một mã",
                    where=record["id"],
                    remedy="chạy lại toàn bộ sổ tay từ đầu (Restart and Run All)",
                )
    return records


def _notices_first(body: list[Block], facts: dict[str, Any]) -> list[Block]:
    """Letterhead, then what a reader must know before any figure, then the rest in the notebook's order."""
    told = {block.get("kind") for block in body if block["type"] == "notice"}
    standing = {
        "synthetic": facts.get("synthetic") and _SYNTHETIC_NOTICE,
        "provisional": facts.get("provisional"),
    }
    added = [_notice(kind, words) for kind, words in standing.items() if words and kind not in told]
    return sorted([*added, *body], key=_rank)


def _rank(block: Block) -> int:
    if block["type"] == "letterhead":
        return 0
    is_first = block["type"] == "notice" and block["kind"] in _FIRST  # a letterhead has a kind too
    return 1 + _FIRST.index(block["kind"]) if is_first else 1 + len(_FIRST)


def _notice(kind: str, words: str) -> Block:
    words = printable(words)
    return {"type": "notice", "kind": kind, "runs": [{"t": "text", "s": words[:1].upper() + words[1:]}]}


def _identified(body: list[Block]) -> list[Block]:
    """Each heading, table and chart with an id of its own."""
    taken: set[str] = set()
    return [
        block | {"id": _free(block.get("id") or "", _KINDS[block["type"]], taken)}
        if block["type"] in _KINDS
        else block
        for block in body
    ]


def _free(wanted: str, kind: str, taken: set[str]) -> str:
    if not _ID.fullmatch(wanted) or wanted in taken:
        wanted = next(name for i in range(1, len(taken) + 2) if (name := f"{kind}-{i}") not in taken)
    taken.add(wanted)
    return wanted


def _referred(body: list[Block], province_name: str | None) -> list[Block]:
    """Each appendix with what it goes with, where the document has a head (NĐ 30/2020, Phụ lục I)."""
    head = next((block for block in body if block["type"] == "letterhead"), None)
    if head is None:
        return body
    words = appendix_reference(head, province_name)
    return [{**block, "reference": words} if block["type"] == "appendix" else block for block in body]


def _check_figures(body: list[Block], records: dict[str, dict[str, Any]]) -> None:
    missing = sorted({name for block in body for name in _figure_ids(block)} - records.keys())
    if missing:
        raise HosoError("số liệu in ra không có trong danh mục", where=", ".join(missing[:5]))


def _figure_ids(block: Block) -> Iterator[str]:
    yield from figures(block.get("runs", []))
    for item in block.get("items", ()):
        for inner in item:
            yield from _figure_ids(inner)
    for row in block.get("rows", ()):
        for cell in row["cells"]:
            yield from figures(cell["runs"])
