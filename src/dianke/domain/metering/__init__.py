"""
Usage points, meters and what hangs between them: who is measured where, by which meter, times what.

Not here: readings (readings), prices (tariffs).
"""
