import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { beforeEach, expect, it } from "vitest";
import { nowMs } from "../contract/headers.ts";
import { storedAlerts } from "./alerts.fixture.ts";
import { Allowance } from "./allowance.ts";
import { CatchUp, type CatchUpOptions, DeviceGone } from "./catch-up.ts";

const payloads = Array.from({ length: 120 }, (_, n) => `${n}`);
const free = { take: async () => {} };
type Allowances = Partial<Pick<CatchUpOptions, "allowance" | "ownAllowance">>;

let heard: boolean;
let got: string[];
beforeEach(() => {
  [heard, got] = [true, []];
});

function catchUpOf(certain: boolean, atMs = nowMs(), allowances: Allowances = {}): CatchUp {
  const send = (_: string, payload: Uint8Array) => void got.push(`${Buffer.from(payload)}`);
  return new CatchUp(
    { clientId: "pump-7", certain, atMs },
    {
      sources: [storedAlerts(payloads)],
      line: {
        send,
        sendIfHeard: async (clientId, payload) => {
          if (heard) send(clientId, payload);
          return heard;
        },
        flush: async () => {},
      },
      ...{ allowance: free, ownAllowance: free, ...allowances },
      onSent: () => {},
    },
  );
}

it("sends a batch at a time, so that others have their turn in between", async () => {
  const catchUp = catchUpOf(true);
  expect(await catchUp.next(0)).toBe("more");
  expect(got).toEqual(payloads.slice(0, 50));
  expect(await catchUp.next(0)).toBe("more");
  expect(await catchUp.next(0)).toBe("all");
  expect(got).toEqual(payloads);
  expect(catchUp.sent).toBe(120);
});

it("waits before each alert until its device may have one more, and then until one more may go to any", async () => {
  const steps: string[] = [];
  const taken = (of: string) => ({
    take: async (count: number) => void steps.push(`${of} ${count}, ${got.length} sent`),
  });
  const allowances = { allowance: taken("any"), ownAllowance: taken("own") };
  const catchUp = catchUpOf(true, nowMs(), allowances);
  while ((await catchUp.next(0)) !== "all");
  expect(got).toEqual(payloads);
  expect(steps).toEqual(payloads.flatMap((n) => [`own 1, ${n} sent`, `any 1, ${n} sent`]));
});

it("gives its turn back while nobody hears, and then goes on with the same alert", async () => {
  heard = false;
  const catchUp = catchUpOf(false);
  expect(await catchUp.next(0)).toBe("unheard");
  expect(await catchUp.next(0)).toBe("unheard");
  heard = true;
  while ((await catchUp.next(0)) !== "all");
  expect(got).toEqual(payloads);
});

it("is over when nobody has come to hear for longer than a session takes to be restored", async () => {
  heard = false;
  await expect(catchUpOf(false, nowMs() - 60_000).next(0)).rejects.toThrow(DeviceGone);
});

it("sends nothing more when it hears, after its process stood still, that the device has come again", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const news = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [teller] = await accepted;
  try {
    const catchUp = catchUpOf(true, nowMs(), { ownAllowance: new Allowance(40) });
    news.on("data", () => catchUp.abandon());
    const ended = expect(catchUp.next(0)).rejects.toThrow(DeviceGone);
    // A second's worth goes at once: now it waits before each one.
    await expect.poll(() => got.length, { interval: 1 }).toBeGreaterThan(42);
    // Timers come next then, before what has come in.
    await new Promise<void>((resolve) => setImmediate(resolve));
    teller.write("it has come again");
    const before = got.length;
    for (const fromMs = performance.now(); performance.now() < fromMs + 100; );
    await ended;
    expect(got).toHaveLength(before);
  } finally {
    news.destroy();
    server.close();
  }
});
