"""What shows that records are the same: samples, their fingerprint, and how both are compared."""
