"""Writes the synthetic exports of whole provinces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from hoso.vocabulary.errors import UsageError
from hoso.vocabulary.places import find_province
from hoso.vocabulary.workbook import Workbook

from . import plan
from .bodies import bodies, read_fields
from .catalogue import catalogue
from .draw import draw
from .exports import deal, write_catalogue, write_export
from .flags import channel, flag, ground
from .forms import read_forms
from .frame import frame
from .portal import FOLDERS, write_portal

PROVINCES: Final = ("ha-giang", "kon-tum", "thai-nguyen", "ha-tinh", "tuyen-quang")

README: Final = """DỮ LIỆU MÔ PHỎNG

Toàn bộ tệp trong thư mục này do máy sinh ra để thử nghiệm và trình diễn. Không có hồ sơ, công dân, tổ chức, số điện
thoại hay kết quả giải quyết nào là thật; tên cơ quan, đơn vị hành chính chỉ dùng để tệp giống tệp kết xuất thực tế.
Không được dùng các con số này làm số liệu chính thức.

Mỗi thư mục con là một tỉnh; tên tệp đánh số theo thứ tự nạp.

Riêng gia-lai, phu-tho và ca-nuoc không phải dữ liệu mô phỏng: đó là điểm đánh giá theo Quyết định số 766/QĐ-TTg mà Cổng Dịch
vụ công quốc gia công bố, dựng lại đúng dạng phản hồi của Cổng từ các dòng trong data/sample/portal (nguồn ghi ở đó).
"""


def write(
    folder: Path,
    provinces: Sequence[str] | None = None,
    scale: float = 1.0,
    progress: Callable[[str], None] | None = None,
) -> list[Path]:
    """Writes the exports into folder/<province slug>/ and gives the files, in the order they should be imported.

    Beside the synthetic provinces stand real portal responses in `FOLDERS` (gia-lai, phu-tho, ca-nuoc).

    The same call writes the same bytes. `scale` shrinks the number of dossiers and keeps the shape; the figures of the
    five articles come out exactly at 1.0 only. UsageError for a province without a plan or a scale outside (0, 1].
    """
    known = (*PROVINCES, *FOLDERS)
    chosen = list(known) if provinces is None else list(provinces)
    unknown = sorted(set(chosen) - set(known))
    if unknown:
        raise UsageError(f"không có dữ liệu mô phỏng cho {', '.join(unknown)}", expected=", ".join(known))
    if not 0 < scale <= 1:
        raise UsageError("tỷ lệ thu nhỏ không hợp lệ", where=f"scale={scale}", expected="0 < scale ≤ 1")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.txt").write_text(README, "utf-8")
    say = progress or (lambda _: None)
    return [path for slug in chosen for path in _write(folder, slug, scale, say)]


def _write(folder: Path, slug: str, scale: float, progress: Callable[[str], None]) -> list[Path]:
    if slug in FOLDERS:
        return write_portal(folder, _plans() / "portal", slug)
    return _write_province(folder, slug, scale, progress)


def _plans() -> Path:
    """The folder of the plans: the workbook's, else the library's own."""
    own = Path(__file__).resolve().parents[4] / "data" / "sample"
    return next((path for path in (Workbook.find().sample, own) if (path / "forms.toml").is_file()), own)


def _write_province(folder: Path, slug: str, scale: float, progress: Callable[[str], None]) -> list[Path]:
    plans = _plans()
    wanted, work, forms = (
        plan.load(plans / f"{slug}.toml"),
        read_fields(plans / "fields.toml"),
        read_forms(plans / "forms.toml"),
    )
    province = find_province(wanted.province, "63")
    rng = np.random.default_rng(wanted.seed)
    units = bodies(province, wanted.bodies, work["weights"], rng)
    procedures = catalogue(wanted.catalogue, units, work, rng)
    dossiers = draw(wanted, units, procedures, scale, rng)
    basis = ground(dossiers, units, procedures)
    channels = channel(basis, wanted.online, rng)
    flags = {name: flag(basis, wish, rng) for name, wish in wanted.flags.items()}
    rows = frame(basis, procedures, channels, flags, rng, wanted.undated)
    target = folder / slug
    target.mkdir(parents=True, exist_ok=True)
    files = [write_catalogue(target, procedures.rows, forms[wanted.procedures_form], province.name)]
    for export, own in deal(rows, wanted):
        progress(f"{slug}/{export.name}")
        files.append(write_export(target, export, own, forms[export.form], province.name))
    return sorted(files)
