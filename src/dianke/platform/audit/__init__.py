"""The trail: one record for each use case, and the context that row history is tied to."""
