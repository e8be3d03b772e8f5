"""Decisions of fee control, without Django: policy, states, cut-off, clocks, frames, spans."""
