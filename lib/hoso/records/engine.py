"""Which engine counts the facts (bộ máy tính toán): DuckDB and polars in this process, or a Spark that was named.

The name travels in HOSO_ENGINE, so kernels and workers count with the engine of the command that started them. What a
figure is does not depend on it: the expressions are the same, and tests hold their results equal to the last digit.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from typing import Final

from ..vocabulary.errors import EngineError, UsageError

VARIABLE: Final = "HOSO_ENGINE"
OWN: Final = "duckdb"
ANSWER_SECONDS: Final = 5.0
"""How long a master may take to accept a connection."""
_HOST: Final = r"(?:[\w.-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}"
_FORM: Final = re.compile(
    rf"local\[(?:\*|[1-9][0-9]{{0,2}})\]|spark://{_HOST}(?:,{_HOST})*|sc://{_HOST}(?:/;.*)?"
)
_ADDRESS: Final = re.compile(r"\[?([^\[\],/]+?)\]?:([0-9]{1,5})(?=$|[,/])")
# What each form needs beside pyspark itself: Spark Connect speaks gRPC and Arrow.
_NEEDED: Final = {"sc": ("pyspark", "pyarrow", "grpc", "grpc_status", "google.rpc", "zstandard")}


def chosen() -> str | None:
    """The Spark that counts in this process: spark://host:7077, sc://host:15002, local[2]; None for this process itself.

    UsageError for a name that is none of these.
    """
    named = os.environ.get(VARIABLE, "").strip()
    return None if named in ("", OWN) else _checked(named)


def choose(named: str) -> None:
    """Has this process, and those it starts, count with an engine; before any work, so that what lacks is told at once.

    UsageError for another name or without the extra, EngineError when nothing answers at the address.
    """
    if named != OWN:
        _refuse_without_extra(_checked(named))
        _refuse_unanswered(named)
    os.environ[VARIABLE] = named


def shared(address: str) -> bool:
    """Whether many processes can count there at once: a Connect server is one application, a driver takes the cluster."""
    return address.startswith("sc://")


def shown(address: str) -> str:
    """The address for a message: what follows it may be a token."""
    return address.partition("/;")[0]


def _checked(named: str) -> str:
    if _FORM.fullmatch(named) is None:
        raise UsageError(
            "không có bộ máy tính toán này",
            where=f"--engine {shown(named)}",
            expected="duckdb, spark://MÁY:7077, sc://MÁY:15002 hoặc local[2]",
        )
    return named


def _refuse_without_extra(address: str) -> None:
    lacking = [name for name in _NEEDED.get(address.partition(":")[0], ("pyspark",)) if not _installed(name)]
    if lacking:
        raise UsageError(
            f"chưa cài phần Spark của hoso (thiếu {', '.join(lacking)})",
            where=f"--engine {shown(address)}",
            remedy="chạy: pip install 'hoso[spark]', hoặc bỏ --engine",
        )


def _installed(name: str) -> bool:
    with suppress(ImportError):  # of the package that a name lies in
        return find_spec(name) is not None
    return False


def _refuse_unanswered(address: str) -> None:
    """Spark itself would try for minutes. One master of several is enough."""
    masters = list(_masters(address))
    if masters and not any(_answers(*master) for master in masters):
        raise EngineError(
            "không có Spark nào trả lời",
            where=shown(address),
            expected=f"một kết nối trong {ANSWER_SECONDS:g} giây",
            remedy="kiểm tra địa chỉ và cụm máy, hoặc bỏ --engine để tính trên máy này",
        )


def _masters(address: str) -> Iterator[tuple[str, int]]:
    scheme, between, rest = shown(address).partition("://")
    if between and scheme in ("spark", "sc"):
        yield from ((host, int(port)) for host, port in _ADDRESS.findall(rest))


def _answers(host: str, port: int) -> bool:
    # OverflowError: a port above 65535; UnicodeError: a host name that is none
    with suppress(OSError, OverflowError, UnicodeError):
        socket.create_connection((host, port), ANSWER_SECONDS).close()
        return True
    return False
