"""The outlook: a stock-and-flow model of the magnet elements, 1990 to 2050, and its score.

Nd+Pr and Dy+Tb, China and the rest of the world. `inputs` says what goes in and whence, `paths` how
it unfolds in time, `stocks` how goods age, `model` puts them together, `sampling` draws runs,
`runner` runs many, `score` holds the driver of demand against what happened.
"""

from rare_earths.outlook.inputs import OutlookError

__all__ = ["OutlookError"]
