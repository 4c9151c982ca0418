"""A batch (lập báo cáo hàng loạt): many runs, on all cores of a machine or on many machines, made to be left alone."""

from .order import Order, perform
from .running import run_all
from .size import usual_jobs
from .summary import Summary

__all__ = ["Order", "Summary", "perform", "run_all", "usual_jobs"]
