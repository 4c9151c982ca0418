"""Draws the dossiers: when received, by whom, for what, how handled and with what outcome.

Every column is a numpy array along the dossiers, in order of receipt. Times are seconds since 1970, -1 where there is
none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from . import plan
from .bodies import LEVELS, Bodies
from .catalogue import Catalogue
from .clock import DAY, OFFICE_MINUTES, WorkingDays, clock_seconds, day_number
from .shares import half_up

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NONE: Final = -1
NEW, RECEIVED, REFUSED, OPEN, SUPPLEMENT, PAYMENT, WITHDRAWN, STOPPED, DONE, RETURNED = range(1, 11)
STATUS: Final = {
    "withdrawn": WITHDRAWN,
    "new": NEW,
    "refused": REFUSED,
    "supplement": SUPPLEMENT,
    "payment": PAYMENT,
    "stopped": STOPPED,
    "stuck": OPEN,
}
LAST_RECEIPT: Final = 465  # office minute: nothing is received in the last quarter of an hour
PUNCTUAL: Final = 0.05
_REFUSED_AFTER: Final = 1_200  # seconds
_AFTER_CLOCK: Final = 0.1  # of those ready on the due day, so many come after the due minute


@dataclass
class Dossiers:
    """The dossiers of a province. `rank` and `due_rank` count working days (see WorkingDays)."""

    calendar: WorkingDays
    cutoff: int  # the last second any export can know of
    unit: Ints
    slot: Ints
    rank: Ints
    due_rank: Ints
    minute: Ints
    received: Ints
    due: Ints
    finished: Ints
    status: Ints
    supplements: Ints
    waiting_days: Ints
    late_chance: Floats

    @property
    def received_day(self) -> Ints:
        return self.received // DAY

    @property
    def in_scope(self) -> Bools:
        """Received at all: not new, not refused."""
        return ~np.isin(self.status, (NEW, REFUSED))

    @property
    def handled(self) -> Bools:
        """Resolved with a result (đã giải quyết)."""
        return np.isin(self.status, (DONE, RETURNED))

    @property
    def closed_day(self) -> Ints:
        """The day a resolved or withdrawn dossier ended, NONE for the others."""
        return np.where(self.handled | (self.status == WITHDRAWN), self.finished // DAY, NONE)

    @property
    def late(self) -> Bools:
        """Resolved after the due day (form II.06a)."""
        return self.handled & (self.finished // DAY > self.due // DAY)


def draw(
    wanted: plan.Plan, bodies: Bodies, procedures: Catalogue, scale: float, rng: np.random.Generator
) -> Dossiers:
    """All dossiers of a plan, with the lateness its aims ask for."""
    calendar = WorkingDays.between(wanted.spans[0].start, wanted.cutoff + timedelta(150))
    rank = np.sort(np.concatenate([_ranks(span, calendar, scale, rng) for span in wanted.spans]))
    unit = np.searchsorted(np.cumsum(bodies.share), rng.random(len(rank))).clip(max=len(bodies.units) - 1)
    slot = _slots(bodies, procedures, unit, rng)
    minute = rng.integers(0, LAST_RECEIPT + 1, len(rank))
    due_rank = rank + procedures.days[slot]
    seconds = clock_seconds(minute) + rng.integers(0, 60, len(rank))
    blank = np.zeros(len(rank), dtype=np.int64)
    dossiers = Dossiers(
        calendar,
        day_number(wanted.cutoff) * DAY + DAY - 1,
        unit,
        slot,
        rank,
        due_rank,
        minute,
        calendar.days[rank] * DAY + seconds,
        calendar.days[due_rank] * DAY + seconds,
        blank + NONE,
        blank + OPEN,
        blank.copy(),
        blank.copy(),
        _late_chance(wanted.late, bodies, rng)[unit],
    )
    _finish(dossiers, wanted, rng)
    _set_status(dossiers, wanted.status, rng)
    for aim in wanted.late.aims:
        _meet_lateness(dossiers, aim, rng)
    _supplement(dossiers, rng)
    return dossiers


def _ranks(span: plan.Span, calendar: WorkingDays, scale: float, rng: np.random.Generator) -> Ints:
    days = calendar.ranks_within(span.start, span.end)
    return rng.choice(days, max(1, round(span.dossiers * scale)))


def _slots(bodies: Bodies, procedures: Catalogue, unit: Ints, rng: np.random.Generator) -> Ints:
    """The procedure of each dossier, by what its unit does and how often."""
    slot = np.empty(len(unit), dtype=np.int64)
    owner = np.array([s.body for s in procedures.slots])
    level = np.array([LEVELS.index(s.level) for s in procedures.slots])
    group = np.where(bodies.level == 0, np.arange(len(bodies.units)), -bodies.level)[unit]
    for body in np.unique(group):
        rows = np.flatnonzero(group == body)
        own = np.flatnonzero((owner == body) & ((level == 0) == (body >= 0)))
        weight = procedures.weight[own] / procedures.weight[own].sum()
        slot[rows] = own[np.searchsorted(np.cumsum(weight), rng.random(len(rows))).clip(max=len(own) - 1)]
    return slot


def _late_chance(late: plan.Late, bodies: Bodies, rng: np.random.Generator) -> Floats:
    """The chance of lateness along the units."""
    usual = np.array([getattr(late, unit.level) for unit in bodies.units])
    usual *= np.exp(rng.normal(-0.2, 0.6, len(usual)))
    for unit_id, chance in late.units.items():
        usual[bodies.index[unit_id]] = chance
    return np.asarray(usual.clip(max=0.6))


def _finish(d: Dossiers, wanted: plan.Plan, rng: np.random.Generator) -> None:
    """When each would be ready; what would be ready after the cutoff stays open."""
    n, limit = len(d.rank), d.due_rank - d.rank
    chance = d.late_chance.copy()
    for aim in wanted.late.aims:
        first, last = aim.window
        falls_due = (d.due // DAY >= day_number(first)) & (d.due // DAY <= day_number(last))
        if falls_due.any():
            chance[falls_due] *= float(aim.rate) / chance[falls_due].mean()
    luck = rng.random(n)
    early = np.floor(limit * rng.beta(0.6, 0.6 / wanted.pace - 0.6, n)).astype(np.int64)
    tardy = limit + rng.geometric(0.16, n).clip(max=60)
    offset = np.where(luck < chance, tardy, np.where(luck < chance + PUNCTUAL, limit, early))
    d.finished = _moment(d, d.rank + offset, rng)
    d.finished[d.finished > d.cutoff] = NONE
    d.status[d.finished != NONE] = DONE


def _moment(d: Dossiers, rank: Ints, rng: np.random.Generator) -> Ints:
    """A moment in office hours of the given working days, after receipt, mostly before the due minute."""
    n = len(rank)
    begin = np.where(rank == d.rank, d.minute + 5, 0)
    minute = begin + np.floor(rng.random(n) * (OFFICE_MINUTES - begin)).astype(np.int64)
    before_due = (rank == d.due_rank) & (minute >= d.minute) & (rng.random(n) >= _AFTER_CLOCK)
    minute = np.where(before_due, np.floor(rng.random(n) * (d.minute + 1)).astype(np.int64), minute)
    late_second = clock_seconds(minute) + rng.integers(0, 60, n)
    second = np.where(before_due, np.minimum(late_second, d.due % DAY), late_second)
    days = d.calendar.days
    return np.asarray(days[rank.clip(max=len(days) - 1)] * DAY + second)


def _set_status(d: Dossiers, shares: Mapping[str, plan.Share], rng: np.random.Generator) -> None:
    """Gives a few dossiers the rarer outcomes."""
    plain = np.ones(len(d.rank), dtype=bool)
    for name, share in shares.items():
        recent = d.received_day >= day_number(share.since)
        rows = np.flatnonzero(plain & recent & _fit(d, name))
        weight = d.late_chance[rows] if name == "stuck" else np.ones(len(rows))
        number = min(len(rows), max(1, round(share.rate * int(recent.sum()))))
        chosen = _choose(rows, number, weight, rng)
        plain[chosen] = False
        d.status[chosen] = STATUS[name]
        d.supplements[chosen] += name == "supplement"
        if name == "refused":
            d.finished[chosen] = d.received[chosen] + _REFUSED_AFTER
        elif name != "withdrawn":
            d.finished[chosen] = NONE
    last = int(d.calendar.rank(np.array([d.cutoff // DAY + 1]))[0]) - 1
    d.status[plain & (d.status == OPEN) & (d.rank == last)] = RECEIVED


def _fit(d: Dossiers, name: str) -> Bools:
    """Where an outcome may fall: a withdrawal ends early, what is stuck is long past its due day."""
    if name == "withdrawn":
        return np.asarray((d.finished != NONE) & (d.finished // DAY < d.due // DAY))
    if name == "stuck":
        return d.due // DAY < d.cutoff // DAY - 3
    return np.ones(len(d.rank), dtype=bool)


def _meet_lateness(d: Dossiers, aim: plan.Aim, rng: np.random.Generator) -> None:
    """Moves the fewest dossiers over or under their due day until the window's lateness is exact."""
    first, last = (day_number(day) for day in aim.window)
    within = d.handled & (d.finished // DAY >= first) & (d.finished // DAY <= last)
    excess = int((within & d.late).sum()) - half_up(aim.rate * int(within.sum()))
    _move(d, within, excess, (first, last), rng)


def _move(d: Dossiers, within: Bools, excess: int, window: tuple[int, int], rng: np.random.Generator) -> None:
    """Brings so many late dossiers to their due day, or as many others past it; all stay within the window."""
    if excess > 0:
        fit = within & d.late & (d.due // DAY >= window[0])
        weight = np.ones(len(d.rank))
        delay = np.zeros(len(d.rank), dtype=np.int64)
    else:
        last = int(d.calendar.rank(np.array([window[1] + 1]))[0]) - 1
        fit = within & ~d.late & (d.due_rank + 3 <= last)
        weight = d.late_chance
        delay = rng.integers(1, 4, len(d.rank))
    rows = np.flatnonzero(fit)
    chosen = _choose(rows, min(abs(excess), len(rows)), weight[rows], rng)
    moved = _moment(d, d.due_rank + delay, rng)
    d.finished[chosen] = moved[chosen]


def _choose(rows: Ints, number: int, weight: Floats, rng: np.random.Generator) -> Ints:
    """So many of the rows by their weights; none of none."""
    if number == 0:
        return rows[:0]
    return rng.choice(rows, number, replace=False, p=weight / weight.sum())


def _supplement(d: Dossiers, rng: np.random.Generator) -> None:
    """Some early dossiers waited for papers; a few were asked twice, which QĐ 766 counts as late."""
    span = (d.finished // DAY - d.received_day) * (d.finished != NONE)
    asked = d.handled & ~d.late & (span >= 3) & (rng.random(len(span)) < 0.06)
    d.supplements[asked] = np.where(rng.random(int(asked.sum())) < 0.04, 2, 1)
    d.waiting_days[asked] = 1 + np.floor(rng.random(int(asked.sum())) * (span[asked] - 2)).astype(np.int64)
