"""Pages of corrections: what was wrong with a bill, what is right, who agreed, what the customer reads."""
