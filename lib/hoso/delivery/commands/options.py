"""What several commands share: options that mean the same everywhere, and the exit code of a failure."""

from __future__ import annotations

from typing import Annotated, Final

import typer

FAILED: Final = 1

ProvinceOption = Annotated[
    str, typer.Option("--province", help="Province: slug (ha-giang) or code of its era (02).")
]
PeriodOption = Annotated[
    str,
    typer.Option(
        "--period",
        help="Period: 2024-09, 2024-Q3, 2024-6M, 2024-9M, 2024 (+ @calendar), 2023-01-01..2023-11-15.",
    ),
]
