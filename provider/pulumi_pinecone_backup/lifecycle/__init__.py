"""What all resources share: inputs, identity, checks, the session, and when something is gone."""
