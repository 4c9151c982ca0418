"""A standalone Spark cluster, one master and two workers, and a Connect server: real processes on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
STARTS_WITHIN = 90.0  # seconds, on a machine under load
WORKERS = 2


def environment(folder: Path) -> dict[str, str]:
    """Of everything that takes part: on loopback only, its files in the test's folder, names in UTF-8."""
    own = {
        "SPARK_HOME": str(HOME),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "spark"),
        "SPARK_WORKER_DIR": str(folder / "work"),
        "LC_ALL": "C.UTF-8",
        # elsewhere than the driver, so that a day that moved with a zone would show
        "TZ": "America/New_York",
    }
    return os.environ | own


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of a running cluster of one core a worker."""
    port = free_port()
    master = f"spark://127.0.0.1:{port}"
    own = ["--host", "127.0.0.1", "--webui-port", "0"]
    worker = ["org.apache.spark.deploy.worker.Worker", *own, "--cores", "1", "--memory", "1g", master]
    with ExitStack() as stack:
        head = ["org.apache.spark.deploy.master.Master", *own, "--port", str(port)]
        stack.enter_context(process(folder / "master.log", environment(folder), head))
        answering(port)
        for number in range(WORKERS):
            stack.enter_context(process(folder / f"worker-{number}.log", environment(folder), worker))
        yield master


@contextmanager
def connect_server(folder: Path) -> Iterator[str]:
    """The address of a Spark Connect server that counts in its own process."""
    port = free_port()
    options = {"spark.connect.grpc.binding.port": port, "spark.connect.grpc.binding.address": "127.0.0.1"}
    given = [part for name, value in options.items() for part in ("--conf", f"{name}={value}")]
    server = "org.apache.spark.sql.connect.service.SparkConnectServer"
    submit = ["org.apache.spark.deploy.SparkSubmit", "--master", "local[2]", "--driver-memory", "1g"]
    command = [*submit, "--class", server, *given, "--conf", "spark.ui.enabled=false", "spark-internal"]
    with process(folder / "connect.log", environment(folder), command):
        answering(port)
        yield f"sc://127.0.0.1:{port}"


@contextmanager
def process(log: Path, env: dict[str, str], command: list[str]) -> Iterator[None]:
    """One of Spark's programs in a process group of its own, ended with all it started."""
    with log.open("wb") as said:
        started = subprocess.Popen(
            [str(HOME / "bin" / "spark-class"), *command],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=env,
            start_new_session=True,
        )
    try:
        yield
    finally:
        started.terminate()
        with suppress(subprocess.TimeoutExpired):
            started.wait(10)
        end_group(started)


def end_group(started: subprocess.Popen[bytes]) -> None:
    """A worker's executors are its children."""
    with suppress(ProcessLookupError):
        os.killpg(started.pid, signal.SIGKILL)
    started.wait()


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def answering(port: int) -> None:
    """Waits until a program listens."""
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
