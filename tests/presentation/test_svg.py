"""SVG from anywhere to a drawing that cannot act."""

import pytest

from hoso.presentation.svg import clean_svg, titles
from hoso.vocabulary.errors import HosoError

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def cleaned(inside, attributes=""):
    return clean_svg(f"{OPEN} {attributes}>{inside}</svg>", "c")


@pytest.mark.parametrize(
    "attack",
    [
        "<script>x()</script>",
        "<style>@import 'http://a';</style>",
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'>x</body></foreignObject>",
        '<image href="http://evil/x.png"/>',
        '<image href="data:image/svg+xml;base64,AAAA"/>',
        '<use href="http://evil#a"/>',
        "<animate attributeName='href' to='javascript:x()'/>",
        "<set attributeName='onclick' to='x()'/>",
        '<rect fill="url(http://evil)"/>',
        '<rect style="fill:url(//evil);background:red"/>',
        '<rect onclick="x()"/>',
        '<linearGradient href="http://evil#g"/>',
    ],
)
def test_nothing_that_loads_or_runs_is_left(attack):
    found = cleaned(attack, 'onload="x()"')
    for trace in ("evil", "x()", "script", "onload", "onclick", "import", "style", "image/svg"):
        assert trace not in found.replace("http://www.w3.org/2000/svg", "")


def test_style_becomes_attributes_because_the_page_refuses_inline_style():
    assert 'fill="#fff" stroke-width="0.8"' in cleaned(
        '<path d="M 0 0" style="fill: #fff; stroke-width: 0.8"/>'
    )


def test_referenced_ids_get_the_prefix_and_the_others_go():
    """Two charts on a page share matplotlib's ids."""
    found = cleaned(
        '<g id="axes"><defs><path id="m1"/></defs><use xlink:href="#m1"/><g clip-path="url(#k)"/></g><clipPath id="k"/>'
    )
    assert 'id="c-1"' in found and 'href="#c-1"' in found
    assert 'clip-path="url(#c-2)"' in found and '<clipPath id="c-2"' in found
    assert "axes" not in found


def test_words_keep_their_order_and_signs():
    assert "<text>a<tspan>b</tspan>c &lt;d&gt;</text>" in cleaned("<text>a<tspan>b</tspan>c &lt;d&gt;</text>")


def test_a_link_keeps_its_drawing():
    assert "<rect" in cleaned('<a href="javascript:x()"><rect/></a>')
    assert "javascript" not in cleaned('<a href="javascript:x()"><rect/></a>')


def test_pixels_may_be_embedded():
    assert 'href="data:image/png;base64,iVBORw0="' in cleaned(
        '<image xlink:href="data:image/png;base64,iVBO\nRw0="/>'
    )


@pytest.mark.parametrize(
    "broken",
    [
        "<svg",
        "không phải hình",
        "<html/>",
        f'<!DOCTYPE svg [<!ENTITY a "b">]>{OPEN}/>',
        f"{OPEN}>&nbsp;</svg>",
    ],
)
def test_what_is_no_svg_is_refused(broken):
    with pytest.raises(HosoError, match="SVG"):
        clean_svg(broken, "c")
    assert titles(broken) == ""


def test_a_picture_may_bring_its_own_description():
    assert titles(f"{OPEN}><title>Tỷ lệ</title><desc>tăng\n đều</desc></svg>") == "Tỷ lệ tăng đều"
