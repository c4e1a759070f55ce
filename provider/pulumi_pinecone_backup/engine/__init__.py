"""What the core needs of a Pulumi engine, and who provides it. Knows nothing of Pinecone."""
