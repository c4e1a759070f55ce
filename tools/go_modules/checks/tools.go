//go:build tools

package tools

import (
	_ "github.com/rhysd/actionlint/cmd/actionlint"
	_ "sigs.k8s.io/kustomize/kustomize/v5"
)
