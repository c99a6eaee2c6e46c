// The AWS provider for Terraform as a provider of Pulumi's engine: what Pulumi's own AWS provider is,
// with the few services that the stacks use, and named as its SDK names them.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-mux/tf5to6server"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/spf13/afero"

	awsprovider "github.com/hashicorp/terraform-provider-aws/internal/provider"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/proto"
	pfbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// Of the SDK that the stacks use; set by the build.
var version = "0.0.0"

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type sink struct{}

func (sink) Logf(diag.Severity, *diag.Diag, ...any) {}
func (sink) Debugf(*diag.Diag, ...any)              {}
func (sink) Infof(*diag.Diag, ...any)               {}
func (sink) Infoerrf(*diag.Diag, ...any)            {}
func (sink) Errorf(d *diag.Diag, a ...any)          { fmt.Fprintf(os.Stderr, "schema: "+d.Message+"\n", a...) }
func (sink) Warningf(*diag.Diag, ...any)            {}
func (sink) Stringify(_ diag.Severity, d *diag.Diag, a ...any) (string, string) {
	return fmt.Sprintf(d.Message, a...), ""
}

func main() {
	ctx := context.Background()
	factory, _, err := awsprovider.ProtoV5ProviderServerFactory(ctx)
	must(err)
	server, err := tf5to6server.UpgradeServer(ctx, func() tfprotov5.ProviderServer { return factory() })
	must(err)
	p := proto.New(ctx, server)
	provider := tfbridge.ProviderInfo{
		P: p, Name: "aws", Version: version, ResourcePrefix: "aws",
		MetadataInfo: &tfbridge.MetadataInfo{Path: "", Data: tfbridge.ProviderMetadata(nil)},
		Resources:    resources(p),
		DataSources:  map[string]*info.DataSource{},
	}
	for name, token := range dataTokens {
		provider.DataSources[name] = &info.DataSource{Tok: tokens.ModuleMember(token)}
	}
	// What has no name in the SDK's terms is not there.
	ignore(&provider, p.ResourcesMap(), resourceTokens)
	ignore(&provider, p.DataSourcesMap(), dataTokens)
	pfbridge.Main(ctx, "aws", provider, pfbridge.ProviderMetadata{
		XGetSchema: func(context.Context, plugin.GetSchemaRequest) ([]byte, error) {
			return schemaOf(provider)
		},
	})
}

func ignore(provider *tfbridge.ProviderInfo, all shim.ResourceMap, named map[string]string) {
	all.Range(func(name string, _ shim.Resource) bool {
		if _, ok := named[name]; !ok {
			provider.IgnoreMappings = append(provider.IgnoreMappings, name)
		}
		return true
	})
}

func resources(p shim.Provider) map[string]*info.Resource {
	all := map[string]*info.Resource{}
	for name, token := range resourceTokens {
		found, ok := p.ResourcesMap().GetOk(name)
		if !ok {
			fmt.Fprintln(os.Stderr, "no resource", name)
			continue
		}
		all[name] = resourceOf(name, token, found)
	}
	return all
}

func resourceOf(name, token string, found shim.Resource) *info.Resource {
	r := &info.Resource{Tok: tokens.Type(token), Fields: fields[name]}
	if r.Fields == nil {
		r.Fields = map[string]*info.Schema{}
	}
	if n, ok := names[name]; ok {
		r.Fields[n.field] = tfbridge.AutoNameTransform(n.field, n.limit, n.transform)
	}
	if id, has := found.Schema().GetOk("id"); !has || id.Type() != shim.TypeString {
		r.ComputeID = tfbridge.MissingIDComputeID()
	}
	if name == "aws_eks_cluster" {
		r.TransformOutputs = firstAuthority
	}
	return r
}

// Pulumi's provider shows the only element of this list.
func firstAuthority(_ context.Context, outputs resource.PropertyMap) (resource.PropertyMap, error) {
	value, ok := outputs["certificateAuthorities"]
	switch {
	case !ok:
	case value.IsArray() && len(value.ArrayValue()) > 0:
		outputs["certificateAuthority"] = value.ArrayValue()[0]
	default:
		outputs["certificateAuthority"] = value
	}
	return outputs, nil
}

func schemaOf(provider tfbridge.ProviderInfo) ([]byte, error) {
	generator, err := tfgen.NewGenerator(tfgen.GeneratorOptions{
		Package: "aws", Version: provider.Version, Language: tfgen.Schema, ProviderInfo: provider,
		Root: afero.NewMemMapFs(), Sink: sink{}, XInMemoryDocs: true, SkipExamples: true,
	})
	if err != nil {
		return nil, err
	}
	generated, err := generator.Generate()
	if err != nil {
		return nil, err
	}
	spec := generated.PackageSpec
	spec.Version = provider.Version
	return json.Marshal(spec)
}

// How long a name may be that Pulumi makes up.
type naming struct {
	field     string
	limit     int
	transform func(string) string
}

var names = map[string]naming{
	"aws_eks_cluster": {"name", 100, nil}, "aws_iam_role": {"name", 64, nil}, "aws_iam_role_policy": {"name", 128, nil},
	"aws_ecr_repository": {"name", 256, nil}, "aws_lb": {"name", 32, nil}, "aws_lb_target_group": {"name", 32, nil},
	"aws_globalaccelerator_accelerator": {"name", 64, nil}, "aws_security_group": {"name", 255, nil},
	"aws_dynamodb_table": {"name", 255, nil}, "aws_s3_bucket": {"bucket", 63, strings.ToLower},
	"aws_cloudwatch_log_group": {"name", 512, nil},
}
