import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { regionNames } from "../app/contract/regions.ts";
import { planRegion } from "../infra/capacity/capacity.ts";
import { corePace } from "../infra/messaging/nats-core.ts";
import { edgePace } from "../infra/messaging/nats-edge.ts";
import { rolloutSeconds } from "../infra/platform/rollout.ts";
import { provisionSeconds } from "../infra/workloads/provision.ts";
import { processPace } from "../infra/workloads/workload.ts";
import { fleetOf, parseSettings } from "../stacks/settings.ts";
import { imageNames } from "../stacks/settings-schema.ts";
import { committed } from "../stacks/stack-files.fixture.ts";

const root = join(import.meta.dirname, "..");
const textOf = (path: string) => readFileSync(join(root, path), "utf8");

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly "runs-on": string;
  readonly "timeout-minutes": number;
  readonly environment?: string;
  readonly strategy?: { readonly matrix: { readonly process: readonly string[] } };
  readonly steps: readonly Step[];
}

const jobOf = (workflow: string, job: string): Job =>
  parse(textOf(`.github/workflows/${workflow}.yml`)).jobs[job];
const up = jobOf("up", "up");
const preview = jobOf("preview", "cloud");
const images = jobOf("deploy", "images");
const indexOf = (job: Job, text: string) =>
  job.steps.findIndex((step) => step.run?.includes(text) || step.with?.["command"] === text);

/** The longest that an `up` waits when every pod of a region is replaced. */
function longestUpSeconds(): number {
  const fleet = fleetOf(parseSettings("us-east", committed));
  return Math.max(
    ...regionNames.map((region) => {
      const { core, edge, inspector } = planRegion(fleet[region]);
      const servers = Math.max(
        rolloutSeconds(core.replicas, corePace),
        rolloutSeconds(edge.maxReplicas, edgePace),
      );
      return servers + provisionSeconds + rolloutSeconds(inspector.replicas, processPace);
    }),
  );
}

describe("the workflow that stands a region up", () => {
  const limitSeconds = up["timeout-minutes"] * 60;
  const sessionSeconds = Number(
    up.steps.find(({ with: given }) => given?.["role-duration-seconds"])?.with?.[
      "role-duration-seconds"
    ],
  );

  it("lives as long as the longest rollout, within what GitHub gives a job", () => {
    expect(limitSeconds).toBeGreaterThan(longestUpSeconds());
    expect(up["timeout-minutes"]).toBeLessThanOrEqual(360);
  });

  it("is signed in as long as it lives, within what AWS gives a role", () => {
    expect(sessionSeconds).toBeGreaterThanOrEqual(limitSeconds);
    expect(sessionSeconds).toBeLessThanOrEqual(12 * 3600);
    expect(textOf("docs/operations.md")).toContain(`--max-session-duration ${sessionSeconds}`);
  });
});

describe("what Pulumi does in a workflow", () => {
  it.each([
    ["up", up, "pulumi up", "patch"],
    ["preview", preview, "preview", "get"],
  ])("%s happens where the cluster was reached, or not at all", (_, job, command, verb) => {
    expect(job["runs-on"]).toContain("vars.CLUSTER_RUNNER");
    const reached = job.steps.findIndex(({ run }) =>
      new RegExp(`reach-cluster\\.sh .* ${verb}$`, "m").test(run ?? ""),
    );
    expect(reached).toBeGreaterThan(-1);
    expect(indexOf(job, command)).toBeGreaterThan(reached);
  });

  it("shows the images that run, and not the way back from them", () => {
    const taken = indexOf(preview, "deployed-images.sh");
    expect(taken).toBeGreaterThan(-1);
    expect(indexOf(preview, "preview")).toBeGreaterThan(taken);
  });
});

it("a pull request is told of the preview to its end, where the month's cost stands", () => {
  const asked = preview.steps.find(({ with: given }) => given?.["command"] === "preview")?.with;
  expect(asked).toMatchObject({ "comment-on-pr": true, "always-include-summary": true });
});

it("tests on the real providers in a job with a cache of its own", () => {
  const { steps } = jobOf("test", "providers");
  const keys = steps.map(({ with: given }) => String(given?.["key"] ?? ""));
  expect(keys.filter((key) => key.startsWith("providers-"))).toHaveLength(1);
  expect(steps.at(-1)?.run).toBe("make test-providers");
});

it("renders the charts as they are published, or fails", () => {
  const last = jobOf("test", "charts").steps.at(-1);
  expect(last?.run).toBe("make charts");
  expect(last?.env).toEqual({ CHARTS_REQUIRED: "true" });
});

