"""The data-quality page (chất lượng dữ liệu): what imports refused, replaced or lack, a table or a sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import ipywidgets as widgets
import pandas as pd
from IPython.display import display

from ...statistics import quality
from ...statistics.data import Data
from ...vocabulary import numbers
from .grid import Grid, GridWidget, live
from .model import Choice, Model

_NATIONAL = (
    "Mỗi hồ sơ trong kho chỉ giữ bản nạp sau; bản trước được đọc lại từ phiên bản dữ liệu trước lần nạp đó. Hai bản "
    "khác nhau là bình thường: có hệ thống gửi trạng thái bổ sung, chờ nghĩa vụ tài chính, dừng xử lý thành đã xử lý xong. "
)


@dataclass
class Quality:
    """The page of one province: all that was imported for it."""

    choice: Choice
    model: Model = field(default_factory=Model)

    @property
    def data(self) -> Data:
        return self.model.report(self.choice.province, self.choice.period).data

    def grids(self) -> Iterator[tuple[str, Grid]]:
        """Each part with its title; without anything to list, the caption says so."""
        data = self.data
        yield from (
            _part("Dòng bị loại theo tệp và lý do", quality.rejects(data), "Không có dòng nào bị loại."),
            _part("Đơn vị chưa có trong danh mục", quality.unknown_units(data), "Mọi đơn vị đều có trong danh mục."),
            _part("Hồ sơ thiếu ngày hẹn trả", quality.missing_due(data), "Mọi hồ sơ đều có ngày hẹn trả."),
            _part("Hồ sơ kết thúc không ghi ngày", quality.dateless(data), "Mọi hồ sơ đã kết thúc đều ghi ngày kết thúc."),
            _part(
                "Ngày làm việc không có hồ sơ nào", quality.silent_days(data), "Ngày làm việc nào cũng có hồ sơ tiếp nhận.",
                f"Từ ngày {numbers.date(data.first_day)} đến ngày {numbers.date(data.last_day)}.",
            ),
            _part("Dòng trùng và dòng thay thế theo lần nạp", quality.replaced(data), "Chưa có lần nạp hồ sơ nào."),
            _part(
                "Bản đồng bộ quốc gia so với bản của tỉnh, theo trạng thái", quality.national(data),
                "Chưa nạp bản đồng bộ quốc gia nào có hồ sơ khác bản của tỉnh.",
                f"{_NATIONAL}Số bản ghi đồng bộ trùng nguyên văn: {numbers.number(quality.national_same(data))}.",
            ),
        )  # fmt: skip

    def _ipython_display_(self) -> None:
        parts = list(self.grids())
        if not live():
            display(*(grid for _, grid in parts))
            return
        tabs = widgets.Accordion([_widget(grid) for _, grid in parts], titles=[title for title, _ in parts])
        tabs.selected_index = 0
        display(tabs)


def _part(title: str, table: pd.DataFrame, without: str, note: str = "") -> tuple[str, Grid]:
    if not len(table):
        return title, Grid(f"{title}: {without} {note}".strip(), (), ())
    shown = Grid.of(f"{title}. {note}".strip(" ."), table)
    return title, shown


def _widget(grid: Grid) -> widgets.Widget:
    if not grid.rows:
        return widgets.HTML(str(grid.caption))
    made = GridWidget()
    made.show(grid)
    return made
