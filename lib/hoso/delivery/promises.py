"""What the cells of a notebook promise to show (nội dung phải có), read from their source before believing their output.

A narrative shows prose; a cell that ends in a chart or a table of the library's shows it. A picture that vanished on the
way, or a cell whose output was lost, leaves no error behind: only the promise tells that something is missing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from ..presentation.display import MIME

if TYPE_CHECKING:
    from nbformat import NotebookNode

Kind = Literal["narrative", "chart", "table", "block"]
_WORDS: Final[Mapping[Kind, str]] = {
    "narrative": "lời văn",
    "chart": "biểu đồ",
    "table": "bảng",
    "block": "nội dung",
}
_LIBRARY: Final = "hoso.presentation"
_FLAGS: Final = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def broken(cells: Iterable[NotebookNode]) -> list[str]:
    """The promises an executed notebook did not keep, one line a cell."""
    return list(_broken([cell for cell in cells if cell.cell_type == "code"]))


def _broken(code: list[NotebookNode]) -> Iterator[str]:
    kinds = promised([cell.source for cell in code])
    for cell, kind in zip(code, kinds, strict=True):
        shown = [output.data[MIME] for output in cell.outputs if MIME in output.get("data", {})]
        # What an object of the library gives may be a frame or a word, which an analyst shows as any library's.
        other = kind == "block" and any(output.get("data") for output in cell.outputs)
        if kind is not None and not other and not any(map(_keeps, shown)):
            yield f"ô {cell.get('id')}: thiếu {_WORDS[kind]} mà ô này phải in ra"


def _keeps(payload: Mapping[str, Any]) -> bool:
    """Whether an output shows something, be it why there is no picture, or says itself that the report has no use for it."""
    return bool(payload.get("blocks")) or payload.get("omitted") is True


def promised(sources: Iterable[str]) -> list[Kind | None]:
    """What each code cell of a notebook promises, in their order; None for one that may stay silent."""
    homes: dict[str, str] = {}  # a name in the notebook → where in the library it comes from
    return [_promise(source, homes) for source in sources]


def _promise(source: str, homes: dict[str, str]) -> Kind | None:
    if source.lstrip().startswith("%%"):
        return "narrative" if source.split(maxsplit=1)[0] == "%%narrative" else None
    statements = _statements(source)
    for statement in statements:
        _learn(statement, homes)
    last = statements[-1] if statements else None
    if not isinstance(last, ast.Expr) or source.rstrip().endswith(";"):
        return None
    home = homes.get(_root(last.value))
    if home is None:
        return None
    if home == f"{_LIBRARY}.charts":
        return "chart"
    return "table" if home.endswith("tables") else "block"  # a module of tables; of its values nobody knows


def _statements(source: str) -> list[ast.stmt]:
    """The statements of a cell without IPython's own lines; none where it is no Python otherwise."""
    lines = (line for line in source.splitlines() if not line.lstrip().startswith(("%", "!")))
    try:
        tree = compile("\n".join(lines), "<cell>", "exec", flags=_FLAGS)
    except (SyntaxError, ValueError):
        return []
    assert isinstance(tree, ast.Module)
    return tree.body


def _learn(statement: ast.stmt, homes: dict[str, str]) -> None:
    """Which names a statement takes from the library, or makes of such."""
    if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith(_LIBRARY):
        for name in statement.names:
            homes[name.asname or name.name] = f"{statement.module}.{name.name}"
    elif isinstance(statement, ast.Assign):
        home = homes.get(_root(statement.value))
        for target in statement.targets:
            if isinstance(target, ast.Name):
                homes.pop(target.id, None)
                if home is not None:
                    homes[target.id] = f"{home}()"


def _root(node: ast.expr) -> str:
    """The name an expression starts with: charts in charts.flow(report).when(shown); blank for another expression."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript | ast.Await):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
