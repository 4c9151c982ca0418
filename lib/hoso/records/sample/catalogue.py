"""The synthetic catalogue of procedures (danh mục thủ tục hành chính), and which body meets which how often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from . import plan
from .bodies import LEVELS, Bodies, by_word
from .clock import day_number

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LEVEL_SHARES: Final = {"department": 0.80, "district": 0.135, "commune": 0.065}
FIRST_NUMBER: Final = 10_001
_FIRST_DAYS: Final = (date(2019, 1, 1), date(2021, 6, 30))
_FEES: Final = np.array([8_000, 10_000, 20_000, 30_000, 50_000, 100_000, 135_000, 200_000, 500_000])


@dataclass(frozen=True)
class Slot:
    """One kind of work before its fate is known: who does it, in which field, how often."""

    body: int  # index of the department, -1 every district, -2 every commune
    level: str
    field: str
    name: str
    days: int
    fee_chance: float
    weight: float


@dataclass(frozen=True)
class Catalogue:
    """`rows`: the catalogue as exported. Arrays run along the slots: the row that holds now, the one that held before
    the day `changed` (itself when it never changed)."""

    rows: pl.DataFrame
    slots: tuple[Slot, ...]
    now: Ints
    before: Ints
    changed: Ints
    weight: Floats
    days: Ints
    amount: Ints

    def row_on(self, slot: Ints, day: Ints) -> Ints:
        """The catalogue row under which a slot's dossier is received on a day."""
        return np.where(day < self.changed[slot], self.before[slot], self.now[slot])


def catalogue(
    wanted: plan.Catalogue, bodies: Bodies, work: Mapping[str, Any], rng: np.random.Generator
) -> Catalogue:
    """Procedures in exactly the numbers the plan gives."""
    parts = (wanted.unchanged, wanted.replaced, wanted.added)
    slots = tuple(_slots(sum(p.procedures for p in parts), bodies, work))
    weight = np.array([s.weight for s in slots])
    fates = _fates(parts, weight, rng)
    chance = np.array([s.fee_chance for s in slots]) + 0.05
    online, before, fee, payment, paid_before = (np.zeros(len(slots), dtype=bool) for _ in range(5))
    for part, members in zip(parts, fates, strict=True):
        rank = np.log(weight[members]) * wanted.popular
        _mark(online, members, rank, part.online, rng)
        _mark(fee, members, np.log(chance[members]) * 2, part.fee, rng)
        _mark(payment, members[fee[members]], rank[fee[members]] / 2, part.payment, rng)
        _mark(before, members[online[members]], rank[online[members]], part.online_before, rng)
        _mark(paid_before, members[payment[members]], rank[payment[members]], part.payment_before, rng)
    full = rng.random(len(slots)) < wanted.full
    weight = np.where(online, weight, weight * wanted.offline_weight)
    changed = _changed(wanted, fates, len(slots), rng)
    frame = _frame(slots, online, full, fee, payment, rng)
    replaced = fates[1]
    old = _predecessors(frame, replaced, before, full, paid_before)
    rows = _dated(frame, old, replaced, fates[2], changed)
    held = np.arange(len(slots))
    held[replaced] = len(slots) + np.arange(len(replaced))
    held[fates[2]] = [_first_of_body(slots, slots[i]) for i in fates[2]]
    return Catalogue(
        rows,
        slots,
        np.arange(len(slots)),
        held,
        changed,
        weight,
        np.array([s.days for s in slots]),
        rng.choice(_FEES, len(slots)),
    )


def _slots(number: int, bodies: Bodies, work: Mapping[str, Any]) -> Iterator[Slot]:
    """Slots by level; within a level by body and field, the frequent ones first (a Zipf tail)."""
    left = number
    for level in LEVELS:
        count = left if level == LEVELS[-1] else round(number * LEVEL_SHARES[level])
        left -= count
        groups = _groups(level, bodies, work)
        sizes = _apportion(np.sqrt([entry["share"] * busy for _, entry, busy in groups]), count)
        for (body, entry, _), size in zip(groups, sizes, strict=True):
            yield from _field_slots(level, body, entry, int(size), work["verbs"])


def _groups(level: str, bodies: Bodies, work: Mapping[str, Any]) -> list[tuple[int, dict[str, Any], float]]:
    if level != "department":
        return [(-LEVELS.index(level), entry, 1.0) for entry in work["level"][level]]
    found = []
    for i, unit in enumerate(bodies.units):
        if unit.level == "department":
            entries = by_word(work["department"], unit.name, work["department"][""])
            found += [(i, entry, float(by_word(work["weights"], unit.name, 1.0))) for entry in entries]
    return found


