import fc from "fast-check";
import { expect, it } from "vitest";
import { SentAlerts } from "./sent-alerts.ts";

const alert = (n: number) => ({ subject: `d${n}`, payload: String(n) });
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
    sent.add({ subject: "a", payload: chunk.subarray(0, 65_536) }, n);
  }
  expect(sent.full).toBe(true);
  for (const { payload } of sent.again(1)) {
    expect((payload as Uint8Array).buffer).not.toBe(chunk.buffer);
  }
  sent.settle(2);
  expect({ full: sent.full, size: sent.size }).toEqual({ full: false, size: 0 });
});

it("is full at 8,192 alerts", () => {
  const sent = new SentAlerts();
  for (let n = 0; n < 8_191; n++) sent.add(alert(n), n);
  expect(sent.full).toBe(false);
  sent.add(alert(8_191), 8_191);
  expect(sent.full).toBe(true);
});
