import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import type { z } from "zod";
import { startTestServer, type TestServer } from "../../../test/support/console-server.ts";
import type { deviceView } from "../../registry/device-view.ts";
import type { Device } from "./device-schemas.ts";

interface Parameter {
  readonly name: string;
  readonly schema: { readonly pattern?: string };
}

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
  readonly components: { schemas: Record<string, { properties?: object }> };
}

const routes = [
  "delete /api/v1/devices/{clientId}/certificate",
  "delete /api/v1/devices/{clientId}",
  "delete /api/v1/session",
  "get /api/v1/audit",
  "get /api/v1/devices",
  "get /api/v1/devices/{clientId}",
  "get /api/v1/live",
  "get /api/v1/openapi.json",
  "get /api/v1/quarantine",
  "get /api/v1/quarantine/{sequence}",
  "get /api/v1/findings",
  "get /api/v1/incidents",
  "get /api/v1/incidents/{id}",
  "get /api/v1/exceptions",
  "get /api/v1/rules",
  "get /api/v1/rules/{id}",
  "get /api/v1/enforcement",
  "get /api/v1/session",
  "get /api/v1/sign-in-ways",
  "post /api/v1/devices",
  "post /api/v1/devices/import",
  "post /api/v1/devices/{clientId}/disconnect",
  "post /api/v1/devices/{clientId}/resume",
  "post /api/v1/devices/{clientId}/revoke",
  "post /api/v1/devices/{clientId}/rotate",
  "post /api/v1/devices/{clientId}/suspend",
  "post /api/v1/quarantine/drop",
  "post /api/v1/quarantine/release",
  "post /api/v1/quarantine/{sequence}/drop",
  "post /api/v1/quarantine/{sequence}/release",
  "post /api/v1/incidents/{id}/assign",
  "post /api/v1/incidents/{id}/close",
  "post /api/v1/exceptions",
  "post /api/v1/exceptions/preview",
  "post /api/v1/exceptions/{id}/end",
  "post /api/v1/enforcement/{clientId}/lift",
  "post /api/v1/session",
  "post /api/v1/sign-in-links",
  "put /api/v1/devices/{clientId}/certificate",
  "put /api/v1/devices/{clientId}/labels",
];

/** Of the page, which is no part of the API. */
const pageRoutes = [
  ...["/", "/audit", "/devices", "/devices/*", "/exceptions", "/exceptions/*"],
  ...["/incidents", "/incidents/*"],
  ...["/quarantine", "/quarantine/*", "/rules", "/rules/*", "/system"],
  "/assets/:name",
];

let server: TestServer;
let document: Document;
beforeAll(async () => {
  server = await startTestServer();
  const answer = await server.api.inject({ method: "GET", url: "/api/v1/openapi.json" });
  document = answer.json();
});
afterAll(() => server?.stop());

it("shows of a device what the command line shows", () => {
  expectTypeOf<keyof z.infer<typeof Device>>().toEqualTypeOf<keyof ReturnType<typeof deviceView>>();
});

describe("the OpenAPI document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const result = await new Validator().validate({ ...structuredClone(document) });

    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(document.openapi).toBe("3.1.0");
  });

  it("has every route that the server has, and no other", () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );

    expect(described.sort()).toEqual(routes.toSorted());
    for (const route of routes) {
      const [method = "", url = ""] = route.replaceAll(/\{(\w+)\}/g, ":$1").split(" ");
      expect(server.api.hasRoute({ method: method.toUpperCase(), url }), route).toBe(true);
    }
    const tree = server.api.printRoutes({ commonPrefix: false });
    const served = [...tree.matchAll(/\(([A-Z, ]+)\)/g)].flatMap(([, list = ""]) =>
      list.split(", "),
    );
    for (const url of pageRoutes)
      expect(server.api.hasRoute({ method: "GET", url }), url).toBe(true);
    expect(served).toHaveLength(routes.length + pageRoutes.length);
  });

  it.each([
    ["get /api/v1/devices", "after", ["MTpwdW1wLTc"], ["a b", ""]],
    ["get /api/v1/devices/{clientId}", "clientId", ["pump-7", "key:YSBi"], ["a b", "key:"]],
  ])("declares of %s how %s must be", (route, name, right, wrong) => {
    const [method = "", path = ""] = route.split(" ");
    const operation = document.paths[path]?.[method] as unknown as { parameters: Parameter[] };
    const { pattern } = operation.parameters.find((each) => each.name === name)?.schema ?? {};

    expect(pattern).toBeDefined();
    for (const value of right) expect(value).toMatch(new RegExp(pattern ?? "", "u"));
    for (const value of wrong) expect(value).not.toMatch(new RegExp(pattern ?? "", "u"));
  });

  it("declares how If-Match must be: a tag in quotes, or a star", () => {
    const { parameters } = document.paths["/api/v1/devices/{clientId}/suspend"]?.[
      "post"
    ] as unknown as { parameters: { name: string; schema: { anyOf: object[] } }[] };
    const { schema } = parameters.find(({ name }) => name === "if-match") ?? {};
    expect(schema?.anyOf).toMatchObject([{ enum: ["*"] }, { pattern: expect.any(String) }]);
  });

  it("declares how a fingerprint and rows of devices must be", () => {
    const bodyOf = (method: string, path: string) =>
      (document.paths[path]?.[method] as unknown as { requestBody: { content: object } })
        .requestBody.content;

    const pinned = bodyOf("put", "/api/v1/devices/{clientId}/certificate");
    expect(pinned).toMatchObject({
      "application/json": {
        schema: { properties: { fingerprint: { pattern: expect.any(String) } } },
      },
    });
    expect(bodyOf("post", "/api/v1/devices/import")).toMatchObject({
      "text/csv": { schema: { type: "string", pattern: expect.stringContaining("client_id") } },
      "application/x-ndjson": { schema: { type: "string" } },
    });
  });

  it("says what each route answers, problems included, and what it takes", () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, { responses }] of Object.entries(operations)) {
        const codes = Object.keys(responses);
        expect([path, method, codes.some((code) => /^20/.test(code))]).toEqual([
          path,
          method,
          true,
        ]);
        if (!path.endsWith("openapi.json")) expect(codes).toContain("4XX");
      }
    }
    const { Problem, DeviceWithSecret, ...schemas } = document.components.schemas;
    expect(Object.keys(schemas["Device"]?.properties ?? {})).not.toContain("secret");
    expect(Object.keys(DeviceWithSecret?.properties ?? {})).toContain("secret");
    expect(Object.keys(Problem?.properties ?? {})).toContain("code");
    expect(JSON.stringify(document)).toContain("^[A-Za-z0-9_-]{1,64}$");
  });
});
