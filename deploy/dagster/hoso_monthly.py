"""The monthly reports as a Dagster job and schedule: the command that the timer runs, in the nights after the cut-off.

The jobs run one after the other in one process; one that fails fails the run but does not stop the next.
"""

import os
import shlex
import subprocess

import dagster

HOSO = os.environ.get("HOSO_ROOT", "/srv/hoso")
ZONE = "Asia/Ho_Chi_Minh"  # the day on which a period ends is a day in Viet Nam
NO_DATA = 3
COMMANDS = {
    "reports": "hoso report review disclosure --every-province --period last-month --catch-up 2",
    "units": "hoso report unit --every-province --every-unit --period last-month --catch-up 2",
}


def _op(name: str, command: str) -> dagster.OpDefinition:
    @dagster.op(name=name)
    def run(context: dagster.OpExecutionContext) -> None:
        program, *words = shlex.split(command)
        environment = {**os.environ, "TZ": ZONE, "HOSO_ROOT": HOSO}
        ended = subprocess.run(
            [f"{HOSO}/.venv/bin/{program}", *words], cwd=HOSO, env=environment, check=False
        )
        if ended.returncode == NO_DATA:
            context.log.warning("no data for these periods yet")
        elif ended.returncode:
            said = (
                f"{command} ended with exit code {ended.returncode}; what failed is in its output and its log"
            )
            raise dagster.Failure(said, allow_retries=False)

    return run


OPS = [_op(name, command) for name, command in COMMANDS.items()]


@dagster.job(name="hoso_monthly", executor_def=dagster.in_process_executor)
def monthly() -> None:
    """Every command of COMMANDS."""
    for op in OPS:
        op()


schedule = dagster.ScheduleDefinition(job=monthly, cron_schedule="30 2 15-20 * *", execution_timezone=ZONE)
defs = dagster.Definitions(jobs=[monthly], schedules=[schedule])
