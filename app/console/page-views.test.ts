import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { viewOf } from "./page-views.ts";

describe("where a sign-in leads back to", () => {
  it.each([
    "/",
    "/devices",
    "/devices/pump-7",
    "/incidents?status=open&severity=high",
    "/audit?until=2026-01-31T12%3A00%3A00Z",
  ])("is the view that it began at: %s", (path) => expect(viewOf(path)).toBe(path));

  it.each([
    ["another server", "https://evil.example/devices"],
    ["another server by the same protocol", "//evil.example/devices"],
    ["the same by backslashes", "/\\evil.example/devices"],
    ["the same behind a view", "/devices/..//evil.example"],
    ["the same behind blanks", "/\t/evil.example"],
    ["a script", "javascript:alert(1)"],
    ["the API", "/api/v1/session"],
    ["the sign-in itself", "/sign-in/oidc"],
    ["a way out of a view", "/devices/../api/v1/devices"],
    ["no path", "devices"],
    ["more than an address has", `/devices?q=${"a".repeat(3_000)}`],
    ["two of them", ["/devices", "/audit"]],
    ["none", undefined],
  ])("is the overview for %s", (_what, path) => expect(viewOf(path)).toBe("/"));

  it("is on this server, whatever was asked for", () => {
    const part = fc.constantFrom(
      "/",
      "\\",
      "..",
      "devices",
      "evil.example",
      "@",
      ":",
      "?",
      "#",
      "\n",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part).map((parts) => parts.join("")),
        ),
        (text) => {
          const led = new URL(viewOf(`/${text}`), "https://console.example:8443");
          expect(led.origin).toBe("https://console.example:8443");
          expect(viewOf(led.pathname + led.search)).toBe(led.pathname + led.search);
        },
      ),
    );
  });
});
