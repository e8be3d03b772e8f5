"""Pure rules of credit: the score of one customer and of whole fleets, cases as JSON, the dated policy."""
