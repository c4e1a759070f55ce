#!/bin/sh
# Let Pulumi Deployments run a stack: a preview for each pull request, `up` for each push to main.
#
#     ./settings.sh acme/pinecone-recovery/prod acme/pinecone-recovery
#
# The key is not among the settings: the stack imports the environment of ../esc.
set -eu

stack=${1:?give the stack, such as acme/pinecone-recovery/prod}
repository=${2:?give the repository on GitHub, such as acme/pinecone-recovery}

exec pulumi deployment settings edit --stack "$stack" \
    --github-repo "$repository" --branch main --folder . \
    --preview-prs --push-to-deploy \
    --env PULUMI_PARALLEL=200 \
    --delete-after-destroy=false
