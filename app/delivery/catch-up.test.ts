import { beforeEach, expect, it } from "vitest";
import { nowMs } from "../contract/headers.ts";
import { storedAlerts } from "./alerts.fixture.ts";
import { CatchUp, DeviceGone } from "./catch-up.ts";

const payloads = Array.from({ length: 120 }, (_, n) => `${n}`);
const free = { take: async () => {} };

let heard: boolean;
let got: string[];
beforeEach(() => {
  [heard, got] = [true, []];
});

function catchUpOf(certain: boolean, atMs = nowMs()): CatchUp {
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
      allowance: free,
      ownAllowance: free,
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
