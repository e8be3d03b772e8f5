"""Decisions of tariffs: reading sheets, laying out hours, tiers, voltages, choices of class."""
