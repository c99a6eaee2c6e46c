/**
 * `node trim.ts PROVIDER BRIDGE`: makes the two copies of modules fit for a build of minutes. The AWS
 * provider has 250 services, each with a client of megabytes; those that the stacks use are kept. The
 * bridge is older than the provider and lacks one call of its protocol.
 */
import { globSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const kept = new Set(
  (
    "dynamodb ec2 ecr eks elbv2 globalaccelerator iam kms logs meta organizations route53 s3 " +
    "s3control sts"
  ).split(" "),
);

const edit = (file: string, change: (text: string) => string) =>
  writeFileSync(file, change(readFileSync(file, "utf8")));

/** The configuration of error messages is embedded by a pattern, and stays. */
function dropSources(services: string): void {
  for (const service of readdirSync(services, { withFileTypes: true })) {
    if (!service.isDirectory() || kept.has(service.name)) continue;
    const folder = join(services, service.name);
    for (const name of readdirSync(folder)) {
      if (name !== "smarterr.hcl") rmSync(join(folder, name), { recursive: true });
    }
  }
}

/** The lines of the list of services that name one of ours, or none at all. */
const listed = (text: string): string =>
  text
    .split("\n")
    .filter((line) => {
      const [, imported, used] =
        /terraform-provider-aws\/internal\/service\/(\w+)"|^\s*(\w+)\.ServicePackage\(ctx\),/.exec(
          line,
        ) ?? [];
      const service = imported ?? used;
      return service === undefined || kept.has(service);
    })
    .join("\n");

/** Methods `xClient` that the sources which are left ask for, and the imports that these need. */
function clients(text: string, asked: ReadonlySet<string>): string {
  const [head = "", ...methods] = text.split(/^(?=func )/m);
  const body = methods
    .filter((method) => asked.has(/^func \(c \*AWSClient\) (\w+)\(/.exec(method)?.[1] ?? ""))
    .join("");
  const imports = head.split("\n").filter((line) => {
    const [, alias, path] =
      /^\s*(?:(\w+) )?"github\.com\/aws\/aws-sdk-go-v2\/service\/([\w/]+)"/.exec(line) ?? [];
    return path === undefined || body.includes(`*${alias ?? path.split("/").at(-1)}.Client`);
  });
  return imports.join("\n") + body;
}

function trimProvider(provider: string): void {
  // Its acceptance tests ask for clients of their own.
  rmSync(join(provider, "internal/acctest"), { recursive: true });
  dropSources(join(provider, "internal/service"));
  edit(join(provider, "internal/provider/sdkv2/service_packages_gen.go"), listed);
  const generated = join(provider, "internal/conns/awsclient_gen.go");
  const asked = new Set(
    globSync("**/*.go", { cwd: provider })
      .map((name) => join(provider, name))
      .filter((file) => file !== generated)
      .flatMap((file) =>
        [...readFileSync(file, "utf8").matchAll(/\.(\w+Client)\(/g)].map(([, name = ""]) => name),
      ),
  );
  edit(generated, (text) => clients(text, asked));
}

function mendBridge(bridge: string): void {
  const withoutReplacements = (text: string) =>
    text
      .split("\n")
      .filter((line) => !line.startsWith("replace "))
      .join("\n");
  edit(join(bridge, "go.mod"), withoutReplacements);
  const missing = `
func (emptyServer) GenerateResourceConfig(
	context.Context, *tfprotov6.GenerateResourceConfigRequest,
) (*tfprotov6.GenerateResourceConfigResponse, error) {
	return &tfprotov6.GenerateResourceConfigResponse{}, nil
}
`;
  edit(join(bridge, "pkg/pf/proto/empty.go"), (text) => text + missing);
}

const [provider, bridge] = process.argv.slice(2);
if (!provider || !bridge) throw new Error("usage: node trim.ts PROVIDER BRIDGE");
trimProvider(provider);
mendBridge(bridge);
