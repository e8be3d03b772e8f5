"""Pages of risk: the watch list, an account's risk, measures, the models."""
