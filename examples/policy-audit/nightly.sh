#!/bin/sh
# Audit the stack STACK and write the result to OUTPUT. For cron, or a scheduled job of a pipeline.
#
# Exit code 0: nothing mandatory is violated. 1: something is. 2: the audit could not be made.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
: "${STACK:?set STACK to the stack to audit, such as organization/pinecone-policy-audit/prod}"

exec "${PYTHON:-python3}" "$here/../../policies/audit.py" \
    --stack "$STACK" \
    --config "$here/policy-config.json" \
    --output "${OUTPUT:-audit-$(date -u +%Y-%m-%d).json}"
