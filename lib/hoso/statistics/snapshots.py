"""Portal snapshots (số liệu đánh giá của Cổng theo ngày lấy): which there are, and the numbers of one.

A snapshot is what the store holds of one period as captured on one day, each endpoint as it stood last that day. The scope
is a province, or the whole country (None), whose units are the provinces. Values join the results table with the source
`portal@<day>`; what the portal did not give stays null, with its flag.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import pandas as pd
import polars as pl

from ..records import schema
from ..records.intake.portal.cells import ABOVE_MAX, DERIVED, NOT_FETCHED
from ..records.intake.portal.document import NATIONAL
from ..records.scores import last_said
from ..records.store import Store
from ..vocabulary.periods import Period
from ..vocabulary.places import Province, names_of
from .data import listed_units, units_of
from .ranks import rank
from .results import COLUMNS

WHOLE_COUNTRY: Final = "34"
NOT_MEASURED: Final = (ABOVE_MAX, DERIVED, NOT_FETCHED)
"""Flags of values that are kept as they came and neither ranked nor compared."""
LISTED: Final = (
    "period", "time_type", "captured_on", "captured_at", "units", "endpoints", "stated", "complete", "incomplete",
    "restated",
)  # fmt: skip
EXTRA: Final = (
    "name", "group", "criterion", "score", "max", "score_delta", "rank", "of", "rank_all", "of_all", "endpoint",
    "captured_on", "stated", "quality_flag", "quality_message",
)  # fmt: skip

_ENDPOINTS: Final = {
    "transparency": "công khai, minh bạch", "handling-satisfaction": "mức độ hài lòng", "dossier-digitized": "số hóa hồ sơ",
    "dvc-progress-tree": "tiến độ giải quyết", "provide-online-tree": "dịch vụ công trực tuyến",
    "formality-online-payment-tree": "thanh toán trực tuyến", "service-results": "tổng điểm", "snapshot": "bảng điểm",
}  # fmt: skip
_REPEATING: Final = {
    "service-results": 2,
    "snapshot": 3,
}  # what other endpoints tell better, the crawler's sheet last
_KEY: Final = ["province_id", "unit_id", "group", "criterion"]
_SCOPE: Final = ["period", "captured_on", "stated"]
_KINDS: Final = {"year": 2, "quarter": 1, "month": 0}


@dataclass(frozen=True)
class Snapshot:
    """One period as captured on one day: its rows (records.schema.SCORES, one a unit and criterion, the best source), and
    the units each endpoint lacks of those it announced."""

    period: Period
    time_type: str
    captured_on: date
    stated: bool
    rows: pl.DataFrame
    lacking: dict[str, str] = field(default_factory=dict)  # endpoint → "100/163"

    @property
    def closed(self) -> bool:
        """Whether the period had ended when it was captured; else the figures are cumulative to that day."""
        return self.period.is_closed(self.captured_on)

    @property
    def complete(self) -> bool:
        return not self.lacking


def listing(store: Store, province: Province | None) -> pd.DataFrame:
    """The snapshots of a scope, oldest first, in the columns LISTED; `incomplete` names endpoints with pages missing,
    `restated` says that numbers were captured anew, and otherwise, within the day."""
    key = ("snapshots", None if province is None else province.id)
    return store.kept(key, lambda: _listing(store, province))


def _listing(store: Store, province: Province | None) -> pd.DataFrame:
    stored = _stored(store, province)
    announced = _announced(store, province)
    found = [
        _listed(rows, announced, province)
        for rows in stored.partition_by(_SCOPE, maintain_order=True)
        if rows.height
    ]
    table = pd.DataFrame(found, columns=list(LISTED))
    return table.sort_values(["captured_on", "period"], kind="stable", ignore_index=True)


def chosen(
    store: Store, province: Province | None, period: Period | str | None = None, on: date | None = None
) -> Snapshot | None:
    """The newest snapshot captured at or before `on` (of a period), stated ones first; None when there is none.

    A period 1/1 to a day is the portal's year as captured on that day.
    """
    asked = period.id if isinstance(period, Period) else period
    key = ("snapshot", None if province is None else province.id, asked, str(on))
    return store.kept(key, lambda: _chosen(store, province, period, on))


def _chosen(
    store: Store, province: Province | None, period: Period | str | None, on: date | None
) -> Snapshot | None:
    stored = _of_period(_stored(store, province), period)
    if on is not None:
        stored = stored.filter(pl.col("captured_on") <= on)
    stored = stored.filter(pl.col("stated") | ~pl.col("stated").any())
    own = ~pl.col("endpoint").str.ends_with(NATIONAL) | pl.lit(province is None)
    if stored.is_empty():
        return None
    # A response for the whole country tells one row of a province: it does not outdate the province's own.
    order = stored.filter(own | ~own.any()).with_columns(
        kind=pl.col("time_type").replace_strict(_KINDS, return_dtype=pl.Int8)
    )
    top = order.sort("captured_on", "kind", "captured_at").row(-1, named=True)
    rows = stored.filter(pl.all_horizontal(pl.col(name) == top[name] for name in _SCOPE))
    newest = last_said(rows)
    lacking = _lacking(newest, _announced(store, province), province)
    best = _best(newest)
    return Snapshot(
        Period.parse(top["period"]), top["time_type"], top["captured_on"], top["stated"], best, lacking
    )


def named_units(store: Store, province: Province) -> pd.DataFrame:
    """All units of a province (statistics.data.units_of), and those that only portal responses name."""
    return store.kept(("named_units", province.id, listed_units()), lambda: _named_units(store, province))


def _named_units(store: Store, province: Province) -> pd.DataFrame:
    known = units_of(store, province)
    told = store.frame("scores", province.id).filter(pl.col("unit_id").is_not_null())
    rows = told.sort("captured_at").unique("unit_id", keep="last", maintain_order=True)
    named = rows.select(unit="unit_id", name="unit_name", level="level").to_dicts()
    only = pd.DataFrame(named, columns=["unit", "name", "level"]).assign(parent=None)
    return pd.concat([known, only.astype("object")]).drop_duplicates("unit", ignore_index=True)


def raw(
    store: Store,
    province: Province,
    period: Period | str | None = None,
    on: date | None = None,
    unit: str | None = None,
) -> pd.DataFrame:
    """The measured rows of one unit (None: the province itself) in that snapshot, in the columns of records.schema.SCORES;
    empty when there is none. This is what the scorecard takes."""
    found = chosen(store, province, period, on)
    rows = schema.empty(schema.SCORES) if found is None else found.rows
    own = pl.col("unit_id").is_null() if unit is None else pl.col("unit_id") == unit
    return pandas(rows.filter(own, measured()))


def snapshot(
    store: Store, province: Province | None, period: Period | str | None = None, on: date | None = None
) -> pd.DataFrame:
    """The rows of that snapshot in the columns of the results table and EXTRA; empty when there is none.

    `score_766` is a unit's total, `score_766_<group>` its groups (value: points; numerator and denominator: points and
    maximum), a criterion its counts (value: their rate). Ranks (1, 2, 2, 4) are those among the units of a level, `rank_all`
    among all; values that were not measured have none.
    """
    found = chosen(store, province, period, on)
    columns = [*COLUMNS, *EXTRA]
    if found is None:
        return pd.DataFrame(columns=columns)
    rows = ranked(found.rows, province).with_columns(
        indicator=_indicator(),
        variant=pl.lit("portal"),
        province=_slugs(),
        unit=pl.col("unit_id"),
        name=pl.col("unit_name"),
        numerator=pl.when(pl.col("criterion").is_null()).then("score").otherwise("numerator"),
        denominator=pl.when(pl.col("criterion").is_null()).then("max").otherwise("denominator"),
        source=pl.format("portal@{}", "captured_on"),
    )
    if period is not None:
        rows = rows.with_columns(period=pl.lit(period if isinstance(period, str) else period.id))
    rate = pl.when(pl.col("denominator") > 0).then(pl.col("numerator") / pl.col("denominator"))
    plain = pl.col("criterion").is_null() | (pl.col("criterion") == "AVERAGE_DAYS")
    rows = rows.with_columns(value=pl.when(plain).then("numerator").otherwise(rate))
    absent = [pl.lit(None).alias(name) for name in columns if name not in rows.columns]
    return pandas(rows.with_columns(absent).select(columns))


def ranked(rows: pl.DataFrame, province: Province | None) -> pl.DataFrame:
    """Rows with `rank`, `of` (among units of the level) and `rank_all`, `of_all` (among all units), for totals and groups.

    Within a province the province itself takes no part.
    """
    marked = rows.with_row_index("_row")
    part = marked.filter(pl.col("criterion").is_null(), measured(), pl.col("score").is_not_null())
    part = part.filter(pl.col("unit_id").is_not_null() if province else pl.lit(True))
    for names, keys in ((("rank", "of"), ["group", "level"]), (("rank_all", "of_all"), ["group"])):
        blocks = [
            block.select(
                "_row",
                pl.Series(names[0], rank(block["score"].to_list()), dtype=pl.Int32),
                pl.lit(block.height, pl.Int32).alias(names[1]),
            )
            for block in part.partition_by(keys)
        ]
        empty = pl.DataFrame(schema={"_row": pl.UInt32, names[0]: pl.Int32, names[1]: pl.Int32})
        marked = marked.join(pl.concat([empty, *blocks]), on="_row", how="left")
    return marked.drop("_row")


def endpoint_title(name: str) -> str:
    """What an endpoint of the portal tells of, for a reader: "tiến độ giải quyết"."""
    return _ENDPOINTS.get(name.removesuffix(NATIONAL), "phản hồi khác của Cổng")


def pandas(rows: pl.DataFrame) -> pd.DataFrame:
    """The rows as a pandas frame: whole numbers that may be missing as Int64, days as dates."""
    return pd.DataFrame(
        {name: pd.Series(rows[name].to_list(), dtype=_dtype(kind)) for name, kind in rows.schema.items()}
    )


def _dtype(kind: pl.DataType) -> Any:
    return "Int64" if kind.is_integer() else "float64" if kind.is_float() else object


def measured() -> pl.Expr:
    """Whether a value was measured: only such are ranked and compared."""
    return pl.col("quality_flag").is_null() | ~pl.col("quality_flag").is_in(list(NOT_MEASURED))


def _stored(store: Store, province: Province | None) -> pl.DataFrame:
    """The rows of a scope: a province's, or what responses for the whole country say of each province."""
    national = pl.col("endpoint").str.ends_with(NATIONAL)
    if province is None:
        return store.frame("scores").filter(national)
    return store.frame("scores", province.id)


