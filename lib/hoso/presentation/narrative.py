"""The `%%narrative` cell: Markdown with Jinja expressions over the figures of the notebook.

Templates choose words and never compute: a bare number is refused, an unknown name is an error, data cannot become
markup (each expression's value reaches the Markdown parser as a placeholder).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from traceback import extract_tb
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Template, TemplateError, Undefined, pass_context
from jinja2.runtime import Context

from ..vocabulary.errors import UsageError
from ..vocabulary.text import clean
from .display import Display
from .figures import Figure, Phrase, Registry
from .markdown import blocks, placeholder
from .phrases import FILTERS

_TOKENS: Final = " tokens"
"""Where a rendering finds its tokens: no name a template could write."""


@dataclass(frozen=True)
class Note:
    """Markdown that people wrote beside the data (causes, limits, tasks); rendered like the narrative itself."""

    source: str
    origin: str


@dataclass
class _Tokens:
    """Placeholders handed out for one cell, and the inline runs they stand for; `names` are those of the notebook."""

    registry: Registry
    names: Mapping[str, object]
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
    tokens = _Tokens(registry, names)
    text = _fill(source, tokens)
    return Display(blocks(text, tokens.runs), tokens.used)


def prepare(source: str) -> None:
    """Reads a narrative's template ahead of its rendering; a broken one is told when it is rendered."""
    with suppress(TemplateError):
        _template(_ended(source))


def _fill(source: str, tokens: _Tokens) -> str:
    try:
        return _template(_ended(source)).render({**tokens.names, _TOKENS: tokens})
    except TemplateError as error:
        line = getattr(error, "lineno", None) or _template_line(error)
        where = f"%%narrative, dòng {line}" if line else "%%narrative"
        raise UsageError(
            f"lời văn không dùng được: {error.message}", where=where, expected="tên có trong notebook"
        ) from error


def _ended(source: str) -> str:
    # Jinja drops one line end at the end of a template: with it or without, it is the same one.
    return source if source.endswith("\n") else f"{source}\n"


@lru_cache(maxsize=500)
def _template(source: str) -> Template:
    return _environment().from_string(source)


@cache
def _environment() -> Environment:
    environment = Environment(
        undefined=StrictUndefined, finalize=_printed, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(FILTERS)
    environment.globals["note"] = _noted
    return environment


@pass_context  # so Jinja asks at each rendering, also for constants: a template outlives its first tokens
def _printed(context: Context, value: object) -> object:
    return value.text if isinstance(value, _Markdown) else _tokens(context).value(value)


@pass_context
def _noted(context: Context, note: Note) -> _Markdown:
    return _Markdown(_fill(note.source, _tokens(context)))


def _tokens(context: Context) -> _Tokens:
    found = context.parent[_TOKENS]
    assert isinstance(found, _Tokens)
    return found


def _template_line(error: TemplateError) -> int | None:
    """The line of the template an undefined name stands on; Jinja tells it through the traceback only."""
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return lines[-1] if lines else None


@dataclass(frozen=True)
class _Markdown:
    text: str
