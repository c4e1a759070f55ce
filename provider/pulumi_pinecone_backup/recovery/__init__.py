"""Recovery of namespaces in a live index: most accidents hit one tenant, not an index."""
