"""Money, quantities, periods, calendars, clocks and errors: plain Python that knows nothing above it."""
