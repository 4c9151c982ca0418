"""Entered counts, tasks and measures again for `hoso verify`: from the reference sheets and the calendar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

import pandas as pd

from ..vocabulary.periods import Period
from ..vocabulary.places import find_province
from . import entered, measures, tasks
from .recounts import Key, Recounted, once


def entered_count(recount: Recounted, key: Key) -> float | None:
    """A count somebody entered, or what two of them come to."""
    row = _entered(recount).get(_place(key))
    top, bottom = (None, None) if row is None else (_number(row["numerator"]), _number(row["denominator"]))
    if key.get("part", "value") != "value":
        return top if key["part"] == "numerator" else bottom
    return None if top is None or not bottom else top / bottom


def _place(key: Key) -> tuple[str, ...]:
    era = Period.parse(key["period"]).era
    return key["province"], era, key.get("unit") or "", key["period"], key["indicator"]


def _entered(recount: Recounted) -> Mapping[tuple[str, ...], Mapping[Any, Any]]:
    """The rows of entered_counts.csv by their key, read once."""

    def read() -> dict[tuple[str, ...], Mapping[Any, Any]]:
        rows = entered.read(recount.reference / entered.FILE).to_dict("records")
        return {tuple(str(row[name]) for name in entered.KEY): row for row in rows}

    return once(recount, "entered", read)


def task_count(recount: Recounted, key: Key) -> int:
    """How many tasks of a province's plan (of all its plans) have one of some statuses on the period's last day."""
    found = _tasks(recount, key)
    return sum(_asked(one, key, Period.parse(key["period"]).end) for one in found)


def _asked(one: tasks.Task, key: Key, day: date) -> bool:
    if key.get("due_soon"):
        return one.due_soon(day)
    return key["statuses"] is None or one.status(day) in key["statuses"]


def task(recount: Recounted, key: Key) -> str | None:
    """How one task stands on the period's last day, as statistics.tasks.LIGHTS prints it."""
    found = next((one for one in _tasks(recount, key) if one.id == key["id"]), None)
    return None if found is None else found.light(Period.parse(key["period"]).end)


def _tasks(recount: Recounted, key: Key) -> list[tasks.Task]:
    listed = once(recount, "tasks", lambda: tasks.read(recount.reference / tasks.FILE))
    period = Period.parse(key["period"])
    own = tasks.of(listed, find_province(key["province"], period.era, period.end))
    return [one for one in own if key.get("plan") in (None, one.plan)]


def measure(recount: Recounted, key: Key) -> float | None:
    """How much a measure is of what it names."""
    found = _measure(recount, key)
    return None if found is None or found.value is None else float(found.value)


def measure_days(recount: Recounted, key: Key) -> int | None:
    """The length of the windows before and after a measure; None when the report took others."""
    found = _measure(recount, key)
    if found is None:
        return None
    data = recount.data
    made = measures.windows(found, Period.parse(key["period"]), data.first_day, data.last_day)
    if not isinstance(made, measures.Windows):
        return None
    return made.days if (made.before.id, made.after.id) == (key["before"], key["after"]) else None


def _measure(recount: Recounted, key: Key) -> measures.Measure | None:
    rows = once(recount, "measures", lambda: measures.read(recount.reference / measures.FILE))
    return next((row for row in rows if row.id == key["measure"]), None)


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


KINDS: Final[dict[str, Callable[[Any, Key], float | str | None]]] = {
    "entered": entered_count, "tasks": task_count, "measure": measure, "measure_days": measure_days,
    "task": task,
}  # fmt: skip
