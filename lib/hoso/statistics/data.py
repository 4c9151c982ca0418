"""What statistics read: one province's facts, ledger, units and catalogue, at one version of the facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl

from ..records import catalogue, daily, damage, engine, ledger, parquet, repair, schema
from ..records.derive import derive
from ..records.store import Store
from ..vocabulary.errors import NoDataError, StoreError
from ..vocabulary.places import Province, Unit, reference_units
from ..vocabulary.workbook import Edition, edition, reference_file
from .days import Days

_UNIT_COLUMNS = ["unit", "name", "level", "parent"]

T = TypeVar("T")


@dataclass
class Data:
    """One province in the store. Opens a DuckDB connection of its own when it first needs one, used by this object alone.

    Without a version it is that of the facts the newest ledger was built from: an import that is under way, or died, is
    not seen half.

    Raises NoDataError when no dossier of the province was ever imported.
    """

    store: Store
    province: Province
    version: int | None = None
    _ledger_version: int | None = field(default=None, init=False, repr=False)
    _once: dict[tuple[object, ...], Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.version is None:
            repair.refuse_begun(self.store.root)
            self._ledger_version = self.store.version("ledger")
            built = self.store.note("ledger", "facts_version", self._ledger_version)
            self.version = int(built) if built is not None else None
            if built is None and self.store.version("facts") is not None:
                raise StoreError(
                    "không có sổ theo ngày",
                    where=str(self.store.path("ledger")),
                    remedy="chạy: hoso status --repair",
                )
        if not self._is_known():
            raise NoDataError(
                f"chưa có dữ liệu hồ sơ của {self.province.title}",
                where=str(self.store.root),
                expected="ít nhất một lần nạp",
                remedy=f"chạy: hoso import TỆP --province {self.province.slug}",
            )

    def _is_known(self) -> bool:
        """Whether a dossier of the province was imported. The ledger tells it too, and its log is a tenth of the facts'.

        StoreError where the facts' newest commit is lost: the ledger would speak of facts that nobody can show.
        """
        damage.refuse_lost(self.store.path("facts"))
        own = self.province.id
        counted = self._ledger_version is not None and self.store.listed(
            "ledger", own, self._ledger_version, grain="level"
        )
        return bool(counted) or (
            self.version is not None and bool(self.store.listed("facts", own, self.version))
        )

    def kept(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """What is derived from the province's dossiers: in a batch made once for all its reports (records.pinned).

        At a version of the caller's choice it is made each time. What comes back may be changed by nobody.
        """
        if self._ledger_version is None:
            return make()
        own = (type(self).__name__, self.province.id, self.version, self._ledger_version, listed_units())
        return self.store.kept((*own, *key), make)

    def once(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """The same, and read by this object once: nobody may change it."""
        if key not in self._once:
            self._once[key] = self.kept(key, make)
        found: T = self._once[key]
        return found

    def facts(self) -> nw.LazyFrame[Any]:
        """The dossiers (columns: records.schema.FACTS), lazily: on DuckDB, or on the Spark of records.engine."""
        address = engine.chosen()
        return self._read(self._facts_files) if address is None else self._on_spark(address)

    def scan(self) -> nw.LazyFrame[Any]:
        """The same on polars, where not on Spark: in a fresh process its first look costs a third of DuckDB's, so reports
        count on it."""
        address = engine.chosen()
        if address is not None:
            return self._on_spark(address)
        return nw.from_native(parquet.scan(self._facts_files, schema.FACTS))

    def ledger(self) -> nw.LazyFrame[Any]:
        """The daily counts (records.daily), lazily, on polars, built from the same version of the facts.

        StoreError when the facts were opened at a version of the caller's choice: there the facts alone are read.
        """
        if not self._has_ledger:
            return nw.from_native(self._counted.lazy())
        return nw.from_native(ledger.scan(self._ledger_files("unit")))

    def totals(self) -> nw.LazyFrame[Any]:
        """The same added up by level and day (columns and order: records.ledger.scan_totals)."""
        if not self._has_ledger:
            return daily.totals(self.ledger())
        return nw.from_native(ledger.scan_totals(self._ledger_files("level")))

    @property
    def _has_ledger(self) -> bool:
        """Whether the ledger has all counts of this program; StoreError where none was opened."""
        if self._ledger_version is None:
            raise StoreError(
                f"chưa mở sổ theo ngày của phiên bản dữ liệu {self.version}",
                where=str(self.store.path("ledger")),
                expected="phiên bản mới nhất",
                remedy="đếm từ dữ liệu hồ sơ",
            )
        return ledger.is_whole(self.store, self._ledger_version)

    @cached_property
    def _counted(self) -> pl.DataFrame:
        """The daily counts anew from the facts: the ledger is of a program that did not count all of it yet."""
        counted: pl.DataFrame = self.kept(
            ("counted",), lambda: daily.build(self.scan()).collect().to_native()
        )
        return counted

    def _on_spark(self, address: str) -> nw.LazyFrame[Any]:
        """The facts where they are many. The ledger is small whatever the facts are, and stays in this process."""
        from ..records import spark

        return spark.facts(address, self.store.path("facts"), self._facts_files)

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        engine = duckdb.connect()
        engine.execute("set enable_progress_bar = false")  # it draws one where a query takes seconds
        return engine

    @cached_property
    def _facts_files(self) -> list[str]:
        return self.store.files("facts", self.province.id, self.version)

    def _ledger_files(self, grain: str) -> list[str]:
        return self.store.files("ledger", self.province.id, self._ledger_version, grain=grain)

    def _read(self, files: list[str]) -> nw.LazyFrame[Any]:
        return nw.from_native(self._connection.sql(parquet.query(files, schema.FACTS)))

    @cached_property
    def daily(self) -> pd.DataFrame:
        """The ledger by level and day: level, day, one column a count. Any window of the province is a sum of its rows."""
        return self.kept(("daily",), self._daily)

    def _daily(self) -> pd.DataFrame:
        added = self.totals().group_by("level", "day").agg(nw.col(daily.COLUMNS).sum()).sort("level", "day")
        days = frame(added)
        return days.assign(day=pd.to_datetime(days["day"]))

    @cached_property
    def days(self) -> Days:
        """The same added up from the first day on."""
        return self.kept(("days",), lambda: Days.of(self.totals().to_native().collect()))

    @cached_property
    def units(self) -> pd.DataFrame:
        """All units of the province (units_of)."""
        return self.kept(("units",), lambda: units_of(self.store, self.province))

    def procedures(self, on: date) -> pd.DataFrame:
        """The catalogue in force on a day: one row a procedure (records.schema.PROCEDURES)."""
        return self.once(("procedures", str(on)), lambda: self._procedures(on)).copy()

    def _procedures(self, on: date) -> pd.DataFrame:
        rows = self.store.frame("procedures", self.province.id)
        catalogue = pd.DataFrame(rows.to_dict(as_series=False), columns=list(schema.PROCEDURES))
        started = ~(pd.to_datetime(catalogue["valid_from"]) > pd.Timestamp(on))  # no day: always in force
        newest = (
            catalogue[started]
            .sort_values("valid_from", na_position="first", kind="stable")
            .drop_duplicates("procedure_id", keep="last")
        )
        lasting = ~(pd.to_datetime(newest["valid_to"]) < pd.Timestamp(on))
        return newest[lasting].reset_index(drop=True)

    @cached_property
    def imports(self) -> pd.DataFrame:
        """The imports of the province's dossiers and procedures, oldest first; portal responses are no source of theirs."""
        return self.kept(("imports",), self._imports)

    def _imports(self) -> pd.DataFrame:
        rows = self.store.frame("imports", self.province.id).sort("imported_at")
        rows = rows.filter(pl.col("kind") != "scores")
        return pd.DataFrame(rows.to_dict(as_series=False), columns=list(schema.IMPORTS))

    @cached_property
    def taken_on(self) -> date | None:
        """The day (in Việt Nam) of the last import of dossiers: what happened later is not in the data."""
        return self.kept(("taken_on",), self._taken_on)

    def _taken_on(self) -> date | None:
        moments = self.imports.loc[self.imports["kind"] == "dossiers", "imported_at"]
        return None if moments.empty else (moments.max() + pd.Timedelta(hours=7)).date()

    @cached_property
    def synthetic(self) -> bool:
        """Whether any dossier of the province is synthetic (dữ liệu mô phỏng); then every page says so."""
        return self._extent[2]

    @cached_property
    def _extent(self) -> tuple[date, date, bool]:
        """First day, last day, whether anything is synthetic: one look through the facts."""
        return self.kept(("extent",), self._looked_through)

    def _looked_through(self) -> tuple[date, date, bool]:
        told = frame(
            self.scan().select(
                nw.col("received_on").min().alias("first"),
                nw.col("received_on").max().alias("received"),
                nw.col("closed_on").max().alias("closed"),
                nw.col("synthetic").fill_null(False).max().alias("synthetic"),
            )
        ).iloc[0]
        ends = [pd.Timestamp(day).date() for day in told[["received", "closed"]] if not pd.isna(day)]
        return pd.Timestamp(told["first"]).date(), max(ends), bool(told["synthetic"])

    @property
    def first_day(self) -> date:
        """The first day a dossier was received: before it there is nothing to compare with."""
        return self._extent[0]

    @property
    def last_day(self) -> date:
        """The last day a dossier was received or closed: how far the data reach."""
        return self._extent[1]


