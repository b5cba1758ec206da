"""reweave."""
