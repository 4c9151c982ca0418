"""The `%%narrative` cell: Markdown with Jinja expressions over the figures of the notebook.

Templates choose words and never compute: a bare number is refused, an unknown name is an error, data cannot become
markup (each expression's value reaches the Markdown parser as a placeholder).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from traceback import extract_tb
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateError, Undefined

from ..vocabulary.errors import UsageError
from ..vocabulary.text import clean
from .display import Display
from .figures import Figure, Phrase, Registry
from .markdown import blocks, placeholder
from .phrases import FILTERS


@dataclass(frozen=True)
class Note:
    """Markdown that people wrote beside the data (causes, limits, tasks); rendered like the narrative itself."""

    source: str
    origin: str


@dataclass
class _Tokens:
    """Placeholders handed out for one cell, and the inline runs they stand for."""

    registry: Registry
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    used: dict[str, dict[str, Any]] = field(default_factory=dict)

    def value(self, value: object) -> object:
        """Jinja's finalize: what an expression prints, as placeholders."""
        if isinstance(value, Undefined):
            return str(value)  # raises with the name
        if isinstance(value, Figure):
            return self._token(self._figure(value))
        if isinstance(value, Phrase):
            return "".join(str(self.value(part)) for part in value)
        if isinstance(value, str):
            return self._token({"t": "text", "s": _cleaned(value)})
        raise UsageError(
            f"lời văn chỉ in số liệu và chữ, không in {type(value).__name__}",
            where="%%narrative",
            expected="một figure, ví dụ {{ on_time }}",
            remedy="lấy số bằng report.rate(…) hoặc report.count(…)",
        )

    def _figure(self, figure: Figure) -> dict[str, Any]:
        identifier = self.registry.add(figure)
        self.used[identifier] = self.registry.records[identifier]
        return {"t": "fig", "id": identifier}

    def _token(self, run: dict[str, Any]) -> str:
        mark = placeholder(len(self.runs))
        self.runs[mark] = run
        return mark


def _cleaned(text: str) -> str:
    """Cleaned text that keeps one space at its ends: the words of a phrase join what stands beside them."""
    inner = clean(text)
    return f"{' ' * text[:1].isspace()}{inner}{' ' * (text[-1:].isspace() and bool(inner))}"


def render(source: str, names: Mapping[str, object], registry: Registry) -> Display:
    """A narrative as a display. UsageError with the template's line for an unknown name or a broken expression."""
    tokens = _Tokens(registry)
    text = _fill(source, names, tokens)
    return Display(blocks(text, tokens.runs), tokens.used)


def _fill(source: str, names: Mapping[str, object], tokens: _Tokens) -> str:
    environment = Environment(
        undefined=StrictUndefined, finalize=tokens.value, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(FILTERS)
    environment.globals["note"] = lambda note: _Markdown(_fill(note.source, names, tokens))
    environment.finalize = lambda value: value.text if isinstance(value, _Markdown) else tokens.value(value)
    try:
        return environment.from_string(source).render(dict(names))
    except TemplateError as error:
        line = getattr(error, "lineno", None) or _template_line(error)
        where = f"%%narrative, dòng {line}" if line else "%%narrative"
        raise UsageError(
            f"lời văn không dùng được: {error.message}", where=where, expected="tên có trong notebook"
        ) from error


def _template_line(error: TemplateError) -> int | None:
    """The line of the template an undefined name stands on; Jinja tells it through the traceback only."""
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return lines[-1] if lines else None


@dataclass(frozen=True)
class _Markdown:
    text: str
