"""The data plane: vectors, texts, queries and namespaces of one index."""
