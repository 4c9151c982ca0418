"""Reading the Parquet files of the store: the one place that meets files of another year's columns.

A column that was not there yet when a file was written is empty in it; one that is no longer kept is left out; an integer
that was narrower then is widened. What comes out has the columns asked for, in their order and types, on either engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from . import schema

_SQL: Final[Mapping[Any, str]] = {
    pl.String: "VARCHAR",
    pl.Date: "DATE",
    pl.Boolean: "BOOLEAN",
    pl.Int8: "TINYINT",
    pl.Int16: "SMALLINT",
    pl.Int32: "INTEGER",
    pl.Int64: "BIGINT",
    pl.Float64: "DOUBLE",
    pl.Datetime: "TIMESTAMP",
}
_WIDENED: Final = pl.ScanCastOptions(integer_cast="upcast", float_cast="upcast")


def scan(
    files: Sequence[str], columns: Mapping[str, Any], partitions: Sequence[str] = schema.PARTITIONS
) -> pl.LazyFrame:
    """The rows of live files of a table, lazily, on polars; none when there are no files.

    partitions: those of the columns that the files' paths tell, where it is not those of the facts.
    """
    if not files:
        return schema.empty(dict(columns)).lazy()
    return pl.scan_parquet(
        list(files),
        schema=dict(columns),
        hive_partitioning=bool(partitions),
        hive_schema={name: columns[name] for name in partitions if name in columns} or None,
        missing_columns="insert",
        extra_columns="ignore",
        cast_options=_WIDENED,
    )


def query(
    files: Sequence[str], columns: Mapping[str, Any], partitions: Sequence[str] = schema.PARTITIONS
) -> str:
    """The same as a query of DuckDB's."""
    empty = ", ".join(f'null::{_sql(kind)} as "{name}"' for name, kind in columns.items())
    if not files:
        return f"select {empty} where false"
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    types = ", ".join(f"'{name}': {_sql(columns[name])}" for name in partitions if name in columns)
    hive = f"hive_partitioning=true, hive_types={{{types}}}" if types else "hive_partitioning=false"
    read = f"select * from read_parquet([{listed}], union_by_name=true, {hive})"
    chosen = ", ".join(f'"{name}"::{_sql(kind)} as "{name}"' for name, kind in columns.items())
    # The query of no rows names what no file has.
    return f"select {chosen} from ({read} union all by name select {empty} where false)"


def _sql(kind: Any) -> str:
    return _SQL[kind if isinstance(kind, type) else type(kind)]
