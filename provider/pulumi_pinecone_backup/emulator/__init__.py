"""An emulator of Pinecone's control and data plane, with backups and restores; extra `emulator`.

State is in modules that know no HTTP, HTTP is in modules that keep no state, and nothing here
imports the client side of the package: the two agree only because both follow the service.
"""

from pulumi_pinecone_backup.emulator.server import Emulator

__all__ = ["Emulator"]
