"""Cuts readers over to a restored index, and keeps the way back open for a set time."""

from datetime import date

import pulumi
import pulumi_pinecone_backup as pinecone_backup

config = pulumi.Config()
live: str = config.require("live")
slots: dict[str, str] = config.require_object("slots")
keep_until = date.fromisoformat(config.get("keepPreviousUntil") or "1970-01-01")

if live not in slots:
    raise pulumi.RunError(f"`live` is `{live}`, and `slots` has {', '.join(sorted(slots))} only")

indexes = {
    slot: pinecone_backup.RestoredIndex(
        f"products-{slot}",
        backup_id=backup_id,
        on_backup_change="fail",
        # What is live, and what one may have to go back to, cannot be deleted by mistake.
        deletion_protection=(
            "enabled" if slot == live or date.today() < keep_until else "disabled"
        ),
    )
    for slot, backup_id in slots.items()
}

pulumi.export("live", indexes[live].id)
pulumi.export("host", indexes[live].host)
pulumi.export("others", [index.id for slot, index in indexes.items() if slot != live])
