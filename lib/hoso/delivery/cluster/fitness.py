"""Whether a worker can carry out a batch: the same program, workbook and store as here, and a way to the same reports.

A worker with another version would publish other figures, and one with another store other data, under the same name; so
nothing runs on it. What differs is told in one line, with the worker it differs on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from ...records.store import Store
from ...vocabulary.errors import HosoError
from ...vocabulary.workbook import Workbook
from ..batch import Order
from ..freshness import PARTS, Inputs, digest_of
from ..runs import Run
from .task import notes

TOKEN: Final = "here"
_PARTS: Final = ("library", "notebook", "reference")
_NAMES: Final = {
    "python": "Python",
    "hoso": "phiên bản hoso",
    **{part: PARTS[part] for part in _PARTS},
    "store": "kho dữ liệu",
    "reports": "thư mục báo cáo dùng chung",
    "objects": "phần ghi lên kho đối tượng (hoso[objects])",
}


def examine(
    client: Any, order: Order, address: str | None, runs: Sequence[Run], workers: Sequence[str]
) -> dict[str, str]:
    """What each of these workers lacks, as words; of those that lack nothing, nothing."""
    samples = list({run.notebook.name: run for run in runs}.values())
    ours = about(order, address, samples)
    found = {worker: ", ".join(lacks) for worker, lacks in _other_versions(client, workers).items() if lacks}
    others = [worker for worker in workers if worker not in found]
    told = client.run(about, order, address, samples, workers=others, on_error="return") if others else {}
    for worker, theirs in told.items():
        if not isinstance(theirs, Mapping):
            found[worker] = f"không kiểm tra được ({type(theirs).__name__})"
        elif differing := [_NAMES[part] for part in ours if theirs.get(part) != ours[part]]:
            found[worker] = ", ".join(differing)
    return found


def refused(worker: str, lacks: str, order: Order) -> HosoError:
    """What to tell of a worker that cannot carry out the batch."""
    return HosoError(
        f"máy trạm khác máy này về: {lacks}",
        where=worker,
        expected=f"cùng phiên bản chương trình và cùng đường dẫn {order.root}, {order.store}, {order.reports}",
        remedy="cài cùng phiên bản, gắn cùng thư mục, rồi khởi động lại máy trạm",
    )


def _other_versions(client: Any, workers: Sequence[str]) -> dict[str, list[str]]:
    """Asked of the cluster's own software, which answers where hoso is not installed or another Python runs."""
    told = client.get_versions(packages=["hoso"])
    ours = _versions(told["client"])
    return {
        worker: [
            f"{_NAMES[name]} {theirs[name]}, ở đây {ours[name]}"
            for name in ours
            if theirs[name] != ours[name]
        ]
        for worker in workers
        if (theirs := _versions(told["workers"].get(worker)))
    }


def _versions(told: Mapping[str, Any] | None) -> dict[str, str]:
    """Python's version without the last part, and ours."""
    if not told:
        return {}
    packages = told["packages"]
    return {
        "python": ".".join(str(packages["python"]).split(".")[:2]),
        "hoso": packages.get("hoso") or "chưa cài",
    }


# ── on the worker ────────────────────────────────────────────────────────────────────────────────


def about(order: Order, address: str | None, samples: Sequence[Run]) -> dict[str, str]:
    """What this process has, part by part, as digests. Its program is the one it runs, not one installed over it since."""
    return {
        **_program(order, samples),
        "store": _store(order),
        **({"objects": str(find_spec("obstore") is not None)} if address else {"reports": _token(order)}),
    }


def _program(order: Order, samples: Sequence[Run]) -> dict[str, str]:
    try:
        inputs = Inputs(Workbook(Path(order.root)), Store.open(Path(order.store)))
        parts = [inputs.of(run) for run in samples]
        return {name: digest_of(sorted({part[name] for part in parts})) for name in _PARTS}
    except (HosoError, OSError) as error:
        return dict.fromkeys(_PARTS, type(error).__name__)


def _store(order: Order) -> str:
    """The store's files at the versions of the batch: a copy that is behind has others."""
    try:
        store = Store.open(Path(order.store))
        tables = sorted(order.versions["tables"].items())
        names = [Path(file).name for table, version in tables for file in store.listed(table, None, version)]
        return digest_of([(store.root / "store.json").read_text("utf-8"), *sorted(names)])
    except Exception as error:  # Delta has a type of its own for a version that is not there
        return type(error).__name__


def _token(order: Order) -> str:
    try:
        return (notes(Path(order.reports), order.batch) / TOKEN).read_text("utf-8")
    except OSError:
        return ""
