"""Dossiers drawn at random as facts, through the real derivation, and stores of them with a real ledger and catalogue."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from hoso.records import ledger, schema
from hoso.records.deadlines import NO_LIMITS
from hoso.records.derive import derive
from hoso.statistics.data import Data
from tests import stores
from tests.statistics.oracle import FLAGS, closed
from tests.stores import HA_GIANG, prepare

FIRST = datetime(2023, 12, 20, 8)
UNITS = {
    "so-tu-phap": "department",
    "so-y-te": "department",
    "huyen-dong-van": "district",
    "huyen-meo-vac": "district",
}
MISSING = [None, False, True]
# The last procedure is in no catalogue; the first was never asked for.
CATALOGUE = [
    {"id": "1.000001", "level": "full", "fee": True, "payable": True},
    {"id": "1.000002", "level": "partial", "fee": True, "payable": False},
    {"id": "1.000003", "level": "information", "fee": False, "payable": False},
    {"id": "1.000004", "level": "full", "fee": False, "payable": None},
    {"id": "1.000005", "level": None, "fee": None, "payable": None},
]
PROCEDURES = [p["id"] for p in CATALOGUE[1:]] + ["1.000099", None]
WINDOWS = (
    "2024-01",
    "2024-02",
    "2024-02@calendar",
    "2024-Q1",
    "2024-01-03..2024-01-03",
    "2023-12-21..2024-03-31",
)


@st.composite
def dossiers(draw: st.DrawFn) -> dict[str, Any]:
    """One dossier with everything a source may say or leave out."""
    received = FIRST + timedelta(days=draw(st.integers(0, 70)), minutes=draw(st.integers(0, 500)))
    status = draw(st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10, 10, 10]))
    ends = st.integers(0, 60).flatmap(
        lambda days: st.integers(0, 600).map(lambda minutes: received + timedelta(days, minutes=minutes))
    )
    unit = draw(st.sampled_from(sorted(UNITS)))
    row = {
        "unit": unit, "tier": UNITS[unit], "procedure": draw(st.sampled_from(PROCEDURES)),
        "field": draw(st.sampled_from(["Hộ tịch", "Đất đai", None])),
        "channel": draw(st.sampled_from(["direct", "online", "postal"])),
        "level": draw(st.sampled_from(["full", "partial", "information", None])), "status": status, "received": received,
        "due": draw(st.none() | st.builds(
            lambda days, at: datetime.combine(received.date() + timedelta(days), at),
            st.integers(-2, 25), st.sampled_from([time(11, 30), time(17), time(23, 59, 59)]),
        )),
        "finished": draw(st.none() | ends), "returned": draw(st.none() | ends),
        "supplements": draw(st.sampled_from([None, 0, 1, 2, 3])), "fee": draw(st.sampled_from(MISSING)),
        "paid": draw(st.sampled_from(MISSING)), **{flag: draw(st.sampled_from(MISSING)) for flag in FLAGS},
    }  # fmt: skip
    row["minutes"] = draw(st.none() | st.integers(0, 9000)) if closed(row) else None
    return row


def facts(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """The facts of drawn dossiers; only the handling time is as drawn, for it has tests of its own."""
    listed = list(rows)
    content = pl.DataFrame(
        [
            {
                "unit_id": r["unit"], "level": r["tier"], "procedure_id": r["procedure"], "field": r["field"],
                "channel": r["channel"], "service_level": r["level"], "status": r["status"], "submitted_at": None,
                "received_at": r["received"], "due_at": r["due"], "finished_at": r["finished"],
                "returned_at": r["returned"], "supplements": r["supplements"], "waiting_minutes": None, "fee": r["fee"],
                "paid_online": r["paid"], **{flag: r[flag] for flag in FLAGS}, "synthetic": True,
            }
            for r in listed
        ],
        schema=schema.CONTENT,
    )  # fmt: skip
    known = pl.Series("handling_minutes", [r["minutes"] for r in listed], pl.Int32)
    derived = derive(content.with_columns(province_id=pl.lit(HA_GIANG.id)), NO_LIMITS)
    named = derived.with_columns(
        known,
        pl.int_range(pl.len()).cast(pl.String).alias("dossier"),
        import_id=pl.lit("i"),
        line=pl.lit(1, pl.Int32),
    )
    return schema.conform(named, schema.FACTS)


def data(rows: Iterable[dict[str, Any]]) -> Data:
    """A store of drawn dossiers, its ledger and the catalogue."""
    folder, table = stores.folder(), facts(rows)
    store = prepare(folder)
    version = store.write("facts", table)
    ledger.rebuild(store, HA_GIANG.id, table["received_month"].unique().to_list(), version)
    store.write("procedures", catalogue())
    return Data(store, HA_GIANG)


def catalogue() -> pl.DataFrame:
    """CATALOGUE as the store keeps it, in force all along."""
    blank = dict.fromkeys(schema.PROCEDURES)
    rows = [
        blank | {
            "province_id": HA_GIANG.id, "procedure_id": p["id"], "name": f"Thủ tục {p['id']}", "service_level": p["level"],
            "fee": p["fee"], "online_payment": p["payable"], "valid_from": date(2020, 1, 1), "synthetic": True,
        }
        for p in CATALOGUE
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema.PROCEDURES)