def _of_period(rows: pl.DataFrame, period: Period | str | None) -> pl.DataFrame:
    if period is None:
        return rows
    wanted = Period.parse(period) if isinstance(period, str) else period
    own = pl.col("period") == wanted.id
    year = Period.parse(f"{wanted.start.year}@calendar")
    if wanted.rule == "explicit" and wanted.start == year.start:
        own |= (pl.col("period") == year.id) & (pl.col("captured_on") == wanted.end)
    return rows.filter(own)


def _best(rows: pl.DataFrame) -> pl.DataFrame:
    """One row a unit and criterion: that of the endpoint that measures it, before those that repeat it."""
    endpoint = pl.col("endpoint")
    repeated = endpoint.str.ends_with(NATIONAL) + endpoint.replace_strict(
        _REPEATING, default=0, return_dtype=pl.Int8
    )
    ordered = rows.with_columns(
        _empty=pl.col("score").is_null() & pl.col("numerator").is_null() & pl.col("ratio").is_null(),
        _repeated=repeated,
    ).sort("_empty", "_repeated", maintain_order=True)
    best = ordered.unique(_KEY, keep="first", maintain_order=True).drop("_empty", "_repeated")
    return best.sort("unit_id", "group", "criterion", nulls_last=False)


def _listed(
    rows: pl.DataFrame, announced: dict[tuple[str, str, str], int], province: Province | None
) -> dict[str, Any]:
    newest = last_said(rows)
    lacking = _lacking(newest, announced, province)
    first = rows.row(0, named=True)
    return {
        "period": first["period"],
        "time_type": first["time_type"],
        "captured_on": first["captured_on"],
        "captured_at": rows["captured_at"].max(),
        "units": _units(newest, province),
        "endpoints": newest["endpoint"].n_unique(),
        "stated": first["stated"],
        "complete": not lacking,
        "incomplete": ", ".join(f"{endpoint} {count}" for endpoint, count in sorted(lacking.items())),
        "restated": rows["snapshot"].n_unique() > rows.select("province_id", "endpoint").n_unique(),
    }


