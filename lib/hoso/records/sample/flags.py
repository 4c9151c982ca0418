"""The channel and the yes-or-no columns of the dossiers, so that every share a plan aims at comes out when counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from . import plan
from .bodies import LEVELS, Bodies
from .catalogue import Catalogue
from .clock import day_number
from .draw import NEW, WITHDRAWN, Dossiers
from .shares import chance, goals, half_up, log_odds, pick

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DIRECT: Final = 0
ONLINE: Final = 1
POSTAL: Final = 2
UNKNOWN: Final = -1  # a flag the source left blank


@dataclass(frozen=True)
class Ground:
    """What the shares are drawn on: the dossiers, their units, and the catalogue row of each."""

    dossiers: Dossiers
    bodies: Bodies
    row: Ints
    services: Ints  # 0 information, 1 partial, 2 full, along the dossiers
    fee: Bools
    payable: Bools  # the procedure takes online payment


def ground(dossiers: Dossiers, bodies: Bodies, procedures: Catalogue) -> Ground:
    """The catalogue's words brought to the dossiers."""
    row = procedures.row_on(dossiers.slot, dossiers.received_day)
    rows = procedures.rows
    kinds = rows["service_level"].replace_strict(
        {"information": 0, "partial": 1, "full": 2}, return_dtype=pl.Int64
    )
    fee, payment = rows["fee"].to_numpy()[row], rows["online_payment"].to_numpy()[row]
    return Ground(dossiers, bodies, row, kinds.to_numpy()[row], fee, fee & payment)


def parts(g: Ground, aim: plan.Aim) -> list[Bools]:
    """The dossiers an aim speaks of, in the parts that must each meet it."""
    d = g.dossiers
    first, last = (day_number(day) for day in aim.window)
    received = (d.received_day >= first) & (d.received_day <= last) & d.in_scope
    closed = (d.closed_day >= first) & (d.closed_day <= last)
    if aim.basis == "received":
        return [received]
    if aim.basis == "closed":
        return [closed & d.handled, closed & (d.status == WITHDRAWN)]
    carried = (d.received_day < first) & d.in_scope & ((d.closed_day < 0) | (d.closed_day >= first))
    if aim.basis == "alive":
        return [received, carried]
    ends = (closed & d.handled, closed & (d.status == WITHDRAWN), ~closed)
    services = (g.services == 2, g.services == 1, g.services == 0)
    return [came & end & kind for kind in services for came in (received, carried) for end in ends]


def channel(g: Ground, wanted: plan.Online, rng: np.random.Generator) -> Ints:
    """DIRECT, ONLINE or POSTAL along the dossiers."""
    d = g.dossiers
    p = np.where(g.services > 0, _online_chance(g, wanted, rng), 0.0)
    online = rng.random(len(p)) < p
    set_units = np.isin(d.unit, [g.bodies.index[name] for name in wanted.units])
    p, keep = _only_procedures(g, p, wanted.procedures, wanted.aims, rng)
    if wanted.procedures:
        online &= p > 0
    for aim in wanted.aims:
        _meet_units(g, online, p, wanted, aim, rng)
        _meet(
            online, np.where(set_units, 0.0, p), parts(g, aim), aim.rate, keep, rng, fixed=online & set_units
        )
    online |= d.status == NEW  # what waits to be received came over the network
    postal = ~online & (rng.random(len(p)) < wanted.postal)
    return np.where(online, ONLINE, np.where(postal, POSTAL, DIRECT))


def _online_chance(g: Ground, wanted: plan.Online, rng: np.random.Generator) -> Floats:
    days = np.array([day_number(day) for day, _ in wanted.days])
    usual = np.interp(g.dossiers.received_day, days, [rate for _, rate in wanted.days])
    shift = np.array([getattr(wanted, unit.level) for unit in g.bodies.units])
    shift += rng.normal(0, wanted.spread, len(shift))
    p = chance(log_odds(usual) + shift[g.dossiers.unit])
    return p.clip(max=wanted.cap) if wanted.cap else p