describe("images", () => {
  it("are built for every process that has a target", () => {
    const targets = [...textOf("Dockerfile").matchAll(/^FROM process AS (\S+)$/gm)];
    expect(targets.map(([, name]) => name).sort()).toEqual([...imageNames].sort());
    expect([...(images.strategy?.matrix.process ?? [])].sort()).toEqual([...imageNames].sort());
  });

  it("run the Node that the tests ran on, on the Debian that they were built on", () => {
    const [, node, debian] =
      /^ARG BUILD_BASE=node:([\d.]+)-(\w+)$/m.exec(textOf("Dockerfile")) ?? [];
    expect(textOf("tools/bootstrap.sh")).toContain(`NODE_VERSION=${node}.`);
    const versions = ["up", "preview", "test"].flatMap((name) =>
      [...textOf(`.github/workflows/${name}.yml`).matchAll(/node-version: "(.*)"/g)].map(
        ([, version]) => version,
      ),
    );
    expect(new Set(versions)).toEqual(new Set([node]));
    expect(debian).toBe("trixie");
    expect(textOf("Dockerfile")).toMatch(
      /^ARG PROCESS_BASE=gcr\.io\/distroless\/cc-debian13:nonroot$/m,
    );
    expect(textOf("Dockerfile")).toContain("COPY --from=build /usr/local/bin/node");
  });

  it("are built on bases by digest, or not at all", () => {
    const asked = images.steps.findIndex(({ run }) => run?.includes("tools/base-images.ts"));
    const push = images.steps.findIndex(({ uses }) => uses?.startsWith("docker/build-push-action"));
    expect(asked).toBeGreaterThan(-1);
    expect(push).toBeGreaterThan(asked);
    const { id } = images.steps[asked] ?? {};
    expect(images.steps[push]?.with?.["build-args"]).toBe(`\${{ steps.${id}.outputs.arguments }}`);
    // Every week it is asked whether they have aged, whatever is merged.
    expect(textOf(".github/workflows/bases.yml")).toMatch(/schedule:\n\s+- cron: /);
    expect(textOf(".github/workflows/bases.yml")).toContain("node tools/base-images.ts");
  });

  it("are pushed once for a commit, because their tags cannot be moved", () => {
    const asked = images.steps.find(({ run }) => run?.includes("image-present.sh"));
    const push = images.steps.find(({ uses }) => uses?.startsWith("docker/build-push-action"));
    expect(push?.if).toBe(`steps.${asked?.id}.outputs.present == 'false'`);
  });
});

describe("who may take on the roles", () => {
  const policies = [...textOf("docs/operations.md").matchAll(/```json\n([\s\S]*?)```/g)]
    .map(([, text]) => JSON.parse(text ?? ""))
    .filter(({ Statement }) => Statement?.[0]?.Action === "sts:AssumeRoleWithWebIdentity");
  const subjects = policies.map(({ Statement }) => {
    const { StringEquals } = Statement[0].Condition;
    expect(StringEquals["token.actions.githubusercontent.com:aud"]).toBe("sts.amazonaws.com");
    return [StringEquals["token.actions.githubusercontent.com:sub"]].flat();
  });
  const of = (claim: string) => `repo:<owner>/<repository>:${claim}`;

  it("is told exactly: pull requests, main, and the approved environments", () => {
    expect(up.environment).toBe("${{ inputs.stack }}");
    expect([preview, images].map(({ environment }) => environment)).toEqual([undefined, undefined]);
    expect(subjects).toEqual([
      [of("pull_request")],
      [of("ref:refs/heads/main")],
      regionNames.map((stack) => of(`environment:${stack}`)),
    ]);
  });
});

const hasAws = spawnSync("aws", ["--version"]).status === 0;

describe.skipIf(!hasAws)("when AWS does not answer", () => {
  const run = (script: string, ...args: string[]) =>
    spawnSync(join(root, "tools/ci", script), args, {
      encoding: "utf8",
      env: {
        ...process.env,
        // Nothing listens there, and nothing goes elsewhere.
        AWS_ENDPOINT_URL: "http://127.0.0.1:1",
        HTTPS_PROXY: "http://127.0.0.1:1",
        AWS_ACCESS_KEY_ID: "none",
        AWS_SECRET_ACCESS_KEY: "none",
        AWS_DEFAULT_REGION: "us-east-1",
        AWS_MAX_ATTEMPTS: "1",
      },
    });

  it.each([
    ["reach-cluster.sh", ["sentinel-us-east", "us-east-1", "get"]],
    ["image-present.sh", ["mqtt-sentinel/auth", "0.1.0"]],
  ])("%s fails and says so, instead of going on without it", (script, args) => {
    const { status, stdout, stderr } = run(script, ...args);
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^::error::[\s\S]*(Could not|Failed to) connect/m);
  });
});
