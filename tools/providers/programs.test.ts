import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { kubernetesVersion } from "../../infra/versions.ts";

const root = join(import.meta.dirname, "../..");
const textOf = (path: string) => readFileSync(join(root, path), "utf8");
const setUp = textOf("tools/bootstrap-providers.sh");

it("the API server is of the version that EKS runs", () => {
  expect(setUp).toMatch(
    new RegExp(`^KUBERNETES=k8s\\.io/kubernetes@v${kubernetesVersion}\\.`, "m"),
  );
});

it("Helm is built of the modules that the Kubernetes provider is built of", () => {
  const [, version] = /^KUBERNETES_PROVIDER=.*@(\S+)$/m.exec(setUp) ?? [];
  expect(version).toBeDefined();
  expect(textOf("tools/bootstrap-helm.sh")).toContain(`KUBERNETES_PROVIDER=${version}\n`);
});

it("the AWS provider has a name for each type that the stacks use", () => {
  const sources = globSync("{infra,stacks}/**/*.ts", { cwd: root })
    .filter((name) => !/\.(test|fixture)\.ts$/.test(name))
    .map(textOf)
    .join("\n");
  const used = [...sources.matchAll(/\bnew aws\.(\w+)\.(\w+)\(/g)].map(([, module, type = ""]) => {
    const file = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
    return `aws:${module}/${file}:${type}`;
  });
  expect(used.length).toBeGreaterThan(40);
  const named = textOf("tools/providers/aws/tokens.go");
  expect([...new Set(used)].filter((token) => !named.includes(`"${token}"`))).toEqual([]);
});
