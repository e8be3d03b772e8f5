"""The interface for programs: /api/v1. Nothing here is imported before the first request of a program."""
