// Package yaml takes the place of the SDK's package of that name, whose only use by the provider is in
// components that the stacks do not have (ConfigFile, ConfigGroup, Chart). It would bring a type for
// every kind of every version of the API with it, in 61 packages.
package yaml

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// RegisterResource refuses.
func RegisterResource(_ *pulumi.Context, apiVersion, kind, name string, _ pulumi.Input,
	_ ...pulumi.ResourceOption) (pulumi.CustomResource, error) {
	return nil, fmt.Errorf("%s %s %s: components are not built into this provider", apiVersion, kind, name)
}
