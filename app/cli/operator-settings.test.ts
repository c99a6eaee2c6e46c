import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  loadVariables,
  natsShape,
  operatorName,
  processShape,
  settingsFrom,
} from "./operator-settings.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "sentinel-settings-"));
  mkdirSync(join(directory, "with/.local/region"), { recursive: true });
  writeFileSync(join(directory, "with/.local/region/operator.env"), "AWS_REGION=from-local\n");
  writeFileSync(join(directory, "named.env"), 'AWS_REGION="from-named"\n# nothing\n');
});
afterAll(() => rmSync(directory, { recursive: true }));

describe("variables", () => {
  const load = (where: string, environment = {}, envFile?: string) =>
    loadVariables({ envFile, environment, directory: join(directory, where) }).variables[
      "AWS_REGION"
    ];

  it("come from the region of the working directory when nothing else is named", () => {
    expect(load("with")).toBe("from-local");
    expect(load(".")).toBeUndefined();
  });

  it("come from the named file instead", () => {
    const named = join(directory, "named.env");

    expect(load("with", {}, named)).toBe("from-named");
    expect(load("with", { SENTINEL_ENV_FILE: named })).toBe("from-named");
    expect(load(".", { SENTINEL_ENV_FILE: "/absent" }, named)).toBe("from-named");
  });

  it("of the environment come first", () => {
    expect(load("with", { AWS_REGION: "from-environment" })).toBe("from-environment");
  });

  it("from a file that is not there are an error", () => {
    expect(() => load("with", {}, "/absent")).toThrow(
      "cannot take settings from /absent (--env-file): cannot read /absent",
    );
  });
});

describe("settings", () => {
  it("that are missing are all named in one sentence", () => {
    expect(() => settingsFrom(natsShape, { NATS_CA_FILE: "ca.pem" })).toThrow(
      /^NATS_SERVERS is not set, OPERATOR_PASSWORD_FILE is not set; set it/,
    );
  });

  it("name processes by name=url", () => {
    const read = (text: string) => settingsFrom(processShape, { PROCESS_URLS: text }).PROCESS_URLS;

    expect(read("auth-1=http://a:1,b=https://b")).toEqual([
      { name: "auth-1", url: "http://a:1" },
      { name: "b", url: "https://b" },
    ]);
    expect(() => read("auth-1")).toThrow('"auth-1" is not');
  });
});

describe("the operator", () => {
  it("is who SENTINEL_OPERATOR says, or else the user of this machine", () => {
    expect(operatorName({ SENTINEL_OPERATOR: "kim@night-shift" })).toBe("kim@night-shift");
    expect(operatorName({})).toBe(userInfo().username);
  });

  it.each(["", "two words", "a\u0007", "x".repeat(129), "api:kim"])("is not called %j", (name) => {
    expect(() => operatorName({ SENTINEL_OPERATOR: name })).toThrow("SENTINEL_OPERATOR");
  });
});
