"""Writes of credit: facts, scores, notices, objections, tables of measures."""
