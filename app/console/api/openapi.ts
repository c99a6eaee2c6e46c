import swagger from "@fastify/swagger";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { z } from "zod";
import { type Api, answer } from "./api.ts";

const description = `The device registry, the incidents and the quarantine of MQTT Sentinel.

Each request carries a token: \`Authorization: Bearer snt_…\`; the page's carry the cookie of a session instead, which stands for a token. A viewer reads; an operator registers devices, rotates their secrets,
suspends, resumes and labels them, and decides about incidents and held messages; an admin revokes and deletes devices, too, and hides critical findings. Each operation's security names the least role. Every
change of a device, each decision about a held message and each change of what hides findings, is announced in the audit before it is made, under the name \`api:<token name>\`.

An answer about one device has an ETag. Sent back as If-Match, it makes a change happen only while the device is as it was: otherwise
the answer is 412. Failures are RFC 9457 problems, told apart by their \`code\`.`;

/** Describes the routes that are added after it. Must be awaited before they are. */
export async function addOpenapi(api: Api): Promise<void> {
  await api.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "MQTT Sentinel", version: "1.0.0", description },
      tags: [
        { name: "devices", description: "Who may connect" },
        { name: "quarantine", description: "Messages that were held back" },
        { name: "incidents", description: "What was found, and what became of it" },
        { name: "findings", description: "What was found, one by one" },
        { name: "exceptions", description: "What hides findings, and for how long" },
        { name: "enforcement", description: "Whom policy keeps out of all regions for a while" },
        { name: "audit", description: "What is on record" },
        { name: "session", description: "How the page's person signs in" },
        { name: "live", description: "How the region is, now" },
      ],
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    },
    transform: (route) => {
      const { access, bodyFormats } = route.route.config ?? {};
      const { schema, url } = jsonSchemaTransform(route);
      const security = access === undefined || access === "public" ? [] : [{ token: [access] }];
      const body = bodyFormats && { content: bodyFormats };
      return { url, schema: { ...schema, ...(body && { body }), security } };
    },
    transformObject: (whole) => withoutInputs(jsonSchemaTransformObject(whole)),
  });
}

type Document = ReturnType<typeof jsonSchemaTransformObject>;

/** Every named schema comes a second time, as it would be in a request; none of them is in one. */
function withoutInputs(document: Document): Document {
  const { components } = document as { components?: { schemas?: Record<string, unknown> } };
  const answers = Object.entries(components?.schemas ?? {}).filter(
    ([name]) => !name.endsWith("Input"),
  );
  return {
    ...document,
    components: { ...components, schemas: Object.fromEntries(answers) },
  } as Document;
}

/** The document itself, for anybody: it tells nothing of any device. */
export function addOpenapiRoute(api: Api): void {
  api.get(
    "/openapi.json",
    {
      config: { access: "public" },
      schema: {
        summary: "This document",
        response: { 200: answer("OpenAPI 3.1", z.looseObject({})) },
      },
    },
    async () => api.swagger() as Record<string, unknown>,
  );
}