def _apportion(weight: Floats, total: int) -> Ints:
    """Whole numbers in proportion to the weights, at least 1 each, adding up to the total."""
    exact = 1 + weight / weight.sum() * (total - len(weight))
    whole: Ints = np.floor(exact).astype(np.int64)
    whole[np.argsort(whole - exact)[: total - whole.sum()]] += 1
    return whole


def _field_slots(
    level: str, body: int, entry: Mapping[str, Any], size: int, verbs: list[str]
) -> Iterator[Slot]:
    tail = 1 / np.arange(1, size + 1) ** 1.5
    for k in range(size):
        named = k < len(entry["procedures"])
        name = (
            entry["procedures"][k]
            if named
            else f"{verbs[k % len(verbs)]} thuộc lĩnh vực {entry['name']} (mô phỏng {k + 1})"
        )
        days = entry["days"] if k < 3 else min(30, max(1, entry["days"] + (5 * k) % 7 - 2))
        yield Slot(
            body, level, entry["name"], name, days, entry["fee"], entry["share"] * tail[k] / tail.sum()
        )


def _fates(parts: tuple[plan.Turnover, ...], weight: Floats, rng: np.random.Generator) -> list[Ints]:
    """Slots that stay, are replaced, are added: what is new is rare, what is frequent stays."""
    order = np.argsort(np.log(weight) + rng.normal(0, 0.5, len(weight)))
    _, replaced, added = (p.procedures for p in parts)
    return [
        np.sort(order[added + replaced :]),
        np.sort(order[added : added + replaced]),
        np.sort(order[:added]),
    ]


def _mark(flag: Bools, members: Ints, rank: Floats, number: int, rng: np.random.Generator) -> None:
    """Sets so many of the members, those of high rank first, with some chance in it."""
    order = np.argsort(-(rank + rng.gumbel(0, 1, len(members))))
    flag[members[order[:number]]] = True


def _changed(wanted: plan.Catalogue, fates: list[Ints], size: int, rng: np.random.Generator) -> Ints:
    first, last = (day_number(d) for d in wanted.changed)
    changed = np.zeros(size, dtype=np.int64)
    for members in fates[1:]:
        changed[members] = rng.integers(first, last + 1, len(members))
    return changed


def _first_of_body(slots: tuple[Slot, ...], new: Slot) -> int:
    """What the body did before a new procedure came: its most frequent one."""
    same = [i for i, s in enumerate(slots) if (s.level, s.body) == (new.level, new.body)]
    return max(same, key=lambda i: slots[i].weight)


def _frame(
    slots: tuple[Slot, ...], online: Bools, full: Bools, fee: Bools, payment: Bools, rng: np.random.Generator
) -> pl.DataFrame:
    first, last = (day_number(d) for d in _FIRST_DAYS)
    kind = np.where(online, np.where(full, "full", "partial"), "information")
    return pl.DataFrame(
        {
            "procedure_id": _ids([1 if s.level == "department" else 2 for s in slots], 0),
            "name": [s.name for s in slots],
            "field": [s.field for s in slots],
            "service_level": kind.tolist(),
            "level": [s.level for s in slots],
            "fee": fee,
            "online_payment": payment,
            "days": [s.days for s in slots],
            "valid_from": rng.integers(first, last + 1, len(slots)),
            "valid_to": pl.Series([None] * len(slots), dtype=pl.Int64),
        }
    )


def _ids(prefixes: list[int], offset: int) -> list[str]:
    """Made-up ids in the official pattern; every tenth ends in 0, which a number would lose."""
    return [f"{prefix}.{FIRST_NUMBER + offset + i:06d}" for i, prefix in enumerate(prefixes)]


def _predecessors(
    frame: pl.DataFrame, replaced: Ints, before: Bools, full: Bools, paid: Bools
) -> pl.DataFrame:
    kind = np.where(before, np.where(full, "full", "partial"), "information")[replaced]
    old: pl.DataFrame = frame[replaced.tolist()]
    prefixes = [int(text[0]) for text in old["procedure_id"]]
    return old.with_columns(
        procedure_id=pl.Series(_ids(prefixes, frame.height), dtype=pl.String),
        service_level=pl.Series(kind.tolist(), dtype=pl.String),
        online_payment=pl.Series(paid[replaced]),
    )


def _dated(
    frame: pl.DataFrame, old: pl.DataFrame, replaced: Ints, added: Ints, changed: Ints
) -> pl.DataFrame:
    """The rows with the days between which each is valid."""
    valid_from = frame["valid_from"].to_numpy().copy()
    for members in (replaced, added):
        valid_from[members] = changed[members]
    old = old.with_columns(valid_to=pl.Series(changed[replaced] - 1, dtype=pl.Int64))
    rows = pl.concat([frame.with_columns(valid_from=pl.Series(valid_from)), old])
    return rows.with_columns(pl.col("valid_from", "valid_to").cast(pl.Int32).cast(pl.Date))
