"""Blocks to HTML."""

from html.parser import HTMLParser

import pytest

from hoso.presentation.markup import compose, fragment
from hoso.vocabulary.errors import HosoError
from tests.data.hostile import HOSTILE
from tests.delivery.export.sample_document import Figures, cell, column, notice, table

SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'
LETTERHEAD = ("parent", "body", "number", "place", "date_line", "kind", "subject")
VOID = {"br", "meta"}


class Reader(HTMLParser):
    """Elements, words and unclosed tags of a piece of HTML."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.elements, self.words, self.open = [], [], []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self):
        return "".join(self.words)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def paragraph(*runs):
    return {"type": "paragraph", "runs": list(runs)}


@pytest.mark.parametrize(("share", "how_many"), [(True, 2), (False, 1)])
def test_a_figure_tells_its_title_fraction_definition_basis_period_and_source(share, how_many):
    figures = Figures()
    run = figures.rate("on_time_rate", 195_800, 200_000)
    parts = compose([paragraph(run)], figures.made, share)
    page = Reader(parts.body + parts.explanations)
    (data,) = page.all("data")
    assert data | {"aria-describedby": ""} == {
        "class": "f",
        "id": "f1",
        "value": "0.979",
        "tabindex": "0",
        "aria-describedby": "",
    }
    described = data["aria-describedby"].split()
    ids = {attributes.get("id") for _, attributes in page.elements if attributes.get("role") == "tooltip"}
    assert len(described) == len(ids) == how_many and set(described) == ids
    record = figures.made["f1"]
    for said in (
        "97,9%",
        "195.800/200.000 hồ sơ",
        *(record[k] for k in ("title", "definition", "legal_basis", "period_text", "source")),
    ):
        assert said in page.text


def test_explanations_are_shared_and_every_reference_resolves():
    figures = Figures()
    runs = [figures.count("received", i) for i in range(70)] + [figures.count("late", 1)]
    page = Reader(
        fragment(
            [table("t", "", [column("a", "A")], [{"role": "normal", "cells": [cell(run)]} for run in runs])],
            figures.made,
        )
    )
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    wanted = {name for data in page.all("data") for name in data["aria-describedby"].split()}
    assert len(wanted) == 3 and wanted <= set(ids) and len(ids) == len(set(ids))


def test_a_title_of_many_figures_stands_once_and_a_rare_one_in_its_own_tooltip():
    figures = Figures()
    runs = [figures.count("received", i) for i in range(8)] + [figures.count("late", 1)]
    parts = compose([paragraph(*runs)], figures.made)
    common, rare = (figures.made[name]["title"] for name in ("f1", "f9"))
    assert (parts.explanations.count(f"<b>{common}</b>"), parts.body.count(f"<b>{common}</b>")) == (1, 0)
    assert (parts.explanations.count(f"<b>{rare}</b>"), parts.body.count(f"<b>{rare}</b>")) == (0, 1)


@pytest.mark.parametrize(("value", "written"), [(5.0, "5"), (0.25, "0.25"), (None, "–")])
def test_the_value_for_programs_is_exact_and_a_count_has_no_decimals(value, written):
    figures = Figures()
    run = figures.count("late", 5)
    figures.made["f1"] |= {"value": value, "printed": "–"}
    assert Reader(fragment([paragraph(run)], figures.made)).all("data")[0]["value"] == written


def test_a_short_output_of_jupyterlab_needs_no_room_below_it():
    """A sticky explanation would be cut off by an output lower than itself."""
    figures = Figures()
    page = Reader(
        fragment(
            [
                table(
                    "t",
                    "",
                    [column("a", "A")],
                    [{"role": "normal", "cells": [cell(figures.count("late", 1))]}],
                )
            ],
            figures.made,
        )
    )
    assert "Cách tính: " in page.text and not [a for _, a in page.elements if a.get("class") == "ks"]


def test_a_figure_printed_twice_has_two_ids():
    figures = Figures()
    run = figures.count("late", 5)
    page = Reader(fragment([paragraph(run), paragraph(run)], list(figures.made.values())))
    assert [data["id"] for data in page.all("data")] == ["f1", "f1-2"]


def test_a_missing_value_is_printed_not_computed():
    figures = Figures()
    run = figures.count("late", 5)
    figures.made["f1"] |= {"value": None, "printed": "–", "notes": ["nguồn không có số liệu"]}
    page = Reader(fragment([paragraph(run)], figures.made))
    assert page.all("data")[0]["value"] == "–"
    assert "nguồn không có số liệu" in page.text


@pytest.mark.parametrize("name", ["f9", "f1){}*{color:red", ""])
def test_a_figure_without_a_proper_record_is_refused(name):
    with pytest.raises(HosoError, match="danh mục"):
        fragment([paragraph({"t": "fig", "id": name})], {"f1){}*{color:red": {}, "": {}})


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_words_in_every_place(name):
    """The same elements come out as for a plain name, and the words are all there."""

    def everywhere(word):
        run = {"t": "text", "s": word}
        code = {"t": "code", "s": word}
        figures = Figures()
        figure = figures.count("late", 1)
        figures.made["f1"] |= dict.fromkeys(
            ("title", "printed", "fraction", "definition", "legal_basis", "period_text", "source"), word
        )
        figures.made["f1"]["notes"] = [word]
        columns = [column("a", word, "left", word), column("b", word, "right", word)]
        rows = [{"role": role, "cells": [cell(word), cell(figure)]} for role in ("normal", "total")]
        rows.append({"role": "group", "cells": [cell(word)]})
        blocks = [
            {"type": "letterhead", "draft": True, **dict.fromkeys(LETTERHEAD, word)},
            {"type": "heading", "level": 1, "runs": [run], "id": "h"},
            paragraph(run, {"t": "strong", "c": [run]}, {"t": "em", "c": [code]}, figure),
            {"type": "list", "ordered": False, "items": [[paragraph(run)], [paragraph(run), paragraph(run)]]},
            notice("missing", word),
            table("t", word, columns, rows, number=word, notes=[word]),
            {"type": "chart", "id": "c", "caption": word, "alt": word, "svg": SVG, "notes": [word]},
            {"type": "appendix", "number": "I", "title": word, "landscape": True},
            {"type": "closing", "recipients": [word], "signer_lines": [word]},
        ]  # fmt: skip
        return Reader(fragment(blocks, figures.made))

    hostile, plain = everywhere(name), everywhere("tên")
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in plain.elements]
    assert [sorted(attributes) for _, attributes in hostile.elements] == [
        sorted(attributes) for _, attributes in plain.elements
    ]


def test_groups_of_columns_merge_and_the_others_span_both_lines():
    columns = [
        column("a", "Đơn vị", "left"),
        column("b", "Tổng", group="Nhận"),
        column("c", "Kỳ trước", group="Nhận"),
        column("d", "Ghi chú"),
    ]
    page = Reader(fragment([table("t", "", columns, [], numbering=True)], {}))
    spans = [(th.get("rowspan"), th.get("colspan"), th["scope"]) for th in page.all("th")]
    assert spans == [
        ("2", None, "col"),
        (None, "2", "colgroup"),
        ("2", None, "col"),
        (None, None, "col"),
        (None, None, "col"),
    ]
    assert page.text == "Đơn vịNhậnGhi chúTổngKỳ trước(1)(2)(3)(4)"


def test_the_first_left_column_names_the_row():
    columns = [column("n", "STT", "center"), column("u", "Đơn vị", "left"), column("v", "Số")]
    rows = [{"role": "normal", "cells": [cell("1"), cell("Sở Y tế"), cell(5)]}]
    assert Reader(fragment([table("t", "", columns, rows)], {})).all("th")[-1] == {"scope": "row"}


def test_each_column_has_its_side_without_a_class_on_every_cell():
    columns = [column("n", "STT", "center"), column("u", "Đơn vị", "left"), column("v", "Xếp loại", "left")]
    parts = compose([table("t", "", columns, [{"role": "normal", "cells": [cell("a")] * 3}])], {})
    (grid,) = Reader(parts.body).all("table")
    assert grid["class"].split() == ["c1", "l3"]
    for rule in (".c1 td:nth-child(1){text-align:center}", ".l3 td:nth-child(3){text-align:left}"):
        assert rule in parts.rules
    # JupyterLab's own rules weigh more than one class.
    assert ".hoso.hoso.hoso .c1 td" in fragment([table("t", "", columns, [])], {})


def test_a_column_of_sentences_has_room_and_one_of_codes_takes_none():
    """On a phone a sentence is not broken after each word, and "HS01" does not take the room of a unit's name."""
    columns = [
        column("n", "Hồ sơ", "left"),
        column("d", "Hẹn trả", "center"),
        column("s", "Điều đã xảy ra", "left"),
    ]
    columns[0]["width"], columns[2]["width"] = 1.5, 5.2
    parts = compose([table("t", "", columns, [{"role": "normal", "cells": [cell("a")] * 3}])], {})
    (grid,) = Reader(parts.body).all("table")
    assert grid["class"].split() == ["c2", "l3", "w3", "short"]
    assert ".w3 td:nth-child(3){min-width:10em}" in parts.rules


def test_nothing_needs_inline_style_or_script():
    """The page's policy refuses both, so the fragment must not contain them."""
    figures = Figures()
    parts = compose([paragraph(figures.rate("online_rate", 1, 2))], figures.made)
    page = Reader(parts.body + parts.explanations)
    assert not any(
        name == "style" or name.startswith("on") for _, attributes in page.elements for name in attributes
    )
