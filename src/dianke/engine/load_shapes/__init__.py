"""
Kinds of day curves: how each point uses a day, and points that use it alike.

The typical day of each point, smoothed and scaled from 0 to 1, is sorted by k-means; how many kinds there are is what
stays the same when the points are drawn again. No time warping: an hour earlier is another hour to a price by time of
use. Kinds of days first and points by their share of these were measured too and are less stable; see
docs/rules/load-shapes.md.
"""
