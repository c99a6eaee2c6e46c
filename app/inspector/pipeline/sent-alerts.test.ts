import fc from "fast-check";
import { expect, it } from "vitest";
import { SentAlerts } from "./sent-alerts.ts";

const right = { signal: new AbortController().signal, held: () => true, keepsSent: false };
const alert = (n: number) => ({ subject: `d${n}`, payload: String(n), id: `i${n}`, right });
const ids = (sent: SentAlerts) => sent.again(0).map(({ subject }) => subject);

it("keeps what was not sent before the time that is settled, in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }),
      fc.integer({ min: 0, max: 20_000 }),
      (gaps, settledMs) => {
        const sent = new SentAlerts();
        let atMs = 0;
        const times = gaps.map((gap, n) => {
          atMs += gap;
          sent.add(alert(n), atMs);
          return atMs;
        });
        sent.settle(settledMs);
        const wanted = times.flatMap((time, n) => (time >= settledMs ? [`d${n}`] : []));
        expect(ids(sent)).toEqual(wanted);
      },
    ),
  );
});

it("keeps what is sent once more as if it were sent now", () => {
  const sent = new SentAlerts();
  sent.add(alert(1), 0);
  sent.again(1_000);
  sent.settle(999);
  expect(ids(sent)).toEqual(["d1"]);
});

it("is full at 8 MiB, until some of it is settled, and keeps no buffer that a payload is cut from", () => {
  const sent = new SentAlerts();
  const chunk = new Uint8Array(1024 ** 2);
  for (let n = 0; n < 128; n++) {
    expect(sent.full).toBe(false);
    sent.add({ ...alert(n), payload: chunk.subarray(0, 65_536) }, n);
  }
  expect(sent.full).toBe(true);
  for (const { payload } of sent.again(1)) {
    expect((payload as Uint8Array).buffer).not.toBe(chunk.buffer);
  }
  sent.settle(2);
  expect({ full: sent.full, size: sent.size }).toEqual({ full: false, size: 0 });
});

it("leaves to others what was sent under a right that is over, unless it is kept to the end", () => {
  const sent = new SentAlerts();
  const over = { ...right, held: () => false };
  const rights = [right, over, { ...over, keepsSent: true }, over];
  for (const [n, each] of rights.entries()) sent.add({ ...alert(n), right: each }, n);
  expect(sent.leaveToOthers().map(({ id }) => id)).toEqual(["i1", "i3"]);
  expect(ids(sent)).toEqual(["d0", "d2"]);
});

it("keeps what was read once more under a new right", () => {
  const sent = new SentAlerts();
  const over = { ...right, held: () => false };
  for (const n of [1, 2]) sent.add({ ...alert(n), right: over }, n);
  sent.moveTo(right, "i2");
  expect(sent.leaveToOthers().map(({ id }) => id)).toEqual(["i1"]);
  expect(ids(sent)).toEqual(["d2"]);
});

it("knows whether all that was added up to a point is gone, also where some was left to others", () => {
  const sent = new SentAlerts();
  const rights = [right, { ...right, held: () => false }, right];
  for (const [n, each] of rights.entries()) sent.add({ ...alert(n), right: each }, n);
  sent.leaveToOthers();
  const settled = () => [0, 1, 2, 3].map((count) => sent.isSettled(count));
  expect(settled()).toEqual([true, false, false, false]);
  sent.settle(1);
  expect(settled()).toEqual([true, true, true, false]);
  sent.settle(3);
  expect(settled()).toEqual([true, true, true, true]);
});

it("is full at 8,192 alerts", () => {
  const sent = new SentAlerts();
  for (let n = 0; n < 8_191; n++) sent.add(alert(n), n);
  expect(sent.full).toBe(false);
  sent.add(alert(8_191), 8_191);
  expect(sent.full).toBe(true);
});
