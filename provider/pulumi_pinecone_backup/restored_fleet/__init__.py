"""Many restores at once, whatever the engine's parallelism: the two ends of a `RestoredFleet`."""
