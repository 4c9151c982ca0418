"""What a published report was made from, and why it would or would not be made again (xuất xứ của báo cáo)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from ..records.store import Store
from ..vocabulary import numbers
from ..vocabulary.calendar import clock
from ..vocabulary.errors import HosoError, InputError
from ..vocabulary.text import clean
from ..vocabulary.workbook import Workbook
from . import freshness
from .export.formats import FORMATS
from .history import FOLDER
from .outputs import FAILED, MANIFEST
from .runs import Run

_UNREADABLE: Final = "bản ghi phát hành không đọc được; lập lại báo cáo"


def machine_folders(path: Path) -> list[Path]:
    """The machine folders that a path means: of a document, of a file beside it, or of every report below a folder.

    InputError when there is none.
    """
    near = [path, path.parent / path.name.partition(".")[0], path.parent]
    own = next((folder for folder in near[: None if path.is_file() else 1] if _reported(folder)), None)
    if own is not None:
        return [own]
    notes = [*path.rglob(MANIFEST), *path.rglob(FAILED)] if path.is_dir() else []
    found = sorted({note.parent for note in notes if FOLDER not in note.relative_to(path).parts})
    if not found:
        raise InputError("không có báo cáo nào", where=str(path), expected="tệp hoặc thư mục của một báo cáo")
    return found


def _reported(folder: Path) -> bool:
    return (folder / MANIFEST).is_file() or (folder / FAILED).is_file()


def runs_of(workbook: Workbook, folders: list[Path]) -> list[Run]:
    """The runs that published the reports of machine folders; without those whose names do not exist any more."""
    found = []
    for folder in folders:
        with suppress(HosoError):
            found.append(_run(workbook, _read(folder / MANIFEST) or _read(folder / FAILED) or {}))
    return [run for run in found if run is not None]


def told(workbook: Workbook, store: Store, folders: list[Path]) -> Iterator[tuple[Path, list[str]]]:
    """Of each machine folder, what to tell of its report, line by line."""
    inputs = freshness.Inputs(workbook, store)
    for folder in folders:
        yield folder, list(_lines(workbook, inputs, folder))


def _lines(workbook: Workbook, inputs: freshness.Inputs, folder: Path) -> Iterator[str]:
    manifest, failure = _read(folder / MANIFEST), _read(folder / FAILED)
    if manifest is not None:
        yield from _made_from(manifest)
    elif (folder / MANIFEST).exists():
        yield _UNREADABLE
    if failure is not None:
        yield "lần chạy gần nhất không thành: " + "; ".join(_words(failure.get("faults")))
    yield _verdict(workbook, inputs, folder, manifest, failure)


def _made_from(manifest: Mapping[str, Any]) -> Iterator[str]:
    """When, from which data, by which version, with which parameters."""
    yield f"lập lúc {_moment(manifest.get('made_at'))}, bằng hoso {_word(manifest.get('hoso'))}"
    yield (
        f"dữ liệu: phiên bản {_word(manifest.get('data_version'))}, đến ngày {_day(manifest.get('data_date'))}"
        f"{', mô phỏng' if manifest.get('synthetic') is True else ''}"
    )
    options = manifest.get("options")
    if isinstance(options, dict) and options:
        yield "tham số: " + ", ".join(f"{_word(name)} = {_word(value)}" for name, value in options.items())
    if lacking := _words(manifest.get("warnings")):
        yield "lưu ý: " + "; ".join(lacking)


def _verdict(
    workbook: Workbook,
    inputs: freshness.Inputs,
    folder: Path,
    manifest: Mapping[str, Any] | None,
    failure: Mapping[str, Any] | None,
) -> str:
    """Whether the next run makes it again, and why."""
    try:
        run = _run(workbook, manifest or failure or {})
    except HosoError as error:
        return f"không lập lại được: {error}"
    if run is None or folder.name != run.stem:
        return _UNREADABLE
    if lacking := inputs.lacking(run):
        return f"sẽ không lập lại: chưa có {lacking} của {run.province.title}"
    reports = folder.parents[run.place.count("/") + 1]
    why = freshness.reasons(run, reports, _formats(run, manifest), inputs.of(run))
    return "sẽ lập lại: " + "; ".join(why) if why else "không lập lại: không có gì thay đổi"


def _run(workbook: Workbook, note: Mapping[str, Any]) -> Run | None:
    """The run that a note is of; None when it does not say. HosoError for names that do not exist any more."""
    named = [note.get(name) for name in ("notebook", "province", "period")]
    unit, options = note.get("unit"), note.get("options") or {}
    if not all(isinstance(name, str) for name in named) or not isinstance(options, dict):
        return None
    notebook, province, period = map(str, named)
    run = Run.of(workbook, notebook, province, period, {str(k): str(v) for k, v in options.items()})
    return run.of_unit(unit) if isinstance(unit, str) and unit else run


def _formats(run: Run, manifest: Mapping[str, Any] | None) -> list[str]:
    """Those it was published in."""
    files = manifest.get("files") if manifest else None
    return [suffix for suffix in FORMATS if isinstance(files, dict) and f"{run.stem}.{suffix}" in files]


# ── words of a file that anyone may have changed ─────────────────────────────────────────────────


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _word(value: Any) -> str:
    return clean(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else "không rõ"


def _words(values: Any) -> list[str]:
    return [_word(value) for value in values] if isinstance(values, list) else []


def _day(value: Any) -> str:
    try:
        return numbers.date(date.fromisoformat(value))
    except (TypeError, ValueError):
        return "không rõ"


def _moment(value: Any) -> str:
    try:
        moment = clock(datetime.fromisoformat(value))
    except (TypeError, ValueError, OverflowError):
        return "không rõ"
    return f"{moment:%H:%M} ngày {numbers.date(moment.date())}"
