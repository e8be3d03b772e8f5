"""The dianke command."""
