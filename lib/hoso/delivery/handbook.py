"""The indicator handbook as files beside the reports (sổ tay chỉ tiêu): page, PDF and Word, made when something changed."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ..statistics import targets
from ..vocabulary.workbook import reference_file
from . import outputs
from .freshness import digest_of, library

NAME: Final = "so-tay-chi-tieu"
_NOTE: Final = f".{NAME}.json"  # what the files were made of; no part of what is published


def write(folder: Path) -> list[Path]:
    """Writes so-tay-chi-tieu.html, .pdf and .docx into a folder, all or none, and returns their paths.

    Nothing is made where the files are there as they were made, of the same library and the same targets. InputError when
    targets.csv is faulty.
    """
    files = [folder / f"{NAME}.{suffix}" for suffix in ("html", "pdf", "docx")]
    sources = _digest()
    if _note(folder).get("sources") != sources or not _whole(folder, files):
        _publish(folder, files, sources)
    return files


def _digest() -> str:
    """One digest of everything the handbook is made of: the library, as reports have it, and the targets."""
    return digest_of([library(), outputs.sha256(reference_file(targets.FILE))])


def _note(folder: Path) -> dict[str, Any]:
    """What was written down when the files were made; nothing where that cannot be read."""
    try:
        found = json.loads((folder / _NOTE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _whole(folder: Path, files: list[Path]) -> bool:
    """Whether the files are as they were made: not lost, not half, not edited."""
    made = _note(folder).get("files")
    return bool(made == {file.name: outputs.sha256(file) for file in files if file.is_file()})


def _publish(folder: Path, files: list[Path], sources: str) -> None:
    """Makes all files beside their places and moves them in, the note last."""
    folder.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=f".{NAME}-", dir=folder))
    try:
        for file, content in zip(files, _made(), strict=True):
            (stage / file.name).write_bytes(content)
            (stage / file.name).chmod(0o644)
        note = {"sources": sources, "files": {file.name: outputs.sha256(stage / file.name) for file in files}}
        outputs.write_json(stage / _NOTE, note)
        outputs.publish(stage, folder, [*(file.name for file in files), _NOTE])
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _made() -> list[bytes]:
    """The handbook in each format, from one document."""
    # Loaded only when something changed: the index of reports is written far more often than definitions change.
    from ..presentation.handbook import handbook
    from .export.html import page
    from .export.pdf import pdf
    from .export.word import docx

    document = handbook()
    formats: tuple[Callable[[dict[str, Any]], bytes], ...] = (lambda d: page(d).encode(), pdf, docx)
    return [make(document) for make in formats]
