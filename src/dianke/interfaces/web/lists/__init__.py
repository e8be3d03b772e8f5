"""What every list can do: be exported, keep views, act on many rows."""
