import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../../test/support/console-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ limits: { requestsPerSecond: 5, failuresPerMinute: 3 } });
});
afterAll(() => server?.stop());

const url = "/api/v1/devices/nobody";
const get = (headers: Record<string, string> = {}, remoteAddress = "192.0.2.1") =>
  server.api.inject({ method: "GET", url, headers, remoteAddress });
const turnedAway = async (reason: string) => {
  const line = `sentinel_console_unauthorized_total{reason="${reason}"} `;
  const text = await server.metrics();
  return Number(
    text
      .split("\n")
      .find((each) => each.startsWith(line))
      ?.slice(line.length),
  );
};

describe("attempts without a good token", () => {
  it("are put up with a few times, then cut off for that address, not for those with a token", async () => {
    const wrong = { authorization: `Bearer snt_${"A".repeat(43)}` };
    const codes = [];
    for (let i = 0; i < 5; i++) codes.push((await get(wrong)).statusCode);

    expect(codes).toEqual([401, 401, 401, 429, 429]);
    expect((await get()).headers["retry-after"]).toBe("60");
    expect((await get({}, "192.0.2.2")).statusCode).toBe(401);
    expect((await get(server.as("viewer"))).statusCode).toBe(404);
    expect(await turnedAway("token-unknown")).toBe(3);
    expect(await turnedAway("token-missing")).toBe(1);
    expect(await turnedAway("address-limit")).toBe(3);
  });

  it.each([
    ["Basic dXNlcjpwYXNz", "token-missing"],
    ["Bearer", "token-missing"],
    ["Bearer a b", "token-missing"],
    [`Bearer ${"x".repeat(5_000)}`, "token-missing"],
    ["bearer x", "token-unknown"],
  ])("such as %.20s are told why", async (authorization, code) => {
    const answer = await get(
      { authorization },
      `2001:db8:${code.length}${authorization.length}::1`,
    );

    expect(answer.json()).toMatchObject({ status: 401, code });
  });
});

describe("one token", () => {
  it("is held to its rate, and leaves the others theirs", async () => {
    const burst = await Promise.all(Array.from({ length: 12 }, () => get(server.as("operator"))));
    const limited = burst.filter(({ statusCode }) => statusCode === 429);

    expect(limited.length).toBeGreaterThan(0);
    expect(limited[0]?.json()).toMatchObject({ code: "too-many-requests" });
    expect(limited[0]?.headers["retry-after"]).toBe("1");
    expect((await get(server.as("admin"))).statusCode).toBe(404);
  });
});
