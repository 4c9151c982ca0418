"""The glossary of the handbook (thuật ngữ): each word of the reports once, and what data and notebooks call it."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from ..figured_table import Row
from .book import Book


def write(book: Book) -> None:
    """The glossary as one table."""
    columns = [
        ("term", "Thuật ngữ", "left", 3.8), ("meaning", "Nghĩa", "left", 8.6), ("code", "Tên trong dữ liệu", "left", 4.0),
    ]  # fmt: skip
    rows: list[Row] = []
    for title, terms in groups():
        rows.append(("group", [title, None, None]))
        rows += [("normal", [*term]) for term in terms]
    book.table("thuat-ngu-bang", "Thuật ngữ dùng trong báo cáo", columns, rows)


def groups() -> list[tuple[str, list[tuple[str, str, str]]]]:
    """The words by group: term, meaning, name in data."""
    found = tomllib.loads((files(__package__) / "terms.toml").read_text("utf-8"))["group"]
    return [
        (group["title"], [(term, meaning, code) for term, meaning, code in group["terms"]]) for group in found
    ]
