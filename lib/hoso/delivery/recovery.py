"""After a kill or a power cut (phục hồi): what was published is carried out, what was only begun is taken away."""

from __future__ import annotations

from pathlib import Path

from .faults import told_in_a_line
from .publishing import LOCK, settled, stages


def recover(reports: Path) -> list[str]:
    """Completes or removes what killed processes left below a folder of reports; one line for each, for whoever runs it.

    Stages of living processes are left alone, so it is safe beside a running batch. What cannot be mended now (a folder
    closed to writing) is told and left as it is.
    """
    folder = stages(reports)
    names = {path.name.removesuffix(LOCK) for path in folder.iterdir()} if folder.is_dir() else set()
    return [line for name in sorted(names) if (line := _recovered(folder / name, reports))]


def _recovered(stage: Path, reports: Path) -> str | None:
    name = stage.name.replace("~", "/")
    try:
        made = stage.exists()  # otherwise a killed process left its lock alone: nothing to tell
        found = settled(stage, reports)
    except Exception as error:
        told = told_in_a_line(error)
        return f"{name}: chưa phục hồi được lần chạy bị ngắt: {told or error}"
    if found == "published":
        return f"{name}: đã hoàn tất việc phát hành bị ngắt"
    return f"{name}: đã dọn phần còn lại của lần chạy bị ngắt" if found and made else None
