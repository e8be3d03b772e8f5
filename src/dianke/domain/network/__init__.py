"""
The network as far as customers hang on it: substation, feeder, transformer area, transformer and its states.

Not here: meters and usage points (metering), losses (line_loss).
"""
