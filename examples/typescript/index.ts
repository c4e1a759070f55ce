import * as pulumi from "@pulumi/pulumi";
import * as pinecone from "pulumi-pinecone-backup";

const config = new pulumi.Config();
const indexName = config.get("index") ?? "products";

const nightly = new pinecone.Backup("nightly", { indexName });
const recovered = new pinecone.RestoredIndex("recovered", {
    backupId: nightly.id,
    tags: { purpose: config.get("purpose") ?? "rehearsal" },
    deletionProtection: "disabled",
    verify: "records",
});

// What the project holds already, also of indexes that are gone.
const newest = pinecone.listBackupsOutput({ indexName }).backups.apply((found) => found.length);

export const index = recovered.id;
export const recoveryPointAt = recovered.recoveryPointAt;
export const rtoSeconds = recovered.rtoSeconds;
export const backupsBefore = newest;
