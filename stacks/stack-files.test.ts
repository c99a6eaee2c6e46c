import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fakeEngine } from "../test/support/fake-engine.ts";
import { readSettings } from "./settings.ts";
import { readStackFile, typedConfig } from "./stack-files.ts";

const root = join(import.meta.dirname, "..");
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "stack-files-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
  delete process.env["SENTINEL_STACK_FILES"];
});

describe("values from the engine and from YAML", () => {
  it("look the same", () => {
    const fromEngine = typedConfig({
      "sentinel:clients": "1500000",
      "sentinel:monitoring": "false",
      "sentinel:images": '{"version":"0.1.0"}',
      "sentinel:operatorRoleArns": "[]",
      "sentinel:domain": "sentinel.example.com",
    });
    expect(fromEngine).toEqual({
      "sentinel:clients": 1_500_000,
      "sentinel:monitoring": false,
      "sentinel:images": { version: "0.1.0" },
      "sentinel:operatorRoleArns": [],
      "sentinel:domain": "sentinel.example.com",
    });
    expect(typedConfig(fromEngine)).toEqual(fromEngine);
  });
});

describe("a stack file", () => {
  it("is undefined when it is not there, and empty when it says nothing", () => {
    expect(readStackFile(directory, "us-east")).toBeUndefined();
    writeFileSync(join(directory, "Pulumi.us-east.yaml"), "");
    expect(readStackFile(directory, "us-east")).toEqual({});
  });

  it("that is not YAML is one line", () => {
    writeFileSync(join(directory, "Pulumi.us-east.yaml"), "config: [");
    expect(() => readStackFile(directory, "us-east")).toThrow(
      /^Pulumi\.us-east\.yaml is not valid YAML: [^\n]+$/,
    );
  });
});

describe("the settings of the running stack", () => {
  const ownConfig = (changes: Record<string, string> = {}) => {
    const file = readStackFile(root, "us-east") ?? {};
    const texts = Object.entries(file).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    pulumi.runtime.setAllConfig({ ...Object.fromEntries(texts), ...changes });
  };

  it("come from the engine, the other stacks' from the files beside", async () => {
    await fakeEngine();
    ownConfig({ "sentinel:retentionHours": "96" });
    process.env["SENTINEL_STACK_FILES"] = root;

    const settings = readSettings();
    expect(settings).toMatchObject({
      stack: "us-east",
      awsRegion: "us-east-1",
      retentionHours: 96,
    });
    expect(settings.fleet["eu-west"].cidr).toBe("10.20.0.0/16");
  });

  it("are refused when the engine runs a stack that is no region", async () => {
    await pulumi.runtime.setMocks(
      { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
      "mqtt-sentinel",
      "dev",
    );
    expect(readSettings).toThrow('stack "dev" is not a region; select one of us-east, eu-west');
  });

  it("name the other stacks' files that are missing", async () => {
    await fakeEngine();
    ownConfig();
    process.env["SENTINEL_STACK_FILES"] = directory;
    expect(readSettings).toThrow("Pulumi.eu-west.yaml is missing");
  });
});
