"""What a report depends on, and whether the one that was published is still it (còn mới hay phải lập lại).

The parts: the files of each table as the store has them for the place, the notebook, the library, the reference data and
the parameters. Neither papermill nor an exporter is loaded to find a report unchanged.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from ..records import pinned
from ..records.joined import identity
from ..records.store import Store
from ..vocabulary.workbook import Workbook
from . import notebooks
from .outputs import MANIFEST, sha256
from .runs import COUNTRY, Run

TABLES: Final[Mapping[str, str]] = {
    "facts": "dữ liệu hồ sơ",
    "scores": "số liệu của Cổng Dịch vụ công",
    "units": "danh mục đơn vị trong kho",
    "procedures": "danh mục thủ tục trong kho",
    "imports": "các lần nạp dữ liệu",
}
"""The tables a report can read, and what an office calls them. The ledger is made of the facts."""
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")
PARTS: Final = {
    **TABLES,
    "notebook": "sổ tay báo cáo",
    "library": "chương trình hoso",
    "reference": "danh mục, chỉ tiêu dùng chung (data/reference)",
    "parameters": "tham số",
    "as_of": "thời điểm của số liệu (--as-of)",
}


class Inputs:
    """What reports depend on, read once for all runs of a batch: the store at one set of versions, library, reference data.

    A change made while this lives is seen by the next one. `common`: the parts that all runs share (common_to_all) as they
    were when the batch began, for what the batch has read since then may be older than what a late worker finds.
    """

    def __init__(self, workbook: Workbook, store: Store, common: Mapping[str, str] | None = None) -> None:
        self._workbook, self._store = workbook, store
        self._common = common or common_to_all(workbook)
        self._versions: Mapping[str, Any] = (store.pins or pinned.versions(store))["tables"]
        self._as_of = {"as_of": store.as_of.isoformat()} if store.as_of else {}  # page 1 says so
        self._files: dict[tuple[str, str | None], list[str]] = {}
        self._digests: dict[tuple[str, str | None], str] = {}
        self._notebooks: dict[str, str] = {}

    @property
    def data_version(self) -> int | None:
        """The version of the facts that a report made now is to be of; None where there are none."""
        found = self._versions.get("facts")
        return None if found is None else int(found)

    @property
    def pinned(self) -> bool:
        """Whether this process reads the store at these versions and no other, as in a batch."""
        return pinned.of(self._store.root) is not None

    def lacking(self, run: Run) -> str | None:
        """What the store would have to hold before the report could be made; None when it can."""
        if any(self._names(table, _whose(run, table)) for table in run.notebook.sources):
            return None
        return TABLES["facts" if notebooks.FACTS in run.notebook.sources else "scores"]

    def of(self, run: Run) -> dict[str, str]:
        """The digests of the parts by their names; a table that holds nothing for the place has none."""
        tables = {table: self._table(table, _whose(run, table)) for table in TABLES}
        return {
            **{table: digest for table, digest in tables.items() if digest},
            "notebook": self._notebook(run.notebook.name),
            **self._common,
            "parameters": _parameters(run),
            **self._as_of,
        }

    def _names(self, table: str, province: str | None) -> list[str]:
        """The names of a table's files, which Delta never uses twice; a joined one tells what it was made of."""
        if (table, province) not in self._files:
            found = self._store.listed(table, province, self._versions.get(table))
            self._files[table, province] = sorted(Path(file).name for file in found)
        return self._files[table, province]

    def _table(self, table: str, province: str | None) -> str:
        if (table, province) not in self._digests:
            names = self._names(table, province)
            self._digests[table, province] = identity(names) if names else ""
        return self._digests[table, province]

    def _notebook(self, name: str) -> str:
        if name not in self._notebooks:
            self._notebooks[name] = sha256(self._workbook.notebooks / f"{name}.ipynb")
        return self._notebooks[name]


def _parameters(run: Run) -> str:
    """The parameters of a run in one line that no other run has: what a person chose freely is quoted and named."""
    options = dict(run.options)
    told = (f"{name}={value}" if name in options else value for name, value in run.parameters.items())
    return shlex.join([run.province.id, *told])


