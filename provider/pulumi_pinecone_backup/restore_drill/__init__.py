"""Restore drills: restores that are verified and thrown away."""
