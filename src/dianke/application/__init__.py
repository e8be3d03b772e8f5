"""Use cases: permission, one transaction, one audit record and the journey across modules."""
