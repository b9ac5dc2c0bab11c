"""What stands on the screen. Each widget shows one thing, draws itself, and knows no sibling."""
