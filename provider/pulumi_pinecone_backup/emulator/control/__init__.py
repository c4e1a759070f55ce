"""The control plane: routes, requests, and answers in the shape of each API version."""
