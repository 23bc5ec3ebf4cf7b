"""Operators: one for all platforms, and one with typed keywords for each."""
