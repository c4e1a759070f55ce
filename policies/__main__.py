"""Serve the policy pack; the engine starts this file, which never returns."""

from pinecone_backup_policies.pack import DESCRIPTION, NAME, policies
from pulumi_policy import EnforcementLevel, PolicyPack

PolicyPack(
    name=NAME,
    description=DESCRIPTION,
    policies=policies(),
    enforcement_level=EnforcementLevel.ADVISORY,
)
