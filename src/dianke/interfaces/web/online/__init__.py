"""Pages of gateways and agents: orders, call-backs, files of days, money under way."""