def _meet_units(
    g: Ground, online: Bools, p: Floats, wanted: plan.Online, aim: plan.Aim, rng: np.random.Generator
) -> None:
    """Units with a set share get it in the aim's window."""
    within = np.logical_or.reduce(parts(g, aim))
    for unit_id, rate in wanted.units.items():
        rows = np.flatnonzero(within & (g.dossiers.unit == g.bodies.index[unit_id]))
        goal = half_up(Fraction(str(rate)) * len(rows))
        pick(online, rows, p[rows], goal, np.zeros(len(rows), dtype=bool), rng)


def _meet(
    flag: Bools,
    p: Floats,
    masks: list[Bools],
    rate: Fraction,
    keep: Bools,
    rng: np.random.Generator,
    fixed: Bools,
) -> None:
    """Each part gets the share of its size that the rate says; what is fixed already counts towards it."""
    for mask, goal in zip(masks, goals([int(m.sum()) for m in masks], rate), strict=True):
        rows = np.flatnonzero(mask & ~fixed & ((p > 0) | flag))
        pick(flag, rows, p[rows], goal - int((mask & fixed).sum()), keep[rows], rng)


def _only_procedures(
    g: Ground, p: Floats, number: int | None, aims: tuple[plan.Aim, ...], rng: np.random.Generator
) -> tuple[Floats, Bools]:
    """Leaves a chance to the most frequent procedures only, and marks one dossier of each that must have it."""
    keep = np.zeros(len(p), dtype=bool)
    if number is None:
        return p, keep
    first, last = (day_number(day) for day in aims[0].window)
    day = g.dossiers.received_day
    within = np.flatnonzero((p > 0) & g.dossiers.handled & (day >= first) & (day <= last))
    counts = np.bincount(g.row[within])
    met = np.flatnonzero(counts)  # at a small scale fewer than asked for
    chosen = met[np.argsort(-counts[met], kind="stable")][:number]
    for procedure in chosen:
        keep[rng.choice(within[g.row[within] == procedure])] = True
    return np.where(np.isin(g.row, chosen), p, 0.0), keep


def flag(g: Ground, wanted: plan.Flag, rng: np.random.Generator) -> Ints:
    """0, 1 or UNKNOWN along the dossiers."""
    d = g.dossiers
    every = np.ones(len(d.unit), dtype=bool)
    known, candidates = {
        "all": (every, every),
        "resolved": (d.handled, every),
        "ended": (every, d.handled),
        "fee": (g.fee, g.payable),
    }[wanted.of]
    complete = np.isin(d.unit, list(_complete(g.bodies, wanted.complete, rng)))
    shift = (
        rng.normal(0, wanted.spread, len(g.bodies.units)) if wanted.spread else np.zeros(len(g.bodies.units))
    )
    usual = (
        chance(log_odds(np.full(len(shift), wanted.rate)) + shift)[d.unit]
        if wanted.rate
        else np.zeros(len(d.unit))
    )
    p = np.where(known & candidates, np.where(complete, 1.0, usual), 0.0)
    p, keep = _only_procedures(g, p, wanted.procedures, wanted.aims, rng)
    value = rng.random(len(p)) < p
    for aim in wanted.aims:
        masks = [mask & known for mask in parts(g, aim)]
        _meet(value, p, masks, aim.rate, keep, rng, fixed=np.zeros(len(p), dtype=bool))
    return np.where(known, value.astype(np.int64), UNKNOWN)


def _complete(bodies: Bodies, number: int, rng: np.random.Generator) -> Iterator[int]:
    """So many units of each level."""
    for level in range(len(LEVELS)):
        own = np.flatnonzero(bodies.level == level)
        yield from rng.choice(own, min(number, len(own)), replace=False).tolist()
