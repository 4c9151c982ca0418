"""Drill-down (mở số liệu đến từng hồ sơ): the pseudonymised dossiers behind a figure, and why each counts.

The dossiers are chosen by the very expressions that count them (statistics.counts), so the rows in the numerator are as
many as the numerator says. No citizen's datum and no dossier id is read: `hồ sơ` is the first digits of the keyed hash.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import narwhals as nw
import pandas as pd

from ..records import keys
from ..records.schema import FLAGS
from ..vocabulary.errors import UsageError
from ..vocabulary.periods import Period
from .counting import DIMENSIONS
from .counts import COUNTS, between, considered
from .data import Data, frame
from .definitions import definitions
from .procedures import PROCEDURE_COUNTS, listed
from .reasons import CHANNEL_WORDS, SERVICE_WORDS, STATUS_WORDS, why
from .results import MINUTES_A_DAY

Key = dict[str, Any]
TOP, BOTTOM, COUNTED, WHY, SIDE = "tử số", "mẫu số", "tính", "vì sao", "vế"
_DAYS: Final = ("received_on", "due_on", "closed_on", "overdue_on", "late_on")
_TOLD: Final = (
    "channel", "service_level", "status", "deadline_at", "finished_at", "returned_at", *_DAYS, "late_by_clock",
    "supplements", "handling_minutes", "fee", "paid_online", *FLAGS,
)  # fmt: skip
_READ: Final = ("dossier", "unit_id", "procedure_id", "field", *_TOLD)
_OF_THE_RATE: Final = ("gap", "lacking")  # what a verdict says of a rate: its dossiers are the rate's
_COLUMN: Final = {"unit": "unit_id", "procedure": "procedure_id"}


def dossiers(data: Data, key: Key, uncounted: bool = False) -> pd.DataFrame:
    """The dossiers behind the figure of a key, one row each, those first that are not in the numerator.

    A rate has the columns `tử số` and `mẫu số`, a count `tính`: what a dossier adds (1, of a handling time its minutes), so
    that the column adds up to the figure. `uncounted` adds the dossiers of the period that count in neither. A difference
    has the dossiers of both sides (`vế`), of two counts without those that stand in both. A rate of procedures has
    procedures. UsageError for a figure that no dossiers stand behind.
    """
    if key["kind"] == "result":
        return _of_result(data, key, uncounted)
    if key["kind"] in _OF_THE_RATE:
        return _of_result(data, key | {"kind": "result", "part": "value"}, uncounted)
    if key["kind"] in ("difference", "growth"):
        return _of_two(data, key["a"], key["b"])
    raise UsageError("không mở được số này thành hồ sơ", expected="số đếm hoặc tỷ lệ tính từ hồ sơ")


def _of_result(data: Data, key: Key, uncounted: bool) -> pd.DataFrame:
    period, names = Period.parse(key["period"]), counts_of(key)
    if names[0] in PROCEDURE_COUNTS:
        return _procedures(data, key, period, names)
    return _told(data, _rows(data, key, period, names, uncounted), period, names)


def counts_of(key: Key) -> tuple[str, ...]:
    """The counts a key of the results table stands for: one of a count or of a part, a rate's numerator and denominator."""
    if key["variant"] is None:
        return (key["indicator"],)
    period = Period.parse(key["period"])
    indicator = definitions().on(period.end).indicator(key["indicator"], key["variant"])
    part = key.get("part", "value")
    if part == "value":
        return indicator.numerator, indicator.denominator
    return (indicator.numerator if part == "numerator" else indicator.denominator,)


def _rows(data: Data, key: Key, period: Period, names: tuple[str, ...], uncounted: bool) -> pd.DataFrame:
    """The facts of the dossiers: the columns of _READ, whether each is in a count (in0, in1) and what it adds (adds0, …)."""
    facts = data.facts()
    for name in DIMENSIONS:
        if key.get(name) is not None:
            facts = facts.filter(nw.col(_COLUMN.get(name, name)) == key[name])
    tests = {f"in{i}": COUNTS[name].test(period) for i, name in enumerate(names)}
    adds = {f"adds{i}": COUNTS[name].each(period) for i, name in enumerate(names)}
    rows = facts.select(*_READ, touched=considered(period) | between("received_on", period), **tests, **adds)
    wanted = nw.col("touched") if uncounted else nw.lit(False)
    for name in tests:
        wanted |= nw.col(name)
    table = frame(rows.filter(wanted))
    return table.sort_values([*tests, "received_on", "dossier"], kind="stable", ignore_index=True)


