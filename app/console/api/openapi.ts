import swagger from "@fastify/swagger";
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
} from "fastify-type-provider-zod";
import { z } from "zod";
import type { Api } from "./api.ts";
import { apiSchemas } from "./device-schemas.ts";

const description = `The device registry of MQTT Sentinel.

Each request carries a token: \`Authorization: Bearer snt_…\`. A viewer reads; an operator registers devices, rotates
their secrets, suspends, resumes and labels them; an admin revokes and deletes them, too. Every change is announced in the audit
before it is made, under the name \`api:<token name>\`.

An answer about one device has an ETag. Sent back as If-Match, it makes a change happen only while the device is as it was: otherwise
the answer is 412. Failures are RFC 9457 problems, told apart by their \`code\`.`;

/** Describes the routes that are added after it. Must be awaited before they are. */
export async function addOpenapi(api: Api): Promise<void> {
  const schemaRegistry = apiSchemas;
  await api.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "MQTT Sentinel", version: "1.0.0", description },
      tags: [{ name: "devices", description: "Who may connect" }],
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
      security: [{ token: [] }],
    },
    transform: createJsonSchemaTransform({ schemaRegistry }),
    transformObject: createJsonSchemaTransformObject({ schemaRegistry }),
  });
}

/** The document itself, for anybody: it tells nothing of any device. */
export function addOpenapiRoute(api: Api): void {
  api.get(
    "/openapi.json",
    {
      config: { access: "public" },
      schema: {
        summary: "This document",
        security: [],
        response: { 200: z.looseObject({}).describe("OpenAPI 3.1") },
      },
    },
    async () => api.swagger() as Record<string, unknown>,
  );
}