def _units(rows: pl.DataFrame, province: Province | None) -> int:
    return rows["province_id"].n_unique() if province is None else rows["unit_id"].drop_nulls().n_unique()


def _lacking(
    rows: pl.DataFrame, announced: dict[tuple[str, str, str], int], province: Province | None
) -> dict[str, str]:
    found = {}
    for part in rows.partition_by("endpoint"):
        period, day, endpoint = part.select("period", "captured_on", "endpoint").row(0)
        wanted, held = announced.get((period, str(day), endpoint), 0), _units(part, province)
        if held < wanted:
            found[endpoint] = f"{held}/{wanted}"
    return found


def _announced(store: Store, province: Province | None) -> dict[tuple[str, str, str], int]:
    """How many units the imports announced, by period, day and endpoint."""
    scope = WHOLE_COUNTRY if province is None else province.id
    imports = store.frame("imports").filter(pl.col("kind") == "scores")
    found: dict[tuple[str, str, str], int] = {}
    for one in _all_announced(imports["details"]):
        if one["province_id"] == scope:
            key = (one["period"], one["captured_on"], one["endpoint"])
            found[key] = max(found.get(key, 0), one["units"])
    return found


def _all_announced(details: Iterable[str]) -> Iterable[dict[str, Any]]:
    return (one for text in details for one in json.loads(text)["announced"])


def _indicator() -> pl.Expr:
    total = pl.col("group") == "TOTAL"
    group = pl.format("score_766_{}", "group")
    return pl.coalesce("criterion", pl.when(total).then(pl.lit("score_766")).otherwise(group))


def _slugs() -> pl.Expr:
    """The slug of a province by its id."""
    return pl.col("province_id").map_elements(lambda own: names_of(own)[-1].slug, return_dtype=pl.String)
