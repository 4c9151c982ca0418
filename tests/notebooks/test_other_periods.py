"""Every notebook on every province of the sample in a period no article is about: a month, a first quarter, an older snapshot."""

from pathlib import Path

import pytest

from tests.notebooks.cases import SAMPLE_OUTCOMES, drawn, expected
from tests.notebooks.outcomes import hold
from tests.notebooks.runner import parameters, published
from tests.notebooks.sample_units import UNITS
from tests.samples import names

PROVINCIAL = [name for name in published() if "province" in parameters(name)]
OTHERS = [(row["place"], row["period"]) for row in drawn(SAMPLE_OUTCOMES)[1::2]]


@pytest.mark.parametrize("name", PROVINCIAL)
@pytest.mark.parametrize(("place", "period"), OTHERS)
def test_another_period(place: str, period: str, name: str, whole_sample: Path) -> None:
    """A report a leader can be shown, or a refusal of the right kind."""
    store = whole_sample / "store"
    outcome = expected(SAMPLE_OUTCOMES, place=place, period=period)[name]
    hold(outcome, name, store, {"province": place, "period": period, "unit": UNITS[place]}, names(store))
