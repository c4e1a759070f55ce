"""The plugin as a source folder: what `pulumi package add` of this repository runs."""

from pulumi_pinecone_backup.plugin.server import main

main()
