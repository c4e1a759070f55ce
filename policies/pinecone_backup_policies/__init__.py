"""Rules for Pinecone backups and restores; `pack` lists them, `../__main__.py` serves them."""