def _told(data: Data, rows: pd.DataFrame, period: Period, names: tuple[str, ...]) -> pd.DataFrame:
    """The rows as an analyst reads them."""
    units = dict(zip(data.units["unit"], data.units["name"], strict=True))
    titles = [COUNTED] if len(names) == 1 else [TOP, BOTTOM]
    parts = {title: rows[f"adds{i}"].where(rows[f"in{i}"]) for i, title in enumerate(titles)}
    return pd.DataFrame({
        "hồ sơ": [keys.short(digest) for digest in rows["dossier"]],
        "đơn vị": rows["unit_id"].map(units).fillna(rows["unit_id"]),
        "mã TTHC": rows["procedure_id"],
        "lĩnh vực": rows["field"],
        "hình thức nộp": rows["channel"].map(CHANNEL_WORDS),
        "tiếp nhận": pd.to_datetime(rows["received_on"]),
        "hẹn trả": pd.to_datetime(rows["due_on"]),
        "kết thúc": pd.to_datetime(rows["closed_on"]),
        "trạng thái": rows["status"].map(STATUS_WORDS),
        "bổ sung": rows["supplements"].astype("Int64"),
        "số ngày giải quyết": rows["handling_minutes"].astype("Float64") / MINUTES_A_DAY,
        **{title: part.fillna(0).astype("int64") for title, part in parts.items()},
        WHY: list(_reasons(rows, period, names)),
    })  # fmt: skip


def _reasons(rows: pd.DataFrame, period: Period, names: tuple[str, ...]) -> Iterator[str]:
    """Why each counts, or does not."""
    counted = rows[[f"in{i}" for i in range(len(names))]].any(axis=1)
    known = pd.DataFrame({name: _values(rows[name]) for name in _TOLD}, dtype="object")
    for row, isin in zip(known.itertuples(index=False, name="Dossier"), counted, strict=True):
        told = why(row, period, names)
        yield told if isin else f"không tính: {told}"


def _values(column: pd.Series[Any]) -> pd.Series[Any]:
    """A column as Python's own values with None where nothing was given, whatever engine gave it."""
    if column.name in _DAYS:
        column = pd.to_datetime(column).dt.date
    return column.astype("object").where(column.notna(), None)


def _procedures(data: Data, key: Key, period: Period, names: tuple[str, ...]) -> pd.DataFrame:
    """The procedures behind a count or rate of procedures."""
    rows = listed(data, period, [name for name in ("unit", "level", "field") if key.get(name) is not None])
    for name in ("unit", "level", "field"):
        if key.get(name) is not None:
            rows = rows[rows[name] == key[name]]
    counted = pd.DataFrame({name: PROCEDURE_COUNTS[name](rows).astype("int64") for name in names})
    shown = pd.DataFrame({
        "mã TTHC": rows["procedure_id"], "tên": rows["name"],
        "mức độ": rows["service_level"].map(SERVICE_WORDS).fillna("không ghi"),
        "có phí": rows["fee"].map({True: "có", False: "không"}).fillna("không ghi"),
        "thanh toán trực tuyến": rows["online_payment"].map({True: "có", False: "không"}).fillna("không ghi"),
        "hồ sơ tiếp nhận": rows["received"].astype("int64"), "nộp trực tuyến": rows["online"].astype("int64"),
    })  # fmt: skip
    titles = [COUNTED] if len(names) == 1 else [TOP, BOTTOM]
    whole = shown.assign(**dict(zip(titles, (counted[name] for name in names), strict=True)))
    ordered = whole[whole[titles].any(axis=1)].sort_values([titles[0], "mã TTHC"], kind="stable")
    return ordered.reset_index(drop=True)


def _of_two(data: Data, a: Key, b: Key) -> pd.DataFrame:
    """The dossiers of both sides of a comparison."""
    if _is_rest(a, b):
        whole = dossiers(data, a | {"part": "value"})
        left = whole[(whole[BOTTOM] > 0) & (whole[TOP] == 0)].reset_index(drop=True)
        return left.drop(columns=[TOP]).rename(columns={BOTTOM: COUNTED})
    sides = [dossiers(data, a).assign(**{SIDE: "số này"}), dossiers(data, b).assign(**{SIDE: "số so sánh"})]
    if all(COUNTED in side for side in sides):
        sides[1] = sides[1].assign(**{COUNTED: -sides[1][COUNTED]})
        both = set(sides[0].iloc[:, 0]) & set(sides[1].iloc[:, 0])
        sides = [side[~side.iloc[:, 0].isin(both)] for side in sides]
    return pd.concat(sides, ignore_index=True)


def _is_rest(a: Key, b: Key) -> bool:
    """Whether a difference is a denominator less its own numerator."""
    parts = {name: value for name, value in a.items() if name != "part"}
    same = parts == {name: value for name, value in b.items() if name != "part"}
    return same and (a.get("part"), b.get("part")) == ("denominator", "numerator")
