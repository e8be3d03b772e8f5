"""Pages of the trail: changes, acts, alarms, the chain."""
