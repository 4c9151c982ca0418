"""What a target says of a figure, again for `hoso verify`: from the facts, targets.csv and the calendar.

A key names the indicator, variant, province, level, unit and period of the figure that is judged, and the target is looked
up anew: a report that took another target than the one in force is found out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Final, Protocol

from ..vocabulary.periods import Period
from .assessment import Clock
from .counting import DIMENSIONS, Grouping
from .data import Data
from .definitions import definitions
from .ranks import RANKED_FROM, rank
from .targets import Target, resolve

Key = dict[str, Any]
_UNIT: Final = 2 + DIMENSIONS.index("unit")  # where the cells' keys have the unit and its level
_LEVEL: Final = 2 + DIMENSIONS.index("level")


class Recounted(Protocol):
    """What the kinds below need of a recount."""

    data: Data

    @property
    def targets(self) -> Sequence[Target]:
        """The targets of targets.csv."""

    def table(self, period: str, by: Grouping) -> Mapping[tuple[Any, ...], Mapping[Hashable, Any]]:
        """The recounted cells of a period and grouping."""

    def result(self, key: Key) -> float | None:
        """A recounted number of the results table."""


def target(recount: Recounted, key: Key) -> float | None:
    """The number set (chỉ tiêu giao)."""
    found = _target(recount, key)
    return None if found is None else float(found.value)


def gap(recount: Recounted, key: Key) -> float | None:
    """How far the value is above its target, in points or in its own unit."""
    found, value = _target(recount, key), _value(recount, key)
    return None if found is None or value is None else float((value - found.value) * key.get("scale", 1))


def lacking(recount: Recounted, key: Key) -> float | None:
    """Dossiers lacking: with the denominator as it is, or `growing` with them."""
    found, parts = _target(recount, key), _fraction(recount, key)
    if found is None or parts is None:
        return None
    return found.lacking_growing(*parts) if key.get("growing") else found.lacking(*parts)


def working_days(recount: Recounted, key: Key) -> float | None:
    """The working days from where the figures stand to the deadline: the target's, or the one the report was given."""
    found = _target(recount, key)
    given = date.fromisoformat(key["deadline"]) if key.get("deadline") else None
    deadline = given or (found.deadline if found else None)
    clock = Clock(Period.parse(key["period"]), recount.data.last_day)
    return None if found is None or deadline is None else clock.days_left(deadline)


def per_working_day(recount: Recounted, key: Key) -> float | None:
    """What a working day has to bring, rounded up."""
    short, days = lacking(recount, key), working_days(recount, key)
    return 0 if short == 0 else -(-int(short) // int(days)) if short and days else None


def tally(recount: Recounted, key: Key) -> float:
    """How many units of a level (of all, without one) met their target, did not, or have no data; "of": all three."""
    verdicts = [_verdict(recount, one) for one in _peers(recount, key)]
    found = [one for one in verdicts if one is not None]
    return len(found) if key["verdict"] == "of" else found.count(key["verdict"])


def place(recount: Recounted, key: Key) -> float | None:
    """The rank of a unit among those of its level, or as `denominator` how many are ranked."""
    peers = [*_peers(recount, key)]
    values = [_rankable(recount, one) if len(peers) > 1 else None for one in peers]
    ranks = rank(values, descending=not _fewer_is_better(recount, key))
    if key["part"] == "denominator":
        return sum(one is not None for one in ranks) or None
    return dict(zip((one["unit"] for one in peers), ranks, strict=True)).get(key["unit"])


KINDS: Final[dict[str, Callable[[Any, Key], float | None]]] = {
    "target": target, "gap": gap, "lacking": lacking, "working_days": working_days, "per_working_day": per_working_day,
    "tally": tally, "place": place,
}  # fmt: skip


def counted(key: Key) -> Iterator[Key]:
    """The results of the facts a key of these kinds needs: all units where units are compared, else the one judged."""
    if key["kind"] in ("tally", "place"):
        yield key | {"unit": ""}
    elif key["kind"] in KINDS:
        yield key


def _target(recount: Recounted, key: Key) -> Target | None:
    day = Period.parse(key["period"]).end
    level, unit = key.get("level") or "province", key.get("unit")
    return resolve(recount.targets, day, key["province"], level, unit, key["indicator"], key.get("variant"))


def _fraction(recount: Recounted, key: Key) -> tuple[int, int | None] | None:
    """Numerator and denominator of what is judged; None for the denominator of a count."""
    top, bottom = (recount.result(key | {"part": part}) for part in ("numerator", "denominator"))
    if top is None or (key.get("variant") is not None and not bottom):
        return None
    return int(top), None if bottom is None else int(bottom)


def _value(recount: Recounted, key: Key) -> Fraction | None:
    parts = _fraction(recount, key)
    return None if parts is None else Fraction(parts[0], 1 if parts[1] is None else parts[1])


def _verdict(recount: Recounted, key: Key) -> str | None:
    """met, not_met or no_data; None without a target."""
    found, value = _target(recount, key), _value(recount, key)
    if found is None:
        return None
    return "no_data" if value is None else "met" if found.met(value) else "not_met"


def _peers(recount: Recounted, key: Key) -> Iterator[Key]:
    """The keys of all units of the key's level."""
    for cell in recount.table(key["period"], "unit"):
        if cell[:2] == (key["indicator"], key.get("variant") or "") and key.get("level") in (
            None,
            cell[_LEVEL],
        ):
            yield key | {"unit": cell[_UNIT], "level": cell[_LEVEL]}


def _rankable(recount: Recounted, key: Key) -> Fraction | None:
    parts = _fraction(recount, key)
    few = parts is not None and parts[1] is not None and parts[1] < RANKED_FROM
    return None if few else _value(recount, key)


def _fewer_is_better(recount: Recounted, key: Key) -> bool:
    found = _target(recount, key)
    if found is not None:
        return found.comparison == "at_most"
    return definitions().indicator(key["indicator"], key.get("variant")).direction == "down"
