"""What a target says of a figure, again for `hoso verify`: from the facts, the entered counts, targets.csv and the calendar.

A key names the indicator, variant, province, level, unit and period of the figure that is judged, and the target is looked
up anew: a report that took another target than the one in force is found out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any, Final

from ..vocabulary.periods import Period
from .assessment import Clock
from .counting import DIMENSIONS
from .definitions import definitions
from .ranks import RANKED_FROM, rank
from .recounts import Key, Recounted, once
from .targets import Target, resolve
from .verdicts import LIGHTS, Light
from .verify_plans import entered_count

_UNIT: Final = 2 + DIMENSIONS.index("unit")  # where the cells' keys have the unit and its level
_LEVEL: Final = 2 + DIMENSIONS.index("level")
_ENTERED: Final = "entered"  # the variant of what is not counted from dossiers


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
    """How many units of a level (of all, without one) met their target, missed it (near, far, both), lack data; or all."""
    found = [light for one in _peers(recount, key) if (light := _light(recount, one)) != "no_target"]
    if key["verdict"] == "of":
        return len(found)
    return sum(map(found.count, ("near", "far") if key["verdict"] == "not_met" else (key["verdict"],)))


def light(recount: Recounted, key: Key) -> str:
    """What a value comes to beside its target, as statistics.verdicts.LIGHTS prints it."""
    return LIGHTS[_light(recount, key)]


def plan(recount: Recounted, key: Key) -> float:
    """Of a level's units with a target and data of any of the `goals`: how many met each they have data of, missed any."""
    found: dict[str, list[Light]] = {}
    for goal in key["goals"]:
        for one in _peers(recount, key | goal):
            found.setdefault(one["unit"], []).append(_light(recount, one))
    known = [set(lights) & {"met", "near", "far"} for lights in found.values()]
    met, missed = known.count({"met"}), sum(bool(lights & {"near", "far"}) for lights in known)
    return {"met": met, "missed": missed, "of": met + missed}[key["verdict"]]


def place(recount: Recounted, key: Key) -> float | None:
    """The rank of a unit among those of its level, or as `denominator` how many are ranked."""
    names = ("indicator", "variant", "province", "level", "period")
    ranks = once(recount, ("places", *(key.get(name) for name in names)), lambda: _places(recount, key))
    if key["part"] == "denominator":
        return sum(one is not None for one in ranks.values()) or None
    return ranks.get(key["unit"])


def _places(recount: Recounted, key: Key) -> dict[str, int | None]:
    """The rank of every unit of the key's level."""
    peers = [*_peers(recount, key)]
    values = [_rankable(recount, one) if len(peers) > 1 else None for one in peers]
    ranks = rank(values, descending=not _fewer_is_better(recount, key))
    return dict(zip((one["unit"] for one in peers), ranks, strict=True))


KINDS: Final[dict[str, Callable[[Any, Key], float | str | None]]] = {
    "target": target, "gap": gap, "lacking": lacking, "working_days": working_days, "per_working_day": per_working_day,
    "tally": tally, "place": place, "light": light, "plan": plan,
}  # fmt: skip


def counted(key: Key) -> Iterator[Key]:
    """The results of the facts a key of these kinds needs: all units where units are compared, else the one judged."""
    if key["kind"] == "plan":
        for goal in key["goals"]:
            yield from counted(key | goal | {"kind": "tally"})
    elif key.get("variant") == _ENTERED:
        return
    elif key["kind"] in ("tally", "place"):
        yield key | {"unit": ""}
    elif key["kind"] in KINDS:
        yield key


def _target(recount: Recounted, key: Key) -> Target | None:
    day = Period.parse(key["period"]).end
    level, unit = key.get("level") or "province", key.get("unit")
    return resolve(recount.targets, day, key["province"], level, unit, key["indicator"], key.get("variant"))


def _fraction(recount: Recounted, key: Key) -> tuple[int, int | None] | None:
    """Numerator and denominator of what is judged; None for the denominator of a count."""
    read = entered_count if key.get("variant") == _ENTERED else type(recount).result
    top, bottom = (read(recount, key | {"part": part}) for part in ("numerator", "denominator"))
    if top is None or (key.get("variant") is not None and not bottom):
        return None
    return int(top), None if bottom is None else int(bottom)


def _value(recount: Recounted, key: Key) -> Fraction | None:
    parts = _fraction(recount, key)
    return None if parts is None else Fraction(parts[0], 1 if parts[1] is None else parts[1])


def _light(recount: Recounted, key: Key) -> Light:
    """What a value comes to beside its target."""
    found, value = _target(recount, key), _value(recount, key)
    if found is None:
        return "no_target"
    if value is None:
        return "no_data"
    return "met" if found.met(value) else "near" if found.near(value) else "far"


def _peers(recount: Recounted, key: Key) -> Iterator[Key]:
    """The keys of all units of the key's level."""
    for unit, level in _units(recount, key):
        if key.get("level") in (None, level):
            yield key | {"unit": unit, "level": level}


def _units(recount: Recounted, key: Key) -> Iterator[tuple[str, str]]:
    """The units that have a row of the indicator: each unit of the province where somebody enters its counts."""
    if key.get("variant") == _ENTERED:
        yield from zip(recount.data.units["unit"], recount.data.units["level"], strict=True)
        return
    wanted = (key["indicator"], key.get("variant") or "")
    for cell in recount.table(key["period"], "unit"):
        if cell[:2] == wanted:
            yield cell[_UNIT], cell[_LEVEL]


def _rankable(recount: Recounted, key: Key) -> Fraction | None:
    parts = _fraction(recount, key)
    few = parts is not None and parts[1] is not None and parts[1] < RANKED_FROM
    return None if few else _value(recount, key)


def _fewer_is_better(recount: Recounted, key: Key) -> bool:
    found = _target(recount, key)
    if found is not None:
        return found.comparison == "at_most"
    if key.get("variant") == _ENTERED:
        return False
    return definitions().indicator(key["indicator"], key.get("variant")).direction == "down"
