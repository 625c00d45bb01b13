"""Measures of what the states of layers hold: arrays in, numbers out; `states` fills the arrays."""
