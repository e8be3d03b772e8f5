"""Reads of credit: facts, policy, scores, notices, objections, measures."""
