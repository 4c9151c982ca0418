"""Every notebook on provinces in a state few think of: nothing, one, all, none, hostile, merged away."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hoso.delivery.export.document import document
from hoso.delivery.export.html import page
from hoso.vocabulary.errors import UsageError
from tests.notebooks.cases import CASES, COUNTRY_OUTCOMES, HOSTILE, OUTCOMES, SAMPLE_OUTCOMES, drawn, expected
from tests.notebooks.outcomes import hold
from tests.notebooks.reading import elements, visible
from tests.notebooks.runner import parameters, published, run
from tests.samples import names

PROVINCIAL = [name for name in published() if "province" in parameters(name)]


@pytest.fixture(scope="module")
def store_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The store of a case, imported when it is first asked for."""
    made: dict[str, Path] = {}

    def of(case: str) -> Path:
        if case not in made:
            made[case] = CASES[case].store(tmp_path_factory.mktemp("case"))
        return made[case]

    return of


def test_the_tables_are_complete() -> None:
    """Each case has its row and each published notebook its column: none is passed over in silence."""
    assert {row["case"] for row in drawn(OUTCOMES)} == set(CASES)
    heads = {head for table in (OUTCOMES, SAMPLE_OUTCOMES) for head in drawn(table)[0]} - {
        "case",
        "place",
        "period",
    }
    assert set(PROVINCIAL) <= heads
    assert set(published()) - set(PROVINCIAL) <= set(drawn(COUNTRY_OUTCOMES)[0])


@pytest.mark.parametrize("name", PROVINCIAL)
@pytest.mark.parametrize("case", CASES)
def test_awkward_provinces(case: str, name: str, store_of: Callable[[str], Path]) -> None:
    """A report a leader can be shown, or a refusal of the right kind in one line."""
    store = store_of(case)
    hold(expected(OUTCOMES, case=case)[name], name, store, CASES[case].parameters, names(store))


@pytest.mark.parametrize("name", PROVINCIAL)
def test_a_hostile_name_is_a_name(name: str, store_of: Callable[[str], Path]) -> None:
    """A unit whose name is markup, a template and mathematics: no element comes of it, and where it stands it stands whole."""
    case = CASES["a hostile name"]
    html = page(document(run(name, store_of("a hostile name"), **case.parameters), name))
    assert "img" not in elements(html)
    text = " ".join(visible(html).split())
    assert text.count("onerror=") == text.count(HOSTILE.removeprefix("UBND xã "))


@pytest.mark.parametrize("name", PROVINCIAL)
def test_a_merged_province_names_its_successor(name: str, store_of: Callable[[str], Path]) -> None:
    """From 1/7/2025 Hà Giang is no more: the refusal says what it has become; over that day it names both parts."""
    with pytest.raises(UsageError, match="tuyen-quang"):
        run(name, store_of("after its merger"), **CASES["after its merger"].parameters)
    with pytest.raises(UsageError) as across:
        run(name, store_of("across the merger"), **CASES["across the merger"].parameters)
    assert "2025-01-01..2025-06-30" in str(across.value)
    assert "2025-07-01..2025-12-31" in str(across.value)
