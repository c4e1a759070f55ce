"""The resource `RestoredIndex`."""
