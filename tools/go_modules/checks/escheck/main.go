// Checks the definition of a Pulumi ESC environment, and prints what it gives to a run.
//
// For tests, by Pulumi's own evaluator. It opens no provider and no other environment.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/pulumi/esc"
	"github.com/pulumi/esc/eval"
)

var errOffline = errors.New("checked without Pulumi Cloud")

// offline loads no provider and no other environment.
type offline struct{}

func (offline) LoadProvider(context.Context, string) (esc.Provider, error) { return nil, errOffline }

func (offline) LoadRotator(context.Context, string) (esc.Rotator, error) { return nil, errOffline }

func (offline) LoadEnvironment(context.Context, string) ([]byte, eval.Decrypter, error) {
	return nil, nil, errOffline
}

func (offline) Decrypt(context.Context, []byte) ([]byte, error) { return nil, errOffline }

// given is what an environment gives to a run: names, and whether the value is secret.
type given struct {
	EnvironmentVariables map[string]bool `json:"environmentVariables"`
}

func check(path string) (*given, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	declared, problems, err := eval.LoadYAMLBytes(path, source)
	if err != nil || problems.HasErrors() {
		return nil, errors.Join(err, problems)
	}
	run, err := esc.NewExecContext(map[string]esc.Value{})
	if err != nil {
		return nil, err
	}
	environment, found := eval.CheckEnvironment(
		context.Background(), path, declared, offline{}, offline{}, offline{}, run, false)
	// Warnings count as well: they tell of keys that are misspelt.
	if problems = append(problems, found...); len(problems) > 0 {
		return nil, problems
	}
	answer := given{map[string]bool{}}
	for name, value := range environment.GetEnvironmentVariables() {
		answer.EnvironmentVariables[name] = value.Secret
	}
	return &answer, nil
}

func main() {
	answer, err := check(os.Args[1])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(answer)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
