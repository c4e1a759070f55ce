"""Whether an index can be backed up, as the service's rules say it.

Source: `create_backup` and `create_backup_schedule`: pod indexes and indexes with a
customer-managed key are refused.
"""

from __future__ import annotations

from pulumi_pinecone_backup.engine.unknowns import has_unknown
from pulumi_pinecone_backup.lifecycle.checks import Checked
from pulumi_pinecone_backup.service.models import IndexModel


def refusal(index: IndexModel) -> str | None:
    """Return why an index cannot be backed up, or None if it can."""
    if index.deployment_type == "pod":
        return (
            f"index `{index.name}` is a pod index, and pod indexes cannot be backed up: migrate "
            "it to a serverless index first"
        )
    if index.cmek_id:
        return (
            f"index `{index.name}` uses a customer-managed key, and such indexes cannot be backed "
            "up"
        )
    return None


def preflight(checked: Checked) -> None:
    """Look at the index that a check's inputs name, as the preview's list shows it."""
    index_name = checked.news.get("index_name")
    indexes = checked.session.lists.indexes()
    if indexes is None or has_unknown(index_name):
        return
    index = indexes.get(str(index_name))
    if index is None:
        checked.warn(f"index `{index_name}` does not exist yet in this project")
        return
    why = refusal(index)
    if why is not None:
        checked.failures.append(why)
