import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Broker, startBroker } from "../../test/support/broker.ts";
import { openUpstreamSession } from "./upstream-session.ts";

const log = pino({ level: "silent" });
const within = { timeout: 60_000, interval: 20 };

let broker: Broker;

beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker.stop());

describe("the session", () => {
  it("speaks TLS 1.3 only", async () => {
    const { certFile, keyFile } = broker.access.certificates.upstream;
    const errors: string[] = [];
    const old = createServer({
      cert: readFileSync(certFile),
      key: readFileSync(keyFile),
      maxVersion: "TLSv1.2",
    });
    old.on("tlsClientError", (error: NodeJS.ErrnoException) => errors.push(error.code ?? ""));
    await new Promise<void>((resolve) => old.listen(0, "127.0.0.1", resolve));
    const { port } = old.address() as AddressInfo;
    const settings = { ...broker.access.settings("old-tls"), port };
    const session = openUpstreamSession(settings, { onMessage: () => {} }, log);
    await vi.waitFor(() => expect(errors[0]).toBe("ERR_SSL_UNSUPPORTED_PROTOCOL"), within);
    expect(session.missing()).toMatch(/not connected/);
    await session.close();
    await new Promise((resolve) => old.close(resolve));
  });

  it("trusts only the given CA", async () => {
    const other = await startBroker();
    const { credentials } = other.access.settings("x");
    const lines: string[] = [];
    const listening = pino({ level: "warn" }, { write: (line: string) => lines.push(line) });
    const session = openUpstreamSession(
      { ...broker.access.settings("distrust"), credentials },
      { onMessage: () => {} },
      listening,
    );
    await vi.waitFor(() => expect(lines.join()).toMatch(/signature|certificate/), within);
    expect(session.missing()).toMatch(/not connected/);
    await session.close();
    await other.stop();
  });
});
