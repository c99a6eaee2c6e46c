import { beforeAll, describe, expect, it } from "vitest";
import type { FakeEngine } from "../../test/support/fake-engine.ts";
import { objectNamed } from "../platform/objects.fixture.ts";
import { environmentIn, makeWorkloads, podIn, workloads } from "./workloads.fixture.ts";

let engine: FakeEngine;
beforeAll(async () => {
  engine = await makeWorkloads();
});
const podOf = (name: string, of = engine) => podIn(of, name);
const environmentOf = (name: string, of = engine) => environmentIn(of, name);

describe.each(workloads)("$name", ({ name }) => {
  it("is stopped only after the time that its drain may take", () => {
    expect(podOf(name).terminationGracePeriodSeconds).toBeGreaterThan(25);
  });

  it("can do nothing but its work", () => {
    const pod = podOf(name);
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      serviceAccountName: name,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    });
    expect(pod.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(objectNamed(engine, "ServiceAccount", name).automountServiceAccountToken).toBe(false);
  });

  it("is asked whether it lives and whether it can work", () => {
    const [container] = podOf(name).containers;
    expect(container.livenessProbe.httpGet).toEqual({ path: "/livez", port: "metrics" });
    expect(container.readinessProbe.httpGet).toEqual({ path: "/readyz", port: "metrics" });
  });

  it("is called by its pod's name", () => {
    expect(podOf(name).containers[0].env).toContainEqual({
      name: "REPLICA",
      valueFrom: { fieldRef: { fieldPath: "metadata.name" } },
    });
  });

  it("reads every secret from a file that is mounted, and has none in its environment", () => {
    const mounts = podOf(name).containers[0].volumeMounts.map(
      (mount: { mountPath: string }) => `${mount.mountPath}/`,
    );
    const holdsFiles = (key: string) => /_FILES?$/.test(key);
    const files = Object.entries(environmentOf(name))
      .filter(([key]) => holdsFiles(key))
      // Several files are told as region=file, comma separated.
      .flatMap(([, value = ""]) => value.split(",").map((each) => each.replace(/^[a-z-]+=/, "")));
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      expect(mounts.some((mount: string) => file.startsWith(mount))).toBe(true);
    }
    const other = Object.keys(environmentOf(name)).filter((key) => !holdsFiles(key));
    expect(other.filter((key) => /PASSWORD|SEED|SECRET/.test(key))).toEqual([]);
  });

  it("is scraped at the port of that name, and taken away one pod at a time", () => {
    expect(objectNamed(engine, "Service", name).spec).toMatchObject({
      clusterIP: "None",
      ports: [{ name: "metrics", port: 8080 }],
    });
    expect(objectNamed(engine, "PodDisruptionBudget", name).spec.maxUnavailable).toBe(1);
  });

  it("keeps its heap below its memory", () => {
    const [{ args, resources }] = podOf(name).containers;
    expect(resources.limits).toEqual({ memory: "4096Mi" });
    expect(args).toContain("--max-old-space-size=2457");
  });
});

describe("a process with rights at AWS", () => {
  it.each(["auth", "console"])("%s asks for them itself, however early it starts", (name) => {
    expect(environmentOf(name)).toMatchObject({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
    });
    const { volumes } = podOf(name);
    expect(volumes).toContainEqual(
      expect.objectContaining({ name: "eks-pod-identity-token", projected: expect.anything() }),
    );
  });

  it("is no other", () => {
    expect(JSON.stringify([podOf("bridge"), podOf("inspector")])).not.toContain("pod-identity");
  });
});
