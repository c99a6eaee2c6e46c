import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { credentialsEnvironment, credentialsMount, credentialsVolume } from "./pod-credentials.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sentinel-token-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it("is a token where its file is looked for", () => {
  const [source] = credentialsVolume.projected.sources;
  expect(credentialsVolume.name).toBe(credentialsMount.name);
  expect(credentialsEnvironment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE).toBe(
    `${credentialsMount.mountPath}/${source?.serviceAccountToken.path}`,
  );
});

it("lets a process that started before its association have its rights as soon as there are some", async () => {
  let associated = false;
  const seen: (string | undefined)[] = [];
  const agent = createServer((request, response) => {
    seen.push(request.headers.authorization);
    const rights = { AccessKeyId: "key", SecretAccessKey: "secret", Token: "token" };
    const Expiration = new Date(Date.now() + 3_600_000).toISOString();
    response
      .writeHead(associated ? 200 : 404, { "content-type": "application/json" })
      .end(JSON.stringify(associated ? { ...rights, Expiration } : {}));
  });
  await new Promise<void>((resolve) => agent.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = agent.address() as AddressInfo;
    writeFileSync(join(folder, "token"), "of the pod");
    const here: Readonly<Record<keyof typeof credentialsEnvironment, string>> = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(folder, "token"),
    };
    const nowhereElse = { AWS_EC2_METADATA_DISABLED: "true", HOME: folder };
    for (const [key, value] of Object.entries({ ...here, ...nowhereElse })) vi.stubEnv(key, value);
    for (const key of ["AWS_ACCESS_KEY_ID", "AWS_PROFILE"]) vi.stubEnv(key, undefined);
    const { config } = new DynamoDBClient({ region: "us-east-1" });
    await expect(config.credentials()).rejects.toThrow();
    associated = true;
    await expect(config.credentials()).resolves.toMatchObject({ accessKeyId: "key" });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toBe("of the pod");
  } finally {
    agent.close();
  }
});
