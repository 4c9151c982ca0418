"""Counts of procedures (số thủ tục hành chính): how many are offered online, and how many are used.

The province counts the procedures of its catalogue in force on the period's last day, each once. A unit, level or field
counts those of them it had a dossier of, for the catalogue does not say which unit handles which procedure; so units
never add up to the province. Counted from the facts: a ledger by unit, procedure and day would hold three rows for every
four dossiers (Hà Giang's sample: 286.796 for 379.500), and the facts give the counts in 0,1 CPU s.

A dossier belongs to the period by its day of receipt, else of submission (QĐ 766, tiêu chí 3.2); an import refuses
dossiers without a day of receipt, so it is always the former.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import narwhals as nw
import pandas as pd

from ..records.daily import PARTS, true
from ..records.schema import ONLINE_SERVICE
from ..vocabulary.periods import Period
from .counting import Grouping, keyed, keys_of
from .counts import considered, received_in
from .data import Data, frame

Listed = pd.DataFrame  # catalogue rows with what the dossiers of the period show of each
_KEYED: Final = ("unit", "level", "field")

# What a procedure's dossiers of the period show, as expressions over the facts.
_SHOWN: Final[dict[str, Callable[[Period], nw.Expr]]] = {
    "any": considered,
    "received": received_in,
    "online": lambda p: received_in(p) & PARTS["online"](),
    "paid": lambda p: received_in(p) & PARTS["fee_paid"](),
    "citizen": lambda p: considered(p) & true("citizen_data"),
}

# The counts: which procedures of the catalogue.
PROCEDURE_COUNTS: Final[dict[str, Callable[[Listed], Any]]] = {
    "procedures": lambda rows: rows["procedure_id"].notna(),
    "procedures_online": lambda rows: rows["service_level"].isin(ONLINE_SERVICE),
    "procedures_full": lambda rows: rows["service_level"].eq("full"),
    "procedures_partial": lambda rows: rows["service_level"].eq("partial"),
    "procedures_fee": lambda rows: rows["fee"].eq(True),
    "procedures_fee_online": lambda rows: rows["fee"].eq(True) & rows["online_payment"].eq(True),
    "procedures_with_dossiers": lambda rows: rows["received"] > 0,
    "procedures_online_used": lambda rows: rows["service_level"].isin(ONLINE_SERVICE) & (rows["online"] > 0),
    "procedures_fee_paid": lambda rows: rows["fee"].eq(True) & (rows["paid"] > 0),
    "procedures_citizen_data": lambda rows: rows["citizen"] > 0,
}


def countable(by: Grouping) -> bool:
    """Whether procedures are counted in a grouping: not by procedure or channel, where a count would say little."""
    return set(keys_of(by)) <= set(_KEYED)


def counted(data: Data, period: Period, by: Grouping = "province") -> pd.DataFrame:
    """One column a count, one row a group; null for a province without a catalogue, which is not none."""
    key = ("procedures counted", period.id, str(period.start), str(period.end), by)
    return data.once(key, lambda: _counted(data, period, by)).copy()


def _counted(data: Data, period: Period, by: Grouping) -> pd.DataFrame:
    keys = keys_of(by)
    rows = listed(data, period, keys)
    flags = rows[keys].assign(
        **{name: test(rows).astype("float64") for name, test in PROCEDURE_COUNTS.items()}
    )
    if keys:
        return keyed(flags.groupby(keys, dropna=False)[list(PROCEDURE_COUNTS)].sum().reset_index())
    return flags.sum(min_count=1).to_frame().T


def listed(data: Data, period: Period, keys: list[str]) -> Listed:
    """The procedures in force, each with what its dossiers of the period show (_SHOWN), once a group of the key columns."""
    catalogue = data.procedures(period.end).astype(
        {"procedure_id": "object"}
    )  # str for pandas even when empty
    shown = _shown(data, period, keys)
    rows = catalogue.merge(
        shown, on="procedure_id", how="inner" if keys else "left", suffixes=("_listed", "")
    )
    rows[list(_SHOWN)] = rows[list(_SHOWN)].fillna(0)
    return rows


def _shown(data: Data, period: Period, keys: list[str]) -> pd.DataFrame:
    columns = ["unit_id" if key == "unit" else key for key in keys]
    tests = {name: test(period).cast(nw.Int64) for name, test in _SHOWN.items()}
    rows = data.scan().select("procedure_id", *columns, **tests)
    sums = rows.group_by("procedure_id", *columns).agg(*[nw.col(name).sum() for name in _SHOWN])
    table = keyed(frame(sums)).rename(columns={"procedure": "procedure_id"})
    return table[table["any"] > 0]


def names(data: Data, period: Period) -> dict[str, str]:
    """The name of each procedure the catalogue knows on the period's last day, by its id."""
    rows = data.procedures(period.end)
    known = rows[rows["name"].notna()]
    return dict(zip(known["procedure_id"], known["name"], strict=True))
