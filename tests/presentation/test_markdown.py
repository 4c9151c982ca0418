"""Markdown to blocks: what the narrative and an analyst's own cells become."""

import pytest

from hoso.presentation.markdown import blocks, figures, placeholder, plain
from hoso.vocabulary.errors import HosoError
from tests.data.hostile import HOSTILE

FIGURE = {"t": "fig", "id": "f7"}


def text(s):
    return {"t": "text", "s": s}


def test_a_placeholder_becomes_its_run_wherever_it_stands():
    """A figure keeps its emphasis, and a placeholder in code or raw HTML is still the datum."""
    found = blocks(
        f"Đạt **{placeholder(0)}** `{placeholder(0)}` <i>{placeholder(0)}</i>", {placeholder(0): FIGURE}
    )
    assert found == [
        {
            "type": "paragraph",
            "runs": [
                text("Đạt "),
                {"t": "strong", "c": [FIGURE]},
                text(" "),
                FIGURE,
                text(" <i>"),
                FIGURE,
                text("</i>"),
            ],
        }
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_datum_is_never_markdown(name):
    """Whatever a unit is called, the paragraph is one paragraph and the name is in it letter for letter."""
    token = {"t": "text", "s": name}
    assert blocks(f"{placeholder(3)} có", {placeholder(3): token}) == [
        {"type": "paragraph", "runs": [text(f"{name} có")]}
    ]


def test_raw_html_is_kept_as_letters():
    assert plain(blocks("a <b onclick=x>c</b>")[0]["runs"]) == "a <b onclick=x>c</b>"
    assert plain(blocks("<script>\nx()\n</script>")[0]["runs"]) == "<script> x() </script>"


def test_a_link_keeps_its_words_and_a_picture_goes():
    assert blocks("[Quyết định 766](http://a.vn) ![ảnh](http://a.vn/x.png)")[0]["runs"] == [
        text("Quyết định 766 ")
    ]
    assert blocks("![](x.png)") == []


def test_entities_are_signs_in_words_and_letters_in_code():
    assert blocks("a &lt; b `&lt;`")[0]["runs"] == [text("a < b "), {"t": "code", "s": "&lt;"}]


def test_headings_stop_at_the_fourth_level():
    assert [block["level"] for block in blocks("# a\n\n## b\n\n###### c")] == [1, 2, 4]


def test_lists_nest_and_go_on_counting():
    (found,) = blocks("3. ba\n4. bốn\n   - con")
    assert (found["ordered"], found["start"]) == (True, 3)
    assert [block["type"] for block in found["items"][1]] == ["paragraph", "list"]
    assert "start" not in blocks("1. một")[0]


def test_line_ends_are_spaces_and_two_spaces_a_break():
    assert blocks("a\nb  \nc")[0]["runs"] == [text("a b"), {"t": "br"}, text("c")]


def test_a_table_has_titles_sides_and_cells():
    (found,) = blocks(
        f"| Đơn vị | Tỷ lệ |\n|---|--:|\n| Sở Y tế | {placeholder(0)} |", {placeholder(0): FIGURE}
    )
    assert [(c["title"], c["align"]) for c in found["columns"]] == [("Đơn vị", "left"), ("Tỷ lệ", "right")]
    assert [cell["runs"] for cell in found["rows"][0]["cells"]] == [[text("Sở Y tế")], [FIGURE]]


def test_a_figure_in_a_table_title_is_refused_not_lost():
    with pytest.raises(HosoError, match="tiêu đề"):
        blocks(f"| **{placeholder(0)}** |\n|---|\n| a |", {placeholder(0): FIGURE})


def test_an_unknown_placeholder_shows():
    assert plain(blocks(placeholder(9))[0]["runs"]) == "\ufffd9\ufffd"


def test_rules_are_ignored():
    assert blocks("a\n\n---\n\nb") == [*blocks("a"), *blocks("b")]


def test_figures_are_found_at_any_depth():
    assert list(figures([text("a"), {"t": "em", "c": [{"t": "strong", "c": [FIGURE]}]}])) == ["f7"]
