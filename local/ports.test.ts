import { createServer } from "node:net";
import { expect, it } from "vitest";
import { findPorts } from "./ports.ts";

it("gives no port twice, though nothing listens on the first ones yet", async () => {
  const ports = [...(await findPorts(30)), ...(await findPorts(30))];
  expect(new Set(ports).size).toBe(60);
});

it("stays below the ports of outgoing connections, which would take those of a dead server", async () => {
  for (const port of await findPorts(20)) expect(port).toBeLessThan(32_768);
});

it("names the first of the wanted ports that is taken", async () => {
  const [taken = 0] = await findPorts(1);
  const server = createServer();
  await new Promise<void>((listening) => server.listen(taken, "127.0.0.1", listening));
  try {
    await expect(findPorts(2, taken)).rejects.toThrow(`port ${taken} is taken`);
  } finally {
    await new Promise((done) => server.close(done));
  }
});
