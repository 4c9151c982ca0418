"""Spark (cụm máy tính): one session a process, and the facts as a Spark frame, read from the files Delta lists.

A cluster needs neither hoso nor Python on its machines: the expressions are Spark's own by then. It needs the store at the
same path. Files and columns are named to Spark, never searched for, so it reads the very version that was asked for, and a
file written before a column existed has it empty.
"""

from __future__ import annotations

import atexit
import os
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import narwhals as nw
import polars as pl

from ..vocabulary.errors import EngineError
from . import engine, schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

READY_SECONDS: Final = 120.0
"""How long a cluster that answers may take to give the first executor: it may be letting go of the last report's."""
_OPTIONS: Final = {
    "spark.app.name": "hoso",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    # Otherwise each operator of an expression notes where in Python it stood, which costs more than the counting.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
}
# A time without a zone is what an export says; Spark must not move it by the zone of whoever asks.
_SESSION: Final = {"spark.sql.session.timeZone": "UTC"}
_TYPES: Final = {
    pl.String: "string",
    pl.Boolean: "boolean",
    pl.Int8: "tinyint",
    pl.Int16: "smallint",
    pl.Int32: "int",
    pl.Int64: "bigint",
    pl.Float64: "double",
    pl.Date: "date",
    pl.Datetime: "timestamp_ntz",
}
_LONGEST: Final = 300  # characters of what Spark says of a failure
_SESSIONS: Final[dict[tuple[int, str], SparkSession]] = {}  # by process: a fork cannot use its parent's
_OPENING: Final = threading.Lock()

T = TypeVar("T")


def facts(address: str, folder: Path, files: Sequence[str]) -> nw.LazyFrame[Any]:
    """The dossiers in the given files of the table in `folder` (columns: schema.FACTS), lazily.

    EngineError when no Spark can be had at the address.
    """
    session = opened(address)
    columns = ", ".join(f"`{name}` {_type(kind)}" for name, kind in schema.FACTS.items())
    reader = session.read.schema(columns).option("basePath", f"file:{folder.resolve()}")
    found = _told(address, lambda: reader.parquet(*map(_path, files)))
    lazy: nw.LazyFrame[Any] = nw.from_native(found)
    return lazy


def rows(native: DataFrame) -> dict[str, list[Any]]:
    """What a Spark frame gives, column by column: numbers, texts, days and moments as Python has them.

    EngineError, with Spark's own first line, when it fails.
    """
    table = _told("Spark", native.collect)
    return {name: [row[at] for row in table] for at, name in enumerate(native.columns)}


def opened(address: str) -> SparkSession:
    """This process's session there, opened at first use and closed at its end."""
    with _OPENING:
        found = _SESSIONS.get((os.getpid(), address))
        if found is None:
            found = _SESSIONS[os.getpid(), address] = _open(address)
            atexit.register(_close, os.getpid(), found)
    return found


def release() -> None:
    """Closes this process's sessions: what they hold of a cluster is free for others. The next reading opens one again."""
    with _OPENING:
        for process, address in [key for key in _SESSIONS if key[0] == os.getpid()]:
            _close(process, _SESSIONS.pop((process, address)))


def _type(kind: Any) -> str:
    return next(name for own, name in _TYPES.items() if kind == own or isinstance(kind, own))


def _path(file: str) -> str:
    """A file as Spark takes it: braces would be a pattern. What else would be, no store has in its path."""
    return "file:" + str(Path(file).resolve()).replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}")


# ── the session ──────────────────────────────────────────────────────────────────────────────────


def _open(address: str) -> SparkSession:
    with _silent():
        session = _told(address, lambda: _within(READY_SECONDS, lambda: _ready(address)))
    if session is not None:
        return session
    _abandon()
    raise EngineError(
        "Spark chưa cấp máy tính toán nào",
        where=engine.shown(address),
        expected=f"một tiến trình tính toán (executor) trong {READY_SECONDS:g} giây",
        remedy="kiểm tra cụm còn bộ xử lý và bộ nhớ trống, chạy lại",
    )


def _ready(address: str) -> SparkSession:
    """A session that can count at once."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder
    if engine.shared(address):
        session: SparkSession = builder.remote(address).getOrCreate()
    else:
        for name, value in _OPTIONS.items():
            builder = builder.config(name, value)
        session = builder.master(address).getOrCreate()
    for name, value in _SESSION.items():
        session.conf.set(name, value)
    if address.startswith("spark://"):
        _wait_for_executor(session)
    return session


def _wait_for_executor(session: SparkSession) -> None:
    """Until one beside the driver is there: without any, a query would wait for ever and say nothing."""
    tracker = session.sparkContext._jsc.sc().statusTracker()
    while len(tracker.getExecutorInfos()) < 2:
        time.sleep(0.1)


def _within(seconds: float, make: Callable[[], T]) -> T | None:
    """What a function returns or raises, None when it takes longer: then it is left behind in a thread of its own."""
    ended: list[Callable[[], T]] = []

    def run() -> None:
        try:
            value = make()
            ended.append(lambda: value)
        except BaseException as error:
            ended.append(lambda error=error: _raise(error))  # type: ignore[misc]

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    return ended[0]() if ended else None


def _raise(error: BaseException) -> Any:
    raise error


def _close(pid: int, session: SparkSession) -> None:
    """Gives the cluster back what it lent, and removes the driver's folder."""
    if os.getpid() == pid:
        with suppress(Exception), _silent():
            session.stop()


def _abandon() -> None:
    """Ends the driver that waits in vain."""
    from pyspark import SparkContext

    process = getattr(SparkContext._gateway, "proc", None)
    if process is not None:
        process.kill()
    SparkContext._gateway = SparkContext._jvm = None  # the next attempt begins with a driver of its own


@contextmanager
def _silent() -> Iterator[None]:
    """What Spark's launcher and driver write goes nowhere: standard error is a notebook's page or a person's terminal.

    The driver keeps the descriptor it was started with. Python's own warnings at the import are of tools we do not use.
    """
    before = os.dup(2)
    with tempfile.TemporaryFile() as nowhere, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(before, 2)
            os.close(before)


def _told(address: str, work: Callable[[], T]) -> T:
    """What a piece of Spark's work gives; its failure in one line instead of a page of two languages."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return work()
    except Exception as error:
        first = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise EngineError(
            f"Spark không tính được: {first[:_LONGEST]}",
            where=engine.shown(address),
            remedy="kiểm tra cụm máy và đường dẫn kho trên từng máy, hoặc bỏ --engine để tính trên máy này",
        ) from error
