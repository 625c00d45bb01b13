"""What to ask: grids over axes, shipped study files."""
