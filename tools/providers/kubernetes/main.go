// Pulumi's Kubernetes provider, under the version that the SDK of package.json has. Its module cannot
// be built by itself outside its repository; the schemas are copied from it beside this file.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var mapping []byte

var version string

func main() { provider.Serve("kubernetes", version, schema, mapping) }
