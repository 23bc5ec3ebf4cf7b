"""Hooks: one for all platforms, and a thin one for each connection type."""