def common_to_all(workbook: Workbook) -> dict[str, str]:
    """The digests of the parts that are the same for every run: the library and the reference data."""
    files = sorted(workbook.reference_files().items())
    return {"library": library(), "reference": digest_of(f"{name} {sha256(file)}" for name, file in files)}


@cache
def library() -> str:
    """Of the program as this process began with it: all its files, the Python it runs on and the packages it needs."""
    folder = Path(__file__).resolve().parents[1]
    files = sorted((file.relative_to(folder), file) for file in folder.rglob("*") if file.is_file())
    ours = [f"{name.as_posix()} {sha256(file)}" for name, file in files if not _by_the_way(name)]
    return digest_of([*ours, f"Python {sys.version_info.major}.{sys.version_info.minor}", *_packages()])


def _by_the_way(name: Path) -> bool:
    """What Python, tools and editors leave beside the library's files."""
    return any(part == "__pycache__" or part.startswith(".") for part in name.parts)


def _packages() -> Iterator[str]:
    """The packages that this one needs, each with its version; another version may draw or count otherwise."""
    try:
        needed = metadata.requires("hoso") or []
    except metadata.PackageNotFoundError:  # it is run from its folder
        return
    for line in sorted(line for line in needed if "extra ==" not in line):  # no extra counts or draws
        name = _NAME.match(line)
        with suppress(metadata.PackageNotFoundError):
            yield f"{name[0]} {metadata.version(name[0])}" if name else line


def _whose(run: Run, table: str) -> str | None:
    """The province whose rows of a table a run reads: its own; None (every) for scores, where places are ranked by them."""
    of_all = run.province.slug == COUNTRY or (table == "scores" and table in run.notebook.sources)
    return None if of_all else run.province.id


def unchanged(run: Run, reports: Path, formats: Sequence[str], inputs: Mapping[str, str]) -> bool:
    """Whether the last published set is complete, untouched, made from the same inputs, and has the formats asked for."""
    return next(_reasons(run, reports, formats, inputs), None) is None


def reasons(run: Run, reports: Path, formats: Sequence[str], inputs: Mapping[str, str]) -> list[str]:
    """Why a report would be made again, one line each; empty when it is unchanged."""
    return list(_reasons(run, reports, formats, inputs))


def _reasons(run: Run, reports: Path, formats: Sequence[str], inputs: Mapping[str, str]) -> Iterator[str]:
    folder = run.folder(reports)
    try:
        manifest = json.loads((folder / run.stem / MANIFEST).read_bytes())
        files, before = dict(manifest["files"]), dict(manifest["inputs"])
    except FileNotFoundError:
        yield "chưa phát hành lần nào"
        return
    except (OSError, ValueError, KeyError, TypeError):
        yield "bản ghi phát hành (manifest.json) không đọc được"
        return
    for suffix in formats:
        if f"{run.stem}.{suffix}" not in files:
            yield f"chưa có bản {suffix.upper()}"
    yield from _changed(before, inputs)
    yield from _touched(folder, files)


def _changed(before: Mapping[str, Any], now: Mapping[str, str]) -> Iterator[str]:
    """The parts that are not what they were; those of another version of this program have their own names."""
    for part in (*PARTS, *sorted(before.keys() - PARTS)):
        if before.get(part) == now.get(part):
            continue
        if part not in now:
            yield f"{PARTS.get(part, part)} không còn"
        elif part not in before:
            yield f"có thêm {PARTS[part]}"
        elif part == "parameters":
            yield f"tham số khác: {before[part]} → {now[part]}"
        else:
            yield f"{PARTS[part]} đã thay đổi"


def _touched(folder: Path, files: Mapping[str, str]) -> Iterator[str]:
    """Published files that are missing or no longer as they were published."""
    for name, digest in files.items():
        try:
            if sha256(f"{folder}/{name}") != digest:
                yield f"tệp {name} đã bị sửa sau khi phát hành"
        except OSError:
            yield f"thiếu tệp {name}"


def digest_of(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