@dataclass
class Rederived(Data):
    """The same province for `hoso verify`: whatever is computed from a dossier's content is computed again.

    So a figure is proved from what the exports said, not from columns an import once derived from it; deadlines from the
    time limits of the catalogue that these facts were derived with.
    """

    def facts(self) -> nw.LazyFrame[Any]:
        """The dossiers with their derived columns made anew, on polars."""
        return self.scan()

    def scan(self) -> nw.LazyFrame[Any]:
        return nw.from_native(self._rows.lazy())

    @cached_property
    def _rows(self) -> pl.DataFrame:
        content = ["province_id", *schema.CONTENT]
        rows: pl.DataFrame = parquet.scan(self._facts_files, schema.FACTS).select(content).collect()
        return derive(rows, catalogue.limits_used(self.store, self.province.id, self.version))


def dossiers(store: Store, province: Province) -> Data | None:
    """The province's dossiers, None where none was ever imported: scores may be there all the same."""
    try:
        return Data(store, province)
    except NoDataError:
        return None


def listed_units() -> Edition | None:
    """Which edition of the reference list of units is read: a person may edit it while a batch runs."""
    return edition(reference_file("units_63.tsv"))


def units_of(store: Store, province: Province) -> pd.DataFrame:
    """All units of a province: unit, name, level, parent; the reference list first, then those exports named."""
    registered = [
        Unit(r["unit_id"], r["name"], r["level"], r["parent_id"], province.id)
        for r in store.frame("units", province.id).iter_rows(named=True)
    ]
    rows = [(u.id, u.name, u.level, u.parent) for u in (*reference_units(province.id), *registered)]
    return pd.DataFrame(rows, columns=_UNIT_COLUMNS, dtype="object").drop_duplicates(
        "unit", ignore_index=True
    )


def frame(lazy: nw.LazyFrame[Any]) -> pd.DataFrame:
    """A lazy frame's rows as pandas, whatever engine it runs on."""
    native = lazy.to_native()
    if isinstance(native, duckdb.DuckDBPyRelation):
        table: pd.DataFrame = native.df()
        return table
    if lazy.implementation.is_spark_like():
        from ..records import spark

        return pd.DataFrame(spark.rows(native))
    rows = lazy.collect()
    return pd.DataFrame({name: _values(rows[name]) for name in rows.columns})


def _values(column: nw.Series[Any]) -> Any:
    """A column for pandas: whole numbers as they are, a third of the time of a page; the rest one by one."""
    whole = column.dtype == nw.Int64 and len(column) and not column.null_count()
    return column.to_numpy() if whole else column.to_list()
