/** Whatever stands in the table: the API shows it, and ends it by force. */
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../test/support/console-server.ts";
import {
  anyDamage,
  damagedItem,
  singleDamages,
  strangeKeys,
} from "../registry/damaged-items.fixture.ts";
import { keyName } from "../registry/device-key.ts";
import type { DeviceItem } from "../registry/device-record.ts";
import type { ChangeIntent } from "../registry/registry-change.ts";

const secret = "0123456789abcdef0123456789abcdef";

let server: TestServer;
const intents: ChangeIntent[] = [];
beforeAll(async () => {
  const journal = {
    change: <T>(intent: ChangeIntent, write: (done: () => void) => Promise<T>) => {
      intents.push(intent);
      return write(() => {});
    },
  };
  server = await startTestServer({ journal });
});
afterAll(() => server?.stop());

const write = (Item: DeviceItem) =>
  server.emulator.client.send(new PutItemCommand({ TableName: server.emulator.table, Item }));

async function ask(method: "GET" | "POST" | "DELETE", path: string, role: "admin" | "operator") {
  const url = `/api/v1/devices${path}`;
  const answer = await server.api.inject({ method, url, headers: server.as(role) });
  const body = answer.body === "" ? undefined : answer.json();
  return { status: answer.statusCode, code: body?.code, body, text: answer.body };
}

describe.each(singleDamages)("a record with %s", (name, value, attribute) => {
  const id = name.replace(".", "-");
  const damaged = damagedItem(id, secret, { [attribute]: value });

  it("is shown as damaged, and does not break the list", async () => {
    await write(damaged);
    await write(damagedItem("healthy", secret, {}));
    const list = await ask("GET", "", "operator");

    expect(list.status).toBe(200);
    expect(list.body.devices.map((each: { clientId: string }) => each.clientId)).toContain(
      "healthy",
    );
    expect(list.body.unreadable).toEqual([{ clientId: id, reason: expect.any(String) }]);
    expect(list.text.length).toBeLessThan(2_000);
    expect(await ask("GET", `/${id}`, "operator")).toMatchObject({
      status: 409,
      code: "record-unreadable",
      body: { errors: [{ field: "record" }] },
    });
  });

  it("is ended by force alone, by an admin, audited as such", async () => {
    expect(await ask("POST", `/${id}/revoke`, "admin")).toMatchObject({ status: 409 });
    expect(await ask("POST", `/${id}/revoke?force=true`, "operator")).toMatchObject({
      status: 403,
    });
    expect(await ask("POST", `/${id}/revoke?force=true`, "admin")).toMatchObject({
      status: 200,
      body: { outcome: "changed", device: { clientId: id, status: "revoked" } },
    });
    expect(intents.at(-1)).toMatchObject({ kind: "revoked", force: true, actor: "api:the-admin" });
    await write(damaged);
    expect(await ask("DELETE", `/${id}`, "admin")).toMatchObject({ status: 409 });
    expect(await ask("DELETE", `/${id}?force=true`, "admin")).toMatchObject({ status: 204 });
    expect(intents.at(-1)).toMatchObject({ kind: "deleted", force: true, clientIds: [id] });
  });
});

it.each(strangeKeys)("an item under the key %j is shown and ended by its name", async (key) => {
  await write(damagedItem(key, secret, {}));
  const name = keyName(key);
  const list = await ask("GET", "", "operator");

  expect(list.body.unreadable).toMatchObject([{ clientId: name }]);
  expect(await ask("GET", `/${name}`, "operator")).toMatchObject({ status: 409 });
  expect(await ask("POST", `/${name}/revoke?force=true`, "admin")).toMatchObject({ status: 200 });
  expect(await ask("POST", `/${name}/suspend`, "admin")).toMatchObject({ status: 400 });
  expect(await ask("DELETE", `/${name}?force=true`, "admin")).toMatchObject({ status: 204 });
});

it("no route fails on whatever stands in an item", async () => {
  await fc.assert(
    fc.asyncProperty(anyDamage, async (damage) => {
      await write(damagedItem("anything", secret, damage));
      const reading = ["GET /anything", "GET ", "GET ?status=active", "GET ?label=a&limit=1"];
      const changing = ["rotate", "suspend", "resume", "disconnect", "revoke"].map(
        (verb) => `POST /anything/${verb}`,
      );
      for (const route of [...reading, ...changing, "DELETE /anything"]) {
        const [method, path] = route.split(" ") as ["GET", string];
        expect([route, (await ask(method, path, "admin")).status]).toEqual([
          route,
          expect.toSatisfy((status: number) => status < 500),
        ]);
      }
      await write(damagedItem("anything", secret, damage));
      expect((await ask("POST", "/anything/revoke?force=true", "admin")).status).toBe(200);
      await write(damagedItem("anything", secret, damage));
      expect((await ask("DELETE", "/anything?force=true", "admin")).status).toBe(204);
    }),
    { numRuns: 60 },
  );
});
