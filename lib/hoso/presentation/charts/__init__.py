"""Charts (biểu đồ) as SVG with alt text that says the finding; matplotlib's object interface, no pyplot state.

Letters are kept as text in Tinos, so the PDF embeds one font and the text can be searched and read aloud. Each chart carries
the figures it draws, which `hoso verify` recomputes; without any data a sentence stands in its place.
"""

from .distribution import distribution
from .flow import flow
from .ranked import ranked
from .scores import scores
from .tiles import tiles
from .trend import trend

__all__ = ["distribution", "flow", "ranked", "scores", "tiles", "trend"]
