"""Links to runs in the platforms' own pages."""
