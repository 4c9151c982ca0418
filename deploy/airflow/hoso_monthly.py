"""The monthly reports as an Airflow DAG (Airflow 3): the command that the timer runs, in the nights after the cut-off.

Each job is a task of its own and they share the machine one after the other (max_active_tasks), not as a chain: a chain that
goes on after a failure would show the whole run as a success. Airflow's own catch-up and retries stay off: `--catch-up`
makes the months that were missed, and hoso tries again what can heal.
"""

import os
from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

HOSO = os.environ.get("HOSO_ROOT", "/srv/hoso")
ZONE = "Asia/Ho_Chi_Minh"  # the day on which a period ends is a day in Viet Nam
COMMANDS = {
    "reports": "hoso report review disclosure --every-province --period last-month --catch-up 2",
    "units": "hoso report unit --every-province --every-unit --period last-month --catch-up 2",
}

with DAG(
    dag_id="hoso_monthly",
    schedule="30 2 15-20 * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=ZONE),
    catchup=False,
    max_active_runs=1,
    max_active_tasks=1,
    tags=["hoso"],
) as dag:
    for name, command in COMMANDS.items():
        BashOperator(
            task_id=name,
            bash_command=f"exec .venv/bin/{command}",
            cwd=HOSO,
            env={"TZ": ZONE, "HOSO_ROOT": HOSO},
            append_env=True,
            skip_on_exit_code=3,  # no data yet: not a failure of the program, and shown as skipped
            retries=0,
            execution_timeout=timedelta(hours=12),
        )
