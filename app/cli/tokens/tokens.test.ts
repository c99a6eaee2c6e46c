import { describe, expect, it } from "vitest";
import { parseTokenFile } from "../../console/access/token-file.ts";
import { apiTokenDigest } from "../../contract/api-token.ts";
import { sentinel } from "../sentinel.fixture.ts";

const create = (...args: string[]) => sentinel(["tokens", "create", ...args], {});

describe("sentinel tokens create", () => {
  it("prints a token, and beside it the entry by which the API knows it", async () => {
    const { code, stdout, stderr } = await create("--name", "night-shift", "--role", "operator");
    const token = stdout.trim();

    expect(code).toBe(0);
    expect(token).toMatch(/^snt_[A-Za-z0-9_-]{43}$/);
    expect(parseTokenFile(`[${stderr}]`)).toEqual([
      { name: "night-shift", role: "operator", sha256: apiTokenDigest(token) },
    ]);
    expect(stderr).not.toContain(token);
  });

  it.each([
    [["--name", "Night shift", "--role", "viewer"], "A name is 1 to 63"],
    [["--name", "a", "--role", "root"], "Allowed choices are viewer, operator, admin"],
    [["--role", "viewer"], "--name"],
    [["--name", "a"], "--role"],
  ])("called with %j says what is wrong", async (args, complaint) => {
    const { code, stderr } = await create(...args);

    expect(code).toBe(2);
    expect(stderr).toContain(complaint);
  });
});
