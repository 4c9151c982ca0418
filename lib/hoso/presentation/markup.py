"""Report blocks to HTML, for JupyterLab's outputs and for the web page alike.

Every string goes through one function that escapes it (`elements.safe`), so a name can never become an element.

A figure is a `<data>` element. What is particular to it (title, fraction, notes) stands in a tooltip inside
it; what many figures share (definition, legal basis, period, source, and a title that many have) stands once,
at the end, as a second tooltip that `aria-describedby` names and that style alone brings up at the foot of the
window. That keeps a page with 900 figures under 250 KB and complete without any script.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from hoso.presentation.elements import join, notes, safe, scroll, tag
from hoso.presentation.html_table import side_rule, sides, table
from hoso.presentation.letters import printable
from hoso.presentation.markdown import Block, Run
from hoso.presentation.structure import appendix_id, appendix_title, sections
from hoso.presentation.svg import clean_svg
from hoso.vocabulary.errors import HosoError
from hoso.vocabulary.text import slug

_FEW = 60
_COMMON = 8  # figures with one title, from which sharing it makes the page smaller
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")

Figure = Mapping[str, Any]
Figures = Mapping[str, Figure] | Iterable[Figure]


# What figures share, and how a reader is told it.
_FACTS = {
    "definition": "Cách tính",
    "legal_basis": "Căn cứ",
    "period_text": "Kỳ số liệu",
    "source": "Nguồn",
}


class Parts(NamedTuple):
    """A composed report: blocks, the shared explanations of its figures, the style rules that show these."""

    body: Markup
    explanations: Markup
    rules: str


def fragment(blocks: Sequence[Block], figures: Figures) -> str:
    """Self-contained HTML of `blocks`, with its style, for a notebook's output.

    HosoError when a run names a figure that has no record in `figures`.
    """
    records = _by_id(figures)
    # A short output is lower than an explanation and would cut it off; there each figure carries its own.
    parts = compose(blocks, records, share=len(records) > _FEW)
    # JupyterLab's own rules for tables and headings name two classes; ours must weigh more.
    style = f"{stylesheet()}{parts.rules}".replace(".hoso ", ".hoso.hoso.hoso ")
    head = Markup("<style>{}</style>").format(Markup(style))
    return head + tag("div", parts.body, parts.explanations, class_="hoso")


def compose(blocks: Sequence[Block], figures: Figures, share: bool = True) -> Parts:
    """The same in its parts, for a page that has one style sheet and one place for the explanations."""
    writer = _Writer(_by_id(figures), share)
    body = join(writer.section(section) for section in sections(blocks))
    return Parts(body, writer.explanations(), writer.rules())


@cache
def stylesheet() -> str:
    return Path(__file__).with_name("markup.css").read_text("utf-8")


def _by_id(figures: Figures) -> Mapping[str, Figure]:
    return figures if isinstance(figures, Mapping) else {figure["id"]: figure for figure in figures}


# ── writing ───────────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Writer:
    """One fragment or page being written: which figures and explanations it has shown so far."""

    figures: Mapping[str, Figure]
    share: bool
    uses: dict[str, int] = field(default_factory=dict)
    shared: dict[tuple[str | None, ...], str] = field(default_factory=dict)
    sides: dict[str, None] = field(default_factory=dict)
    titles: Counter[str] = field(init=False)

    def __post_init__(self) -> None:
        self.titles = Counter(figure.get("title", "") for figure in self.figures.values())

    def section(self, blocks: list[Block]) -> Markup:
        body = self.blocks(blocks)
        if blocks[0]["type"] != "appendix":
            return body
        name = "appendix landscape" if blocks[0].get("landscape") else "appendix"
        return tag("section", body, class_=name, aria_labelledby=appendix_id(blocks[0]))

    def blocks(self, blocks: Iterable[Block]) -> Markup:
        return join(self.block(block) for block in blocks)

    def block(self, block: Block) -> Markup:
        plain = _PLAIN.get(block["type"])
        return plain(block) if plain else _WITH_RUNS[block["type"]](self, block)

    def runs(self, runs: Iterable[Run]) -> Markup:
        return join(self.run(run) for run in runs)

    def run(self, run: Run) -> Markup:
        match run["t"]:
            case "strong" | "em" as name:
                return tag(name, self.runs(run["c"]))
            case "fig":
                return self.figure(run["id"])
            case "br":
                return Markup("<br>")
            case "code":
                return tag("code", run["s"])
            case _:
                return safe(run["s"])

    def figure(self, name: str) -> Markup:
        if name not in self.figures or not _ID.fullmatch(name):  # ids stand in style rules too
            raise HosoError(f"số liệu {name} không có trong danh mục của báo cáo")
        figure = self.figures[name]
        use = self.uses[name] = self.uses.get(name, 0) + 1
        anchor = name if use == 1 else f"{name}-{use}"  # one figure may be printed twice, an id only once
        own = self.own(figure, f"t{anchor}")
        shared = [self.explain(figure)] if self.share else []
        described = " ".join([*([f"t{anchor}"] if own else []), *shared])
        return tag(
            "data",
            figure["printed"],
            own,
            class_="f",
            id=anchor,
            value=_value(figure),
            tabindex=0,
            aria_describedby=described,
        )

    def own(self, figure: Figure, anchor: str) -> Markup:
        """What only this figure has to say: nothing for a plain count like many; all of it when none is shared."""
        lines = [] if self.is_common(figure) else [tag("b", figure["title"])]
        if figure.get("fraction"):
            lines.append(tag("span", "= ", figure["fraction"]))
        lines += [tag("span", note) for note in figure.get("notes") or ()]
        lines += [] if self.share else _lines(figure.get(name) for name in _FACTS)
        return tag("span", *lines, role="tooltip", id=anchor) if lines else Markup("")

    def explain(self, figure: Figure) -> str:
        """The id of the explanation that `figure` shares with others like it."""
        title = figure["title"] if self.is_common(figure) else None
        words = (title, *(figure.get(name) for name in _FACTS))
        # Named after a figure, whose ids are unique in the notebook: JupyterLab has many fragments on a page.
        return self.shared.setdefault(words, f"{next(iter(self.uses))}k{len(self.shared) + 1}")

    def is_common(self, figure: Figure) -> bool:
        """Whether so many figures have this title that it stands with what they share."""
        return self.share and self.titles[figure["title"]] >= _COMMON

    def table(self, block: Block) -> Markup:
        self.sides.update(dict.fromkeys(sides(block["columns"])))
        return table(block, self.runs)

    def explanations(self) -> Markup:
        if not self.shared:
            return Markup("")
        tips = (_explanation(name, *words) for words, name in self.shared.items())
        return tag("div", join(tips), class_="ks")

    def rules(self) -> str:
        """The sides of columns, and each explanation while one of its figures is pointed at or has the focus."""
        active = ":is(:hover,:focus)"
        shown = (
            f".hoso:has(.f[aria-describedby~={name}]{active}) #{name}{{visibility:visible}}"
            for name in self.shared.values()
        )
        return "".join([*map(side_rule, self.sides), *shown])


def _value(figure: Figure) -> Any:
    """The value for programs; a count has no decimals. What has no value says what is printed."""
    value = figure["printed"] if figure["value"] is None else figure["value"]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _explanation(name: str, title: str | None, *facts: str | None) -> Markup:
    return tag("div", *([tag("b", title)] if title else []), *_lines(facts), role="tooltip", id=name)


def _lines(facts: Iterable[str | None]) -> list[Markup]:
    labelled = zip(_FACTS.values(), facts, strict=True)
    return [tag("span", tag("i", f"{label}: "), words) for label, words in labelled if words]


# ── blocks ────────────────────────────────────────────────────────────────────────────────────────


def _letterhead(block: Block) -> Markup:
    heads = tag("div", _issuer(block), _state(block), class_="heads")
    named = tag("h1", tag("span", block["kind"]), Markup(" "), tag("span", block["subject"]))
    below = named if block["kind"] else _addressees(block)
    return tag("header", heads, below, class_="letterhead")


def _addressees(block: Block) -> Markup:
    """Kính gửi, which a công văn has in place of the name of its kind."""
    lines = (tag("li", line) for line in block.get("addressees") or ())
    return tag("div", tag("p", "Kính gửi:"), tag("ul", *lines), class_="addressees")


def _issuer(block: Block) -> Markup:
    lines = [
        tag("p", block["parent"]) if block.get("parent") else "",
        tag("p", block["body"], class_="body"),
        tag("p", block["number"], class_="open"),
        "" if block["kind"] else tag("h1", "V/v ", block["subject"], class_="open about"),
        tag("p", "DỰ THẢO", class_="draft") if block.get("draft") else "",
    ]
    return tag("div", *lines)


def _state(block: Block) -> Markup:
    return tag(
        "div",
        tag("p", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        tag("p", "Độc lập - Tự do - Hạnh phúc", class_="motto"),
        tag("p", block["date_line"], class_="open date"),
    )


def _heading(writer: _Writer, block: Block) -> Markup:
    # The subject of the letterhead is the page's only h1.
    return tag(f"h{block['level'] + 1}", writer.runs(block["runs"]), id=block.get("id") or None)


def _paragraph(writer: _Writer, block: Block) -> Markup:
    return tag("p", writer.runs(block["runs"]))


def _list(writer: _Writer, block: Block) -> Markup:
    items = (tag("li", _item(writer, item)) for item in block["items"])
    return tag("ol" if block["ordered"] else "ul", join(items), start=block.get("start"))


def _item(writer: _Writer, blocks: list[Block]) -> Markup:
    """A list item of one paragraph is its words alone."""
    if len(blocks) == 1 and blocks[0]["type"] == "paragraph":
        return writer.runs(blocks[0]["runs"])
    return writer.blocks(blocks)


def _notice(writer: _Writer, block: Block) -> Markup:
    return tag("div", writer.runs(block["runs"]), class_=f"notice {slug(block['kind'])}", role="note")


def _chart(block: Block) -> Markup:
    label = Markup('<svg role="img" aria-label="{}" ').format(printable(block["alt"]))
    svg = Markup(clean_svg(block["svg"], block["id"]).replace("<svg ", label, 1))
    words = tag("figcaption", block["caption"]) if block.get("caption") else ""
    region = scroll(svg, f"Biểu đồ: {block.get('label') or block.get('caption') or block['alt']}")
    return tag("figure", region, words, notes(block), id=block["id"])


def _appendix(block: Block) -> Markup:
    words = [tag("span", appendix_title(block)), Markup(" "), tag("span", block["title"])]
    title = tag("h2", *words, id=appendix_id(block), class_="appendix-title")
    return title + tag("p", block["reference"], class_="reference") if block.get("reference") else title


def _closing(block: Block) -> Markup:
    recipients = tag("ul", *(tag("li", line) for line in block["recipients"]))
    return tag(
        "div",
        tag("div", tag("p", "Nơi nhận:"), recipients, class_="recipients"),
        tag("div", *(tag("p", line) for line in block["signer_lines"]), class_="signer"),
        class_="closing",
    )


def _title(block: Block) -> Markup:
    """The name of a document without letterhead."""
    return tag("h1", block["words"], class_="title")


_PLAIN: dict[str, Callable[[Block], Markup]] = {
    "title": _title,
    "letterhead": _letterhead,
    "chart": _chart,
    "appendix": _appendix,
    "closing": _closing,
}
_WITH_RUNS: dict[str, Callable[[_Writer, Block], Markup]] = {
    "heading": _heading,
    "paragraph": _paragraph,
    "list": _list,
    "notice": _notice,
    "table": _Writer.table,
}
