"""What the flat files share, and no lesson imports."""
