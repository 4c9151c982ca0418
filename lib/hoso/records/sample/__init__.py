"""Synthetic exports (dữ liệu mô phỏng) that reproduce, when counted, the figures of the five articles.

A plan (data/sample/<tỉnh>.toml) says how many dossiers, how handled, and which shares must come out. The dossiers are
drawn from it by a fixed seed, then the fewest single dossiers are turned until every share is met. No figure is ever
written down: it exists only by counting.
"""

from .write import PROVINCES, write

__all__ = ["PROVINCES", "write"]
