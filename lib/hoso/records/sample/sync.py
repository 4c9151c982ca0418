"""National sync records (DongBoHoSoMC) as JSON lines: all values texts, times yyyyMMddHHmmss, persons made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
import polars as pl

from .forms import SYNTHETIC
from .frame import TIMES

CHANNEL_CODES: Final = {"direct": "1", "online": "2", "postal": "3"}
SERVICE_CODES: Final = {"full": "4", "partial": "3", "information": "2"}
BIT: Final = {True: "1", False: "0"}
POPULATION: Final = [{"MaCSDL": "CSDLDC"}]  # the national population database
BROKEN: Final = b'{"MaHoSo": "000.00.00.H00-240101-0001", "TrangThaiHoSo": \n'
_DAY_TIME: Final = "%Y%m%d%H%M%S"


def write_sync(path: Path, rows: pl.DataFrame, refused: Sequence[str]) -> None:
    """Writes one record a line; refused ones (broken_json, unknown_status) stand among the first."""
    answered = pl.when(pl.col("waiting_days") > 0).then(
        pl.col("received_at") + pl.duration(days="waiting_days")
    )
    told = rows.with_columns(answered_at=answered).with_columns(
        pl.col(*TIMES, "answered_at").dt.strftime(_DAY_TIME), pl.col("status").cast(pl.String)
    )
    records = [record(row) for row in told.iter_rows(named=True)]
    with path.open("wb") as file:
        for kind in refused if records else ():
            file.write(BROKEN if kind == "broken_json" else _line(_unknown(records[0])))
        file.writelines(_line(r) for r in records)


def _line(value: Mapping[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def _unknown(base: Mapping[str, Any]) -> dict[str, Any]:
    return {**base, "MaHoSo": f"{base['MaHoSo'][:-4]}9999", "TrangThaiHoSo": "42"}


def record(row: Mapping[str, Any]) -> dict[str, Any]:
    """The record of one dossier; a field the source knows nothing of is left out (missing is not zero)."""
    paid = {"online": "1", "other": "0"}.get(row["payment"] or "", "3")
    value = {
        "MaHoSo": row["dossier_id"],
        "MaTTHC": row["procedure_id"],
        "TenTTHC": row["procedure_name"],
        "TenLinhVuc": row["field"],
        "KenhThucHien": CHANNEL_CODES[row["channel"]],
        "MucDo": SERVICE_CODES[row["service_level"]],
        "ChuHoSo": f"Công dân mô phỏng {row['number']:06d}",
        "SoDienThoai": "0000000000",
        "LoaiDoiTuong": "1",
        "DonViXuLy": row["unit_name"],
        "TrangThaiHoSo": row["status"],
        "NgayNopHoSo": row["submitted_at"],
        "NgayTiepNhan": row["received_at"] or "",
        "NgayHenTra": row["due_at"] or "",
        "NgayKetThucXuLy": row["finished_at"] or "",
        "NgayTra": row["returned_at"] or "",
        "HinhThuc": "0",
        "NguonDuLieu": SYNTHETIC,
        "NoiNopHoSo": "2",
        "DuocThanhToanTrucTuyen": paid,
        "DanhSachLePhi": list(_fees(row)),
        "DanhSachHoSoBoSung": list(_supplements(row)),
    }
    value.update((name, BIT[row[flag]]) for name, flag in _FLAG_FIELDS.items() if row[flag] is not None)
    if row["reused"] is not None:
        value["TaiLieuNop"] = [
            {
                "TenTepDinhKem": "mo-phong.pdf",
                "DuocSoHoa": BIT[bool(row["digitised"])],
                "DuocTaiSuDung": BIT[row["reused"]],
            }
        ]
    if row["electronic_result"] is not None:
        value["DanhSachGiayToKetQua"] = _results(row)
    if row["citizen_data"] is not None:
        value["DSKetNoiCSDL"] = POPULATION if row["citizen_data"] else []
    return value


_FLAG_FIELDS: Final = {
    "HoSoCoThanhPhanSoHoa": "digitised",
    "TaiKhoanDuocXacThucVoiVNeID": "authenticated",
    "DaDongBoKhoDLCN": "synced",
}


def _fees(row: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    if row["fee_amount"]:
        yield {
            "TenPhiLePhi": "Phí mô phỏng",
            "HinhThucThu": "1",
            "Gia": str(row["fee_amount"]),
            "LoaiPhiLePhi": "1",
        }


def _supplements(row: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """The first request was made at receipt and answered after the waiting days; a second one was answered at once."""
    asked, answer = row["received_at"], row["answered_at"] or ""
    for i in range(row["supplements"]):
        yield {
            "HoSoBoSungId": str(i + 1),
            "NgayBoSung": asked,
            "NgayTiepNhanBoSung": answer,
            "TrangThaiBoSung": "1" if answer else "0",
        }
        asked = answer


def _results(row: Mapping[str, Any]) -> list[dict[str, str]]:
    if not row["electronic_result"]:
        return []
    return [{"TenGiayTo": "Kết quả (mô phỏng)", "MaGiayToKetQua": f"KQ-{row['dossier_id']}"}]
