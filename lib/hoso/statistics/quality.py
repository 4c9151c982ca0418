"""Data quality (chất lượng dữ liệu): what imports refused, met for the first time, replaced or lack, as frames to be read.

Columns have the words an analyst reads. All is of one province and of everything imported for it, not of a period.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from datetime import date, timedelta
from typing import Any, Final

import narwhals as nw
import pandas as pd
import polars as pl

from ..records import forgotten, parquet
from ..records.daily import is_in, true
from ..records.schema import CLOSING, FACTS
from ..vocabulary.calendar import is_working_day
from .data import Data, frame
from .reasons import STATUS_WORDS

LEVEL_WORDS: Final = {
    "province": "UBND tỉnh", "department": "cấp tỉnh", "district": "cấp huyện", "commune": "cấp xã",
}  # fmt: skip
SYNC_FILES: Final = (
    ".json",
    ".jsonl",
    ".ndjson",
)  # dossiers in JSON are records of the national synchronisation
ABSENT: Final = "không có trong tệp của tỉnh"


def rejects(data: Data) -> pd.DataFrame:
    """Refused rows by file and reason; of a file that was read again, those of its last reading."""
    imports = data.store.frame("imports", data.province.id).sort("imported_at")
    last = imports.unique("sha256", keep="last")
    rows = data.store.frame("rejects", data.province.id).join(last, on="import_id", how="semi")
    counted = (
        rows.group_by("file", "reason").len().sort("len", "file", "reason", descending=[True, False, False])
    )
    return _named(counted, {"file": "tệp", "reason": "lý do loại", "len": "số dòng"})


def unknown_units(data: Data) -> pd.DataFrame:
    """Units that no list names and an export did: their level by the name, the file that met them first, their dossiers."""
    files = data.store.frame("imports", data.province.id).select("import_id", "file")
    units = data.store.frame("units", data.province.id).join(files, on="import_id", how="left")
    counted = frame(data.facts().group_by("unit_id").agg(nw.col("dossier").count().alias("dossiers")))
    known = dict(zip(counted["unit_id"], counted["dossiers"], strict=True))
    rows = [
        (
            row["name"],
            LEVEL_WORDS.get(row["level"], row["level"]),
            row["file"],
            int(known.get(row["unit_id"], 0)),
        )
        for row in units.iter_rows(named=True)
    ]
    table = pd.DataFrame(rows, columns=["đơn vị", "cấp (theo tên)", "gặp lần đầu ở tệp", "hồ sơ"])
    return table.sort_values("hồ sơ", ascending=False, kind="stable", ignore_index=True)


def missing_due(data: Data) -> pd.DataFrame:
    """Dossiers whose export has no due date, by unit: those whose deadline the catalogue gave, and those without any."""
    lacks = {
        "thiếu ngày hẹn trả": nw.col("due_at").is_null(),
        "tính được theo thời hạn TTHC": true("due_computed"),
        "không có hạn": nw.col("due_on").is_null(),
    }
    return _by_unit(data, lacks, "thiếu ngày hẹn trả")


def dateless(data: Data) -> pd.DataFrame:
    """Dossiers that ended (resolved, returned, withdrawn), nobody knows on which day, by unit: they count as pending."""
    ended = {"kết thúc không ghi ngày": is_in("status", CLOSING) & nw.col("closed_on").is_null()}
    return _by_unit(data, ended, "kết thúc không ghi ngày")


def _by_unit(data: Data, tests: dict[str, nw.Expr], wanted: str) -> pd.DataFrame:
    marked = data.facts().select("unit_id", **{name: test.cast(nw.Int64) for name, test in tests.items()})
    sums = [nw.col(name).sum().alias(name) for name in tests]
    counted = frame(marked.group_by("unit_id").agg(nw.len().alias("hồ sơ"), *sums))
    counted = counted[counted[wanted] > 0]
    names = dict(zip(data.units["unit"], data.units["name"], strict=True))
    table = counted.assign(**{"đơn vị": counted["unit_id"].map(names).fillna(counted["unit_id"])})
    table[[*tests, "hồ sơ"]] = table[[*tests, "hồ sơ"]].astype("int64")
    ordered = table.sort_values([wanted, "đơn vị"], ascending=[False, True], kind="stable", ignore_index=True)
    return ordered[["đơn vị", "hồ sơ", *tests]]


def silent_days(data: Data) -> pd.DataFrame:
    """Runs of working days within the span of the data on which a level received no dossier, the longest first."""
    daily = data.daily[data.daily["received_all"] > 0]
    rows = []
    for level in sorted(set(data.daily["level"])):
        days = set(daily.loc[daily["level"] == level, "day"].dt.date)
        for run in _silent(data.first_day, data.last_day, days):
            rows.append(
                (LEVEL_WORDS.get(level, level), pd.Timestamp(run[0]), pd.Timestamp(run[-1]), len(run))
            )
    table = pd.DataFrame(rows, columns=["cấp", "từ ngày", "đến ngày", "ngày làm việc không có hồ sơ"])
    return table.sort_values(
        ["ngày làm việc không có hồ sơ", "từ ngày"], ascending=[False, True], kind="stable", ignore_index=True
    )


def _silent(first: date, last: date, seen: set[date]) -> Iterator[list[date]]:
    """The working days without data, each run of neighbours together."""
    run: list[date] = []
    day = first
    while day <= last:
        if is_working_day(day) and day not in seen:
            run.append(day)
        elif run and day in seen:
            yield run
            run = []
        day += timedelta(1)
    if run:
        yield run


def replaced(data: Data) -> pd.DataFrame:
    """Imports of dossiers: rows new, in place of an earlier row, said before (trùng), refused, blank or headings."""
    rows = data.imports[data.imports["kind"] == "dossiers"]
    said = [json.loads(details)["skipped"].get("unchanged", 0) for details in rows["details"]]
    return pd.DataFrame({
        "tệp": rows["file"], "dòng đọc": rows["read"], "hồ sơ mới": rows["accepted"],
        "thay dòng trước": rows["replaced"], "trùng nguyên văn": said, "bị loại": rows["rejected"],
        "bỏ qua khác": rows["skipped"] - said,
    }).reset_index(drop=True)  # fmt: skip


def national(data: Data) -> pd.DataFrame:
    """The national copy against the province's export by state: how many dossiers one calls this and the other that.

    The store keeps one row a dossier, the later one; the earlier is read from the version of the facts before the
    import that replaced it, as long as the store keeps that version. A dossier of the national records that no export
    of the province names stands as `ABSENT`. Rows that said the same are not written again, so they are in no line
    (see `national_same`). The two copies disagree by design: some systems send local states 5, 6 and 8 as 9.
    """
    imports = data.imports[data.imports["kind"] == "dossiers"]
    is_sync = imports["file"].str.casefold().str.endswith(SYNC_FILES)
    synced = set(imports.loc[is_sync, "import_id"])
    pairs = [
        _pairs(data, row, synced) for row in imports[is_sync | _after(imports, is_sync)].to_dict("records")
    ]
    known = [pair for pair in pairs if pair.height]
    columns = {"national": "bản quốc gia", "local": "bản của tỉnh", "len": "hồ sơ"}
    if not known:
        return pd.DataFrame(columns=list(columns.values()))
    counted = _newest(data, pl.concat(known), synced).group_by("national", "local").len()
    counted = counted.sort("len", "national", descending=[True, False])
    told = counted.with_columns(
        pl.col("national", "local").map_elements(
            lambda state: STATUS_WORDS.get(state, ABSENT), return_dtype=pl.String, skip_nulls=False
        )
    )
    return _named(told, columns)


def national_same(data: Data) -> int:
    """Rows of national records that said word for word what the store had."""
    table = replaced(data)
    sync = table["tệp"].str.casefold().str.endswith(SYNC_FILES)
    return int(table.loc[sync, "trùng nguyên văn"].sum())


def _after(imports: pd.DataFrame, is_sync: pd.Series[bool]) -> pd.Series[bool]:
    """The exports after the first national records that replaced any row."""
    return ~is_sync & (imports["replaced"] > 0) & (is_sync.cumsum() > 0)


def _pairs(data: Data, row: dict[Hashable, Any], synced: set[str]) -> pl.DataFrame:
    """The dossiers one import wrote, each with its national and its local state."""
    of_sync, version = row["import_id"] in synced, int(row["facts_version"])
    given_up = forgotten.read(data.store.root).get("facts", frozenset())
    if given_up & {version, version - 1}:  # what the other side said then is not known any more
        return pl.DataFrame(schema={"dossier": pl.String, "national": pl.Int64, "local": pl.Int64})
    written = (
        _states(data, version).filter(pl.col("import_id") == row["import_id"]).select("dossier", "status")
    )
    before = _states(data, version - 1) if version else _states(data, version).clear()
    other = before.filter(pl.col("import_id").is_in(list(synced)) ^ pl.lit(of_sync)).select(
        "dossier", "status"
    )
    both = written.join(other, on="dossier", how="left" if of_sync else "inner", suffix="_before")
    names = ("status", "status_before") if of_sync else ("status_before", "status")
    return both.select(
        "dossier", national=pl.col(names[0]).cast(pl.Int64), local=pl.col(names[1]).cast(pl.Int64)
    )


def _newest(data: Data, pairs: pl.DataFrame, synced: set[str]) -> pl.DataFrame:
    """One row a dossier: the last state each side gave; the row the store holds now is the newest of its side."""
    by_dossier = pairs.group_by("dossier", maintain_order=True).agg(
        pl.col("national").last(), pl.col("local").drop_nulls().last()
    )
    assert data.version is not None
    both = by_dossier.join(_states(data, data.version), on="dossier", how="left")
    of_sync = pl.col("import_id").is_in(list(synced))
    return both.with_columns(
        national=pl.when(of_sync).then(pl.col("status").cast(pl.Int64)).otherwise("national"),
        local=pl.when(~of_sync).then(pl.col("status").cast(pl.Int64)).otherwise("local"),
    )


def _states(data: Data, version: int) -> pl.DataFrame:
    files = data.store.files("facts", data.province.id, version)
    return parquet.scan(files, FACTS).select("dossier", "status", "import_id").collect()


def _named(rows: pl.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows.select(list(columns)).to_dict(as_series=False), columns=list(columns))
    return table.rename(columns=columns)
