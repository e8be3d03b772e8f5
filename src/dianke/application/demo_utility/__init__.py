"""
The demo utility: a county supplier that does not exist, made from data sets that may be shipped.

Load curves are real or a benchmark model's, prices are published ones, names and places are invented.
Each set stands in a folder of its own under `data/` with its source, its licence and what was changed.
"""
