"""The `%%narrative` cell: words chosen by templates, numbers from figures, data never markup."""

import pytest

from hoso.presentation.display import MIME
from hoso.presentation.figures import Figure, Registry
from hoso.presentation.narrative import Note, render
from hoso.vocabulary.errors import UsageError
from tests.data.hostile import HOSTILE

ON_TIME = Figure(
    {"kind": "result", "indicator": "on_time_rate", "part": "value"},
    "Đúng hạn",
    "rate",
    0.979,
    979,
    1000,
    measured_in="hồ sơ",
)


def text(source: str, **names: object) -> str:
    return str(render(source, names, Registry())._repr_mimebundle_()["text/plain"])


def test_a_figure_prints_and_is_recorded() -> None:
    """The number stands in the text, and its record with fraction and key in the output's figures."""
    registry = Registry()
    bundle = render(
        "Đạt **{{ on_time }}** ({{ on_time.fraction }}).", {"on_time": ON_TIME}, registry
    )._repr_mimebundle_()
    assert bundle["text/plain"] == "Đạt 97,9% (979/1.000 hồ sơ)."
    records = bundle[MIME]["figures"]
    assert [record["printed"] for record in records] == ["97,9%", "979", "1.000"]
    assert records[0]["fraction"] == "979/1.000 hồ sơ"
    assert bundle["text/html"].count("<data") == 3
    assert list(registry.records) == ["f1", "f2", "f3"]


def test_the_same_figure_is_one_record() -> None:
    """A number printed twice has one id."""
    registry = Registry()
    render("{{ a }} và {{ a }}", {"a": ON_TIME}, registry)
    assert len(registry.records) == 1


def test_an_unknown_name_is_an_error() -> None:
    """A misspelt figure stops the report with the line it stands on."""
    with pytest.raises(UsageError, match="dòng 2"):
        text("Một\n{{ on_tiem }}", on_time=ON_TIME)


def test_a_bare_number_is_refused() -> None:
    """Templates never compute: a number without its fraction and source does not print."""
    with pytest.raises(UsageError, match="int"):
        text("{{ 6 * 7 }}")


@pytest.mark.parametrize("name", HOSTILE)
def test_data_are_never_markup(name: str) -> None:
    """A hostile name prints as its letters: no element, no heading, no expression is made of it."""
    bundle = render("Đơn vị {{ unit }} đạt.", {"unit": name}, Registry())._repr_mimebundle_()
    assert [block["type"] for block in bundle[MIME]["blocks"]] == ["paragraph"]
    assert {run["t"] for run in bundle[MIME]["blocks"][0]["runs"]} == {"text"}
    assert "<script" not in bundle["text/html"]
    assert "49" not in bundle["text/plain"].replace(name, "")


def test_notes_of_people_are_markdown_and_may_use_figures() -> None:
    """Causes and tasks come from files: their Markdown counts, and expressions in them print figures."""
    note = Note("- **Một.** Đạt {{ on_time }}\n- Hai", "causes.md")
    display = render("{{ note(causes) }}", {"causes": note, "on_time": ON_TIME}, Registry())
    assert display.blocks[0]["type"] == "list"
    assert "97,9%" in display._repr_mimebundle_()["text/plain"]


def test_spaces_around_phrases_stay() -> None:
    """Words and figures of a phrase keep the spaces between them."""
    assert text("{{ a.fraction }} xong", a=ON_TIME) == "979/1.000 hồ sơ xong"


def test_a_template_read_once_serves_every_rendering() -> None:
    """Words written in an expression stand in each of them; so do other names and figures, and a broken template is told anew."""
    source = "{{ 'Sở' }} {{ name }}{% if note %} {{ note(text) }}{% endif %}"
    note = Note("do *{{ name }}*", "causes.md")
    assert text(source, name="A", text=note) == text(source, name="A", text=note)
    assert "B" in text(source, name="B", text=note)
    for _ in range(2):
        with pytest.raises(UsageError, match="dòng 2"):
            text("một\n{{ name", name="A")
