"""What the handbook says beyond the definitions (lời giải thích): what each indicator is for and how its variants differ."""

from __future__ import annotations

from datetime import date
from typing import Final

from ...statistics.definitions import Dated
from ...vocabulary import numbers

ABOUT: Final = {
    "on_time_rate": (
        "Cho biết công dân, doanh nghiệp được trả kết quả đúng hẹn đến đâu. Các cách tính khác nhau ở bốn điểm: so "
        "theo ngày hay theo giờ phút; có tính hồ sơ đang giải quyết hay không; tính trên hồ sơ đã giải quyết, hồ sơ "
        "tiếp nhận hay hồ sơ đến hạn; hồ sơ công dân rút có được tính hay không. Ở cách tính trên tổng số hồ sơ tiếp "
        "nhận, hồ sơ chờ bổ sung, chờ nghĩa vụ tài chính, dừng xử lý được coi là chưa quá hạn; ở cách tính trên hồ sơ "
        "đến hạn, hồ sơ đó là chưa giải quyết. Vì vậy khi nêu tỷ lệ đúng hạn phải nêu cách tính."
    ),
    "online_rate": (
        "Cho biết phần hồ sơ được nộp trực tuyến. Các cách tính khác nhau ở mẫu số: mọi hồ sơ tiếp nhận, hồ sơ đã giải "
        "quyết, chỉ hồ sơ của thủ tục có dịch vụ công trực tuyến, hay chỉ hồ sơ của dịch vụ công toàn trình."
    ),
    "online_payment_rate": (
        "Cho biết phần hồ sơ phải nộp phí, lệ phí được thanh toán trực tuyến. Hai cách tính khác nhau ở hồ sơ mà nguồn "
        "không ghi cách thanh toán: bỏ ra khỏi mẫu số, hay để lại và coi là chưa thanh toán trực tuyến."
    ),
    "electronic_result_rate": (
        "Cho biết phần hồ sơ được cấp kết quả điện tử. Các cách tính khác nhau ở mẫu số: hồ sơ mà nguồn có ghi, hồ sơ "
        "đã giải quyết, hay tổng số hồ sơ của kỳ."
    ),
    "digitised_rate": "Cho biết phần hồ sơ có thành phần hồ sơ được số hóa khi tiếp nhận, giải quyết.",
    "reuse_rate": "Cho biết phần hồ sơ dùng lại giấy tờ, dữ liệu đã số hóa, công dân không phải nộp lại.",
    "sync_rate": "Cho biết phần hồ sơ có kết quả được chuyển vào kho dữ liệu điện tử của công dân, tổ chức.",
    "authenticated_rate": "Cho biết phần hồ sơ do tài khoản đã xác thực điện tử nộp.",
    "citizen_data_rate": (
        "Cho biết phần hồ sơ có khai thác Cơ sở dữ liệu quốc gia về dân cư thay cho giấy tờ công dân "
        "phải nộp."
    ),
    "clearance_rate": "Cho biết trong số hồ sơ phải giải quyết của kỳ, bao nhiêu hồ sơ đã giải quyết xong.",
    "handling_time": (
        "Cho biết mất bao nhiêu ngày làm việc để giải quyết một hồ sơ. Trung bình chịu ảnh hưởng của vài hồ sơ rất "
        "lâu; trung vị thì không: một nửa số hồ sơ xong nhanh hơn, một nửa lâu hơn."
    ),
    "online_service_rate": (
        "Cho biết phần thủ tục hành chính được cung cấp dịch vụ công trực tuyến. Các cách tính khác nhau ở mức độ "
        "(toàn trình, một phần hay cả hai) và ở mẫu số (mọi thủ tục, hay chỉ thủ tục có dịch vụ công trực tuyến)."
    ),
    "online_payment_service_rate": "Cho biết phần thủ tục có phí, lệ phí được cung cấp thanh toán trực tuyến.",
    "online_service_used_rate": "Cho biết phần dịch vụ công trực tuyến thực sự có người dùng trong kỳ.",
    "online_payment_service_used_rate": "Cho biết phần thủ tục có phí, lệ phí có người thanh toán trực tuyến trong kỳ.",
    "citizen_data_procedure_rate": "Cho biết phần thủ tục có khai thác Cơ sở dữ liệu quốc gia về dân cư trong kỳ.",
}  # fmt: skip
"""What each indicator tells, in plain words."""

TOLD: Final = {
    "received_fee": "hồ sơ có nghĩa vụ tài chính, có thông tin thanh toán",
    "received_with_fee": "hồ sơ có nghĩa vụ tài chính, kể cả không có thông tin thanh toán",
    "known_electronic_result": "hồ sơ có ghi nhận việc cấp kết quả điện tử",
    "known_digitised": "hồ sơ có ghi nhận việc số hóa thành phần",
    "known_reused": "hồ sơ có ghi nhận việc tái sử dụng dữ liệu số hóa",
    "known_synced": "hồ sơ có ghi nhận việc đồng bộ kết quả",
    "known_citizen_data": "hồ sơ có ghi nhận việc khai thác Cơ sở dữ liệu quốc gia về dân cư",
}
"""Denominators that depend on what the source tells of a dossier, in words that say so."""

KNOWN_ONLY: Final = (
    "Hai cách tính khác nhau ở hồ sơ mà nguồn không ghi thông tin này: cách thứ nhất bỏ ra khỏi mẫu số, cách thứ hai để lại "
    "trong mẫu số và coi là chưa có."
)
"""How the two variants of a digitisation rate differ."""

REVIEWED: Final = {
    "on_time_rate": "06a", "online_rate": "received", "online_payment_rate": "766", "online_service_rate": "procedures",
    "online_payment_service_rate": "procedures",
}  # fmt: skip
"""The rates notebooks/review.ipynb prints, each in its variant."""

MEASURES: Final = {
    "rate": "tỷ lệ phần trăm", "count": "số lượng", "points": "điểm", "rank": "thứ hạng", "grade": "xếp loại",
    "days": "ngày làm việc",
}  # fmt: skip
DIRECTIONS: Final = {
    "up": "càng cao càng tốt",
    "down": "càng thấp càng tốt",
    None: "không dùng để đánh giá tốt hay xấu",
}
ORIGINS: Final = {
    "facts": "Số liệu lấy từ hồ sơ do cơ quan giải quyết cập nhật trên Hệ thống thông tin giải quyết thủ tục hành chính.",
    "procedures": "Số liệu lấy từ danh mục thủ tục hành chính của tỉnh và từ hồ sơ của từng thủ tục.",
}
"""Where the data of an indicator come from and who keeps them."""


def validity(entry: Dated) -> str:
    """When a definition holds: "từ ngày 21/10/2020"; "đến ngày 30/6/2025"; "không giới hạn thời gian"."""
    first, last = entry.valid_from, entry.valid_to
    parts = [f"từ ngày {numbers.date(first)}"] if first else []
    parts += [f"đến ngày {numbers.date(last)}"] if last else []
    return " ".join(parts) or "không giới hạn thời gian"


def newest(days: list[date | None]) -> date:
    """The latest of some days."""
    return max(day for day in days if day is not None)
