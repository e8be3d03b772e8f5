"""Looking up what was changed, proving that the record is whole, and the alarms it raises."""
