"""The plan of a province's synthetic exports: how many dossiers, how handled, what the counts must come to.

A plan is data (data/sample/<slug>.toml). The loader is strict: a misspelt key is refused with the known ones listed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from hoso.vocabulary.errors import InputError
from hoso.vocabulary.periods import Period

T = TypeVar("T")


@dataclass(frozen=True)
class Span:
    """So many dossiers received from one day to another, both inside."""

    start: date
    end: date
    dossiers: int


@dataclass(frozen=True)
class Aim:
    """A share that must come out of counting: `rate` of the dossiers of `basis` within the window of `period`.

    `basis`: received (received in the window), closed (ended in it), alive (received or carried over), every (the
    same, by how the dossier ended and by service level). The share is met in each part of the basis on its own, so
    that every definition of the rate prints the same figure.
    """

    period: str
    rate: Fraction
    basis: str = "received"

    @property
    def window(self) -> tuple[date, date]:
        """First and last day."""
        period = Period.parse(self.period)
        return period.start, period.end


@dataclass(frozen=True)
class Bodies:
    """How the dossiers spread over the units: shares of the levels, evenness, and units of a set weight."""

    department: float
    district: float
    commune: float
    spread: float = 0.7
    smallest: float = 0.0  # no unit gets less than this share of its level
    tiny: int = 0  # so many communes get a handful of dossiers only
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Turnover:
    """Procedures of one fate, and how many of them are online, carry a fee, take payment online."""

    procedures: int
    online: int
    fee: int
    payment: int
    online_before: int = 0
    payment_before: int = 0


@dataclass(frozen=True)
class Catalogue:
    """The procedures: those that stay, those replaced by a new one between two days, those added then."""

    unchanged: Turnover
    replaced: Turnover = Turnover(0, 0, 0, 0)
    added: Turnover = Turnover(0, 0, 0, 0)
    changed: tuple[date, date] = (date(2023, 10, 1), date(2024, 6, 1))
    full: float = 0.6  # share of the online procedures that are full-service
    popular: float = 1.0  # how strongly the frequent procedures are the online ones
    offline_weight: float = 1.0  # how frequent the procedures without an online service are


@dataclass(frozen=True)
class Late:
    """Lateness: the share of resolved dossiers by level, units that stand out, and what the windows must come to."""

    department: float
    district: float
    commune: float
    units: Mapping[str, float] = field(default_factory=dict)
    aims: tuple[Aim, ...] = ()


@dataclass(frozen=True)
class Share:
    """A share of the dossiers received since a day."""

    rate: float
    since: date


@dataclass(frozen=True)
class Online:
    """The online channel: shares on given days (between them on a line), by level, and what must come out."""

    days: tuple[tuple[date, float], ...]
    department: float = 0.0  # shifts in log-odds
    district: float = 0.0
    commune: float = 0.0
    spread: float = 0.5
    postal: float = 0.01
    cap: float = 0.0  # units without a set share stay below this share (0: no cap)
    units: Mapping[str, float] = field(default_factory=dict)
    aims: tuple[Aim, ...] = ()
    procedures: int | None = None  # exactly so many procedures have any


@dataclass(frozen=True)
class Flag:
    """A yes-or-no column: its usual share, who has it always, and what must come out.

    `of`: all, resolved (the others are left blank), ended (the others have "no"), fee (dossiers with a fee; "yes" only
    under procedures that take online payment).
    """

    rate: float
    of: str = "all"
    spread: float = 0.5
    complete: int = 0  # so many units of each level have it on every dossier
    procedures: int | None = None
    aims: tuple[Aim, ...] = ()


@dataclass(frozen=True)
class Export:
    """One file: which dossiers, in whose form, as they stood at the end of which day.

    Files are numbered in the order they are imported; a dossier goes to the first listed file that takes it.
    `open_on` makes a second export: the dossiers that were still open on that day, now as they are.
    """

    name: str
    form: str
    levels: tuple[str, ...] = ("department", "district", "commune")
    received: tuple[date, date] | None = None
    channel: str | None = None
    of: tuple[int, int] = (1, 1)  # the n-th of m parts
    as_of: date | None = None
    open_on: date | None = None
    dirt: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """All of it for one province of the era of 63."""

    province: str
    seed: int
    cutoff: date
    pace: float
    spans: tuple[Span, ...]
    bodies: Bodies
    catalogue: Catalogue
    late: Late
    status: Mapping[str, Share]
    online: Online
    flags: Mapping[str, Flag]
    procedures_form: str
    exports: tuple[Export, ...]
    undated: int = (
        0  # every so many-th dossier has no due date in its export; the procedure's limit gives it back
    )


def load(path: Path) -> Plan:
    """The plan in a file. InputError for an unknown or missing key."""
    try:
        return _plan(tomllib.loads(path.read_text("utf-8")), path.name)
    except FileNotFoundError:
        raise InputError(
            "thiếu kế hoạch dữ liệu mô phỏng", where=path.name, expected="data/sample/<tỉnh>.toml"
        ) from None


def _plan(table: dict[str, Any], where: str) -> Plan:
    catalogue, late, online = table["catalogue"], table["late"], table["online"]
    return _build(
        Plan,
        where,
        table
        | {
            "spans": tuple(_build(Span, where, t) for t in table["spans"]),
            "bodies": _build(Bodies, where, table["bodies"]),
            "catalogue": _build(
                Catalogue,
                where,
                catalogue
                | {name: _build(Turnover, where, t) for name, t in catalogue.items() if isinstance(t, dict)},
            ),
            "late": _build(Late, where, late | _aims(late, where)),
            "status": {name: _build(Share, where, t) for name, t in table["status"].items()},
            "online": _build(Online, where, online | _aims(online, where)),
            "flags": {name: _build(Flag, where, t | _aims(t, where)) for name, t in table["flags"].items()},
            "exports": tuple(_build(Export, where, t) for t in table["exports"]),
        },
    )


def _aims(table: Mapping[str, Any], where: str) -> dict[str, tuple[Aim, ...]]:
    """The aims of a table; rates are written as text so that they stay exact ("0.979")."""
    return {
        "aims": tuple(_build(Aim, where, t | {"rate": Fraction(t["rate"])}) for t in table.get("aims", ()))
    }


def _build(cls: type[T], where: str, table: Mapping[str, Any]) -> T:
    known = {f.name for f in fields(cls)}  # type: ignore[arg-type] # every cls here is a dataclass
    unknown = sorted(set(table) - known)
    if unknown:
        raise InputError(
            f"khóa lạ {', '.join(unknown)} trong {cls.__name__}",
            where=where,
            expected=", ".join(sorted(known)),
        )
    needed = {f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING}  # type: ignore[arg-type] # the same
    missing = sorted(needed - set(table))
    if missing:
        raise InputError(
            f"thiếu khóa {', '.join(missing)} trong {cls.__name__}",
            where=where,
            expected=", ".join(sorted(known)),
        )
    return cls(**{key: _frozen(value) for key, value in table.items()})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(v) for v in value) if isinstance(value, list) else value
