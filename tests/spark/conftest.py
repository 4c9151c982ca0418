"""The cluster that this room's tests share, started once; or a clear word why there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import missing


@pytest.fixture(scope="session")
def spark_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the cluster keeps its files; skips what needs Spark where there is none."""
    if find_spec("pyspark") is None or shutil.which("java") is None:
        missing("Spark (pip install 'hoso[spark]', and Java 17)", "HOSO_REQUIRE_SPARK")
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="session")
def master(spark_folder: Path) -> Iterator[str]:
    """The address of a master with two workers."""
    from tests.spark.clusters import cluster

    with cluster(spark_folder) as address:
        yield address


@pytest.fixture(scope="session")
def connected(spark_folder: Path) -> Iterator[str]:
    """The address of a Spark Connect server."""
    from tests.spark.clusters import connect_server

    with connect_server(spark_folder) as address:
        yield address
