import { defaultEnforcement } from "../../app/contract/enforcement.ts";
import { lanes } from "../../app/contract/lanes.ts";
import type { FakeEngine } from "../../test/support/fake-engine.ts";
import { namespace, objectNamed, objectsOf, plan } from "../platform/objects.fixture.ts";
import { Aggregator } from "./aggregator.ts";
import { Archive } from "./archive.ts";
import { Auth } from "./auth.ts";
import { Bridge, type Upstream } from "./bridge.ts";
import { Console, type ConsoleArgs } from "./console.ts";
import { Delivery } from "./delivery.ts";
import { Inspector } from "./inspector.ts";
import { Meter } from "./meter.ts";

const common = {
  namespace,
  trustConfigMap: "internal-ca",
  coreReplicas: 3,
  plan,
};
const argsOf = (workload: string) => ({
  ...common,
  image: `example.com/${workload}@sha256:${"a".repeat(64)}`,
  secretName: `${workload}-secrets`,
});
export const bundled: Upstream = { kind: "bundled", passwordSecret: "upstream-bridge" };
type SignIn = Pick<ConsoleArgs, "oidc" | "oidcSecret">;
/** Every process of ours, as it is told by its plan. */
export const makeWorkloads = (upstream: Upstream = bundled, signIn: SignIn = {}) =>
  objectsOf(() => {
    new Bridge("bridge", { ...argsOf("bridge"), upstream });
    new Meter("meter", argsOf("meter"));
    new Delivery("delivery", { ...argsOf("delivery"), region: "eu-west" });
    for (const lane of Object.values(lanes)) {
      const what = { lane, signatures: "require", region: "eu-west" } as const;
      new Inspector(lane.process, { ...argsOf(lane.process), ...what });
    }
    const auth = { region: "eu-west", awsRegion: "eu-west-1", deviceTable: "devices" } as const;
    new Console("console", {
      ...argsOf("console"),
      ...{ tableRegion: "us-east-1", deviceTable: "devices", certificateSecret: "console-tls" },
      ...signIn,
    });
    new Archive("archive", {
      ...argsOf("archive"),
      ...{ region: "eu-west", bucketName: "audit-archive-1a2b", bucketRegion: "us-east-1" },
    });
    const enforcement = { ...defaultEnforcement, mode: "enforce" } as const;
    new Aggregator("aggregator", { ...argsOf("aggregator"), region: "eu-west", enforcement });
    new Auth("auth", { ...argsOf("auth"), ...auth, deviceAuth: "certificate", enforcement });
  });

export const workloads = [
  { name: "bridge", kind: "StatefulSet" },
  { name: "meter", kind: "StatefulSet" },
  { name: "delivery", kind: "StatefulSet" },
  { name: "inspector", kind: "StatefulSet" },
  { name: "report-inspector", kind: "StatefulSet" },
  { name: "auth", kind: "Deployment" },
  { name: "console", kind: "Deployment" },
  { name: "archive", kind: "StatefulSet" },
  { name: "aggregator", kind: "StatefulSet" },
];
export const podIn = (of: FakeEngine, name: string) =>
  objectNamed(of, workloads.find((each) => each.name === name)?.kind ?? "", name).spec.template
    .spec;
export const environmentIn = (of: FakeEngine, name: string): Record<string, string | undefined> =>
  Object.fromEntries(
    podIn(of, name).containers[0].env.map((each: { name: string; value?: string }) => [
      each.name,
      each.value,
    ]),
  );
