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


SECRET_COLUMN = "Địa chỉ"


@pytest.mark.parametrize("tail", [[], ["Trả tại quầy"], [""], ["", ""]])
def test_an_unquoted_comma_moves_no_name_into_the_facts(
    read_csv: Callable[..., list[Batch]], frames: list[pl.DataFrame], tail: list[str]
) -> None:
    """A row moved by an address with a comma is refused unread, also where its last cells are empty."""
    header = [
        "Mã hồ sơ",
        "Ngày tiếp nhận",
        "Trạng thái",
        "Lĩnh vực",
        SECRET_COLUMN,
        "Đơn vị giải quyết",
        *tail,
    ]
    header = [name or f"Cột {n}" for n, name in enumerate(header)]
    good = ["H22-1", "05/01/2024", "Đang xử lý", "Đất đai", "A", "Sở Tư pháp", *tail]
    moved = ["H22-2", "05/01/2024", "Đang xử lý", "Đất đai", "Tổ 3", SECRET, "Sở Tư pháp", *tail]
    text = "\n".join(",".join(cells) for cells in (header, good, moved, good))
    (batch,) = read_csv(text)
    assert batch.rejects.select("line", "reason").rows() == [(3, "số ô nhiều hơn tiêu đề")]
    assert batch.rows["unit_name"].to_list() == ["Sở Tư pháp"] * 2
    assert not [s for s in SECRETS for f in (*frames, batch.rows, batch.rejects) if s in texts(f)]


def test_separators_that_end_every_row_hide_no_moved_row(read_csv: Callable[..., list[Batch]]) -> None:
    """Where every row ends with a separator more than the header has, one with two is still refused."""
    good = ["H22-1", "A", "Sở Tư pháp", "05/01/2024", "Đang xử lý", "", ""]
    moved = ["H22-2", "Tổ 3", SECRET, "05/01/2024", "Đang xử lý", "", "", ""]
    header = ["Mã hồ sơ", SECRET_COLUMN, "Đơn vị giải quyết", "Ngày tiếp nhận", "Trạng thái", "Ngày trả"]
    (batch,) = read_csv("\n".join(",".join(cells) for cells in (header, good, moved, good)))
    assert batch.rejects["reason"].to_list() == ["số ô nhiều hơn tiêu đề"]
    assert batch.rows["line"].to_list() == [2, 4]


@pytest.mark.parametrize(
    "value",
    [
        *("0912345678", "0912 345 678", "+84 912.345.678", "(0219) 386 6411", f"{SECRET} 0912345678"),
        *("002199001234", "012345678", "CCCD002199001234", "002 199 001 234", "bi.mat@vi.du.vn"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_a_personal_value_in_a_read_column_refuses_the_row(
    tmp_path: Path, write_xlsx: Callable[..., Path], form: str, value: str
) -> None:
    """Numbers and addresses of people under a unit, its district, a field or a procedure stop the row, in every
    form of file, without being shown."""
    columns = {
        "Đơn_vị_giải_quyết": "DonViXuLy",
        "Lĩnh_vực": "TenLinhVuc",
        "Tên_thủ_tục_hành_chính": "TenTTHC",
    }
    path = tmp_path / f"a.{form}"
    if form == "json":
        path.write_text("\n".join(json.dumps(RECORD | {key: value}) for key in columns.values()), "utf-8")
    else:
        rows = [HEADERS, *(row(**{name: value}) for name in columns)]
        path.write_text(csv_text(rows), "utf-8")
        path = path if form == "csv" else write_xlsx({"A": rows})
    (batch,) = read(path)
    assert (batch.rows.height, batch.rejects.height) == (0, 3)
    assert set(batch.rejects["reason"]) == {"có dạng số điện thoại, số định danh hoặc thư điện tử"}
    assert value not in texts(batch.rejects) + repr(batch)


@pytest.mark.parametrize(
    "name",
    [
        "000.00.17.H22 - Sở Tư pháp",
        "Phòng 1022",
        "Trung tâm 19001009",
        "Trạm 2024-2025",
        "Tổ 30/4, 05/01/2024",
    ],
)
def test_numbers_in_a_units_name_are_no_fault(read_csv: Callable[..., list[Batch]], name: str) -> None:
    """Codes, years and short numbers belong to names."""
    (batch,) = read_csv([row(Đơn_vị_giải_quyết=name, Lĩnh_vực=name)])
    assert batch.rows["unit_name"].to_list() == [name]
