"""What the two counts of a fraction are called at the head of a table (tên cột): "Hồ sơ trực tuyến", "Hồ sơ đã giải quyết".

Counts with words of their own in indicators.toml keep them; those below serve indicators only and have none there.
"""

from __future__ import annotations

from typing import Final

from ..statistics.definitions import definitions

UNNAMED: Final = "Số hồ sơ"
_TITLES: Final = {
    "in_time_by_clock": "Hồ sơ không quá hạn theo giờ phút",
    "in_time": "Hồ sơ không quá hạn",
    "fell_due": "Hồ sơ đến hạn trong kỳ",
    "fell_due_on_time": "Hồ sơ đến hạn đã giải quyết đúng hạn",
    "processed": "Hồ sơ đã giải quyết, không kể hồ sơ rút",
    "processed_on_time": "Hồ sơ giải quyết trước hạn và đúng hạn, không kể hồ sơ rút",
    "handled": "Hồ sơ đã xử lý",
    "handling_minutes": "Tổng thời gian xử lý (phút)",
    "handling_median": "Trung vị thời gian xử lý (phút)",
    "resolved_online": "Hồ sơ trực tuyến đã giải quyết",
    "received_eligible": "Hồ sơ của thủ tục có dịch vụ công trực tuyến",
    "received_eligible_online": "Hồ sơ trực tuyến",
    "received_full": "Hồ sơ của dịch vụ công toàn trình",
    "received_full_online": "Hồ sơ trực tuyến",
    "received_fee": "Hồ sơ có nghĩa vụ tài chính",
    "received_with_fee": "Hồ sơ có nghĩa vụ tài chính",
    "received_fee_paid": "Hồ sơ thanh toán trực tuyến",
    "resolved_electronic_result": "Hồ sơ cấp kết quả điện tử",
}
# What a dossier has or has not: how many have it, and of how many the source says either.
_MARKS: Final = {
    "electronic_result": "cấp kết quả điện tử",
    "digitised": "số hóa thành phần",
    "reused": "tái sử dụng dữ liệu số hóa",
    "synced": "đồng bộ kết quả",
    "authenticated": "xác thực điện tử",
    "citizen_data": "khai thác Cơ sở dữ liệu quốc gia về dân cư",
}


def title(count: str) -> str:
    """What a count is called; one that nobody named is "Số hồ sơ"."""
    words = definitions().counts.get(count)
    if words is not None:
        return words.title
    kind, _, mark = count.partition("_")
    if kind in ("true", "known") and mark in _MARKS:
        return f"Hồ sơ {_MARKS[mark]}" if kind == "true" else f"Hồ sơ có ghi nhận việc {_MARKS[mark]}"
    return _TITLES.get(count, UNNAMED)
