"""Pinecone's API: requests, answers, errors and settings. Knows nothing of Pulumi."""
