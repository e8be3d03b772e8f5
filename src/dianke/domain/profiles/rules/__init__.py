"""Decisions of profiles: no database, no clock."""
