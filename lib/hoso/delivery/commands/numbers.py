"""`hoso figures` and `score`: numbers without a notebook."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal, cast, get_args

import typer

from ...vocabulary.errors import UsageError
from ...vocabulary.workbook import Workbook
from ..terminal import OUT
from .options import EngineOption, PeriodOption, ProvinceOption, choose_engine

Level = Literal["province", "department", "district", "commune"]


def figures(
    province: ProvinceOption,
    period: PeriodOption,
    unit: Annotated[str | None, typer.Option("--unit", help="One unit's id.")] = None,
    level: Annotated[
        str | None, typer.Option("--level", help="Each unit of a level: department, district, commune.")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="Break down by field, procedure, channel or month.")
    ] = None,
    assess: Annotated[
        bool, typer.Option("--assess", help="Each figure beside its target, its past and its rank.")
    ] = False,
    format_: Annotated[str, typer.Option("--format", help="csv or json")] = "csv",
    engine: EngineOption = None,
) -> None:
    """Print results without a notebook: counts, rates and what others published or the portal shows."""
    from ..figures import Breakdown, as_csv, as_json, table

    if by is not None and assess:
        raise UsageError("chỉ tiêu giao cho cả đơn vị", expected="--assess hoặc --by, không cả hai")
    if format_ not in ("csv", "json"):
        raise UsageError(f"không có định dạng {format_}", expected="csv, json")
    if level is not None and level not in get_args(Level):
        raise UsageError(f"không có cấp {level}", expected=", ".join(get_args(Level)))
    if by is not None and by not in get_args(Breakdown):
        raise UsageError(f"không có cách chia nhóm {by}", expected=", ".join(get_args(Breakdown)))
    choose_engine(engine)
    rows = table(Workbook.find(), province, period, unit, level, cast("Breakdown | None", by), assess)
    sys.stdout.write(as_json(rows) if format_ == "json" else as_csv(rows))


def score(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    file: Annotated[
        Path | None,
        typer.Argument(help="CSV: criterion,numerator,denominator; blank counts mean “not given”."),
    ] = None,
    scorecard: Annotated[
        str | None,
        typer.Option("--scorecard", help="qd766-2022, qd766-2026; the newest in force by default."),
    ] = None,
    level: Annotated[
        str | None, typer.Option("--level", help="province (when not said), agency, commune")
    ] = None,
    province: Annotated[
        str | None, typer.Option("--province", help="Instead of a file: a province in the store.")
    ] = None,
    period: Annotated[str | None, typer.Option("--period", help="With --province: the period.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="With --province: one unit's id.")] = None,
    format_: Annotated[str, typer.Option("--format", help="text or json")] = "text",
    what_if: Annotated[
        list[str] | None,
        typer.Option("--what-if", help="CRITERION=NUM/DEN: the score with these counts instead."),
    ] = None,
    reach: Annotated[
        str | None, typer.Option("--reach", help="The fewest added counts that reach this total.")
    ] = None,
) -> None:
    """Score counts under QĐ 766, of a file or of a province in the store: points, grade, where points are lost."""
    from ...statistics import scorecard as scorecards
    from ..score import as_json, counts_of, of_file, of_place, show, typed

    if format_ not in ("text", "json"):
        raise UsageError(f"không có định dạng {format_}", expected="text, json")
    changes = counts_of(what_if or [])
    wanted = None if reach is None else typed(reach, "--reach")
    if file is not None and province is None and period is None and unit is None:
        scored = of_file(file, scorecard, level)
    elif file is None and province and period and scorecard is None and level is None:
        scored = of_place(Workbook.find(), province, period, unit)
    else:
        raise UsageError(
            "cần một nguồn số đếm",
            expected="TỆP.csv [--scorecard ID] [--level CẤP], hoặc --province TỈNH --period KỲ [--unit MÃ]",
        )
    changed = scorecards.what_if(scored, changes) if changes else None
    plan = None if wanted is None else scorecards.reach(changed or scored, wanted)
    if format_ == "json":
        sys.stdout.write(as_json(scored, changed, plan))
    else:
        show(OUT, scored, changed, plan)
