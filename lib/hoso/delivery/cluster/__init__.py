"""The runs of a batch on many machines (nhiều máy): the same order, carried out by the workers of a Dask cluster."""

from .supervision import run_on

__all__ = ["run_on"]
