"""The second front door: the core served over Pulumi's provider protocol, to every language."""
