"""Personal values never leave the file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hoso.records.intake import Batch, clean, delimited, read, sync, workbook
from hoso.records.intake.batch import Cells
from hoso.vocabulary.errors import InputError
from tests.records.intake.exports import HEADERS, csv_text, row
from tests.records.intake.test_sync import RECORD

SECRET = "Lò Thị Bí Mật"
PERSONAL = ["Chủ hồ sơ", "Số điện thoại", "Địa chỉ", "Số CCCD", "Trích yếu", "Ghi chú", "Cột chưa ai biết"]
CELLS = [SECRET, "0912345678", "Tổ 3, phường Bí Mật", "002199001234", f"Đơn của {SECRET}", SECRET, SECRET]
SECRETS = (SECRET, "Bí Mật", "0912345678", "002199001234")


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> list[pl.DataFrame]:
    """Every frame the readers hand on, before any cleaning."""
    seen: list[pl.DataFrame] = []
    for reader in (delimited, workbook, sync):
        kept = reader.Cells

        def spy(*args: Any, kept: type[Cells] = kept, **values: Any) -> Cells:
            seen.append(values["frame"])
            return kept(*args, **values)

        monkeypatch.setattr(reader, "Cells", spy)
    return seen


@pytest.fixture(params=["csv", "xlsx", "json"])
def export(request: pytest.FixtureRequest, tmp_path: Path, write_xlsx: Callable[..., Path]) -> Path:
    """An export with planted personal values, in a good row, a refused row and a total row."""
    rows = [
        [*HEADERS, *PERSONAL],
        *([*cells, *CELLS] for cells in (row(), row(Trạng_thái="?"), [""] * len(HEADERS))),
    ]
    if request.param == "xlsx":
        return write_xlsx({"A": rows})
    path = tmp_path / f"cá nhân.{request.param}"
    if request.param == "csv":
        path.write_text(csv_text(rows), encoding="utf-8")
    else:
        planted = {"ChuHoSo": SECRET, "SoDienThoai": CELLS[1], "GhiChu": SECRET, "Khac": SECRET}
        planted |= {
            "DinhDanhCHS": {"SoDinhDanh": CELLS[3]},
            "DanhSachHoSoBoSung": [{"NguoiYeuCauBoSung": SECRET}],
        }
        lines = [json.dumps(RECORD | planted | change) for change in ({}, {"TrangThaiHoSo": "?"})]
        path.write_text("\n".join([*lines, f'{{"ChuHoSo": "{SECRET}"']), encoding="utf-8")
    return path


def texts(frame: pl.DataFrame) -> str:
    return frame.write_json()


def test_no_frame_holds_a_personal_value(export: Path, frames: list[pl.DataFrame]) -> None:
    """Not in what a reader takes out of the file, nor in rows, rejects, counts or the batch's own text."""
    batches = list(read(export))
    assert frames and sum(batch.rows.height for batch in batches) == 1
    shown = "".join(
        texts(frame)
        for frame in (*frames, *(batch.rows for batch in batches), *(batch.rejects for batch in batches))
    )
    shown += "".join(repr(batch) + str(batch.skipped) + str(batch.repairs) for batch in batches)
    assert not [secret for secret in SECRETS if secret in shown]
    assert batches[0].personal_columns >= 3


def test_a_reject_shows_the_kind_of_a_value_only(read_csv: Callable[..., list[Batch]]) -> None:
    """A name typed into a date column is described, not repeated."""
    (batch,) = read_csv([row(Ngày_tiếp_nhận=SECRET), row(Trạng_thái="0912345678")])
    assert batch.rejects["value_class"].to_list() == ["chữ, 13 ký tự", "số, 10 chữ số"]
    assert not [secret for secret in SECRETS if secret in texts(batch.rejects) + repr(batch)]


def test_an_error_shows_headers_and_never_cells(tmp_path: Path) -> None:
    """A file without its required columns is described by its header row alone."""
    path = tmp_path / "thiếu.csv"
    path.write_text(csv_text([["Mã hồ sơ", "Trạng thái", *PERSONAL], ["H22", "4", *CELLS]]), encoding="utf-8")
    with pytest.raises(InputError) as fault:
        list(read(path))
    assert "Chủ hồ sơ" in str(fault.value)
    assert not [secret for secret in SECRETS if secret in str(fault.value)]


def test_a_fault_of_ours_shows_no_row() -> None:
    """Even a piece that breaks our own bound is told by its size."""
    frame = pl.DataFrame({"dossier_id": pl.repeat(SECRET, clean.BATCH_ROWS + 1, eager=True)})
    with pytest.raises(ValueError, match="rows, at most") as fault:
        clean.records(Cells("dossiers", frame, {}, frozenset()), None, None)  # type: ignore[arg-type]
    assert SECRET not in str(fault.value)
