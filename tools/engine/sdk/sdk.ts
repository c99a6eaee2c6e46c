import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  type DeclaredProperties,
  interfaceBody,
  nestedInterfaceBody,
  propertiesOf,
} from "./interfaces.ts";

/** A resource type as the installed npm SDK declares it. */
export interface SdkResource {
  readonly inputs: DeclaredProperties;
  /** Properties that only the cloud knows. */
  readonly outputs: readonly string[];
  /** Properties that the SDK tells the engine to encrypt. */
  readonly secretOutputs: readonly string[];
}

export interface Sdk {
  /** Undefined when the SDK has no such type. */
  resourceOf(type: string): SdkResource | undefined;
  /** Whether the SDK has the group and version of this Kubernetes type at all. */
  hasModule(type: string): boolean;
  /** @throws Error when a declaration refers to a nested type that is not there. */
  nestedOf(packageName: string, path: string): DeclaredProperties;
}

const installed = join(import.meta.dirname, "../../../node_modules/@pulumi");

/** Learns types when they are first asked for and remembers them. */
export function openSdk(root = installed): Sdk {
  const resources = new Map<string, SdkResource | undefined>();
  const nested = new Map<string, DeclaredProperties>();
  const inputFiles = new Map<string, string>();
  const inputFile = (packageName: string) =>
    remember(inputFiles, packageName, () =>
      readFileSync(join(root, packageName, "types/input.d.ts"), "utf8"),
    );
  return {
    resourceOf: (type) => remember(resources, type, () => learn(root, type)),
    hasModule: (type) => existsSync(dirname(pathOf(root, type))),
    nestedOf: (packageName, path) =>
      remember(nested, `${packageName}:${path}`, () => {
        const body = nestedInterfaceBody(inputFile(packageName), path);
        if (body === undefined) throw new Error(`@pulumi/${packageName} has no input type ${path}`);
        return propertiesOf(body);
      }),
  };
}

function remember<T>(known: Map<string, T>, key: string, learnIt: () => T): T {
  if (known.has(key)) return known.get(key) as T;
  const value = learnIt();
  known.set(key, value);
  return value;
}

/**
 * Where the SDK keeps a type: `aws:ec2/vpc:Vpc` in `aws/ec2/vpc`, and
 * `kubernetes:rbac.authorization.k8s.io/v1:Role` in `kubernetes/rbac/v1/role`.
 */
function pathOf(root: string, type: string): string {
  const [packageName = "", module = "", name = ""] = type.split(":");
  if (packageName !== "kubernetes") return join(root, packageName, module.replace(/^index\//, ""));
  const [group = "", version = ""] = module.split("/");
  return join(root, packageName, group.split(".")[0] ?? "", version, name);
}

function learn(root: string, type: string): SdkResource | undefined {
  const path = pathOf(root, type);
  if (!existsSync(dirname(path))) return undefined;
  // Generators disagree on capitals (`s3location`, `apiservice`), so names are compared without them.
  const wanted = [`${basename(path)}.js`, `${basename(path)}_.js`].map((each) =>
    each.toLowerCase(),
  );
  for (const file of readdirSync(dirname(path))) {
    if (!wanted.includes(file.toLowerCase())) continue;
    const script = join(dirname(path), file);
    const code = readFileSync(script, "utf8");
    if (code.includes(`__pulumiType = '${type}'`)) {
      return resourceIn(code, readFileSync(script.replace(/js$/, "d.ts"), "utf8"));
    }
  }
  return undefined;
}

function resourceIn(code: string, declarations: string): SdkResource {
  const className = /class (\w+) extends pulumi\.CustomResource/.exec(code)?.[1] ?? "";
  const inputs = propertiesOf(interfaceBody(declarations, `${className}Args`) ?? "");
  const outputs = [...code.matchAll(/resourceInputs\["(\w+)"\] = undefined \/\*out\*\//g)]
    .map(([, name = ""]) => name)
    .filter((name) => !inputs.has(name));
  const secrets = /additionalSecretOutputs: \[([^\]]*)\]/.exec(code)?.[1] ?? "";
  return {
    inputs,
    outputs: [...new Set(outputs)],
    secretOutputs: [...secrets.matchAll(/"(\w+)"/g)].map(([, name = ""]) => name),
  };
}
