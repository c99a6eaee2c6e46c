import fc from "fast-check";
import { expect, it } from "vitest";
import { RecentAlerts, recentMs } from "./recent-alerts.ts";

const alert = (n: number) => ({ subject: `d${n}`, payload: String(n) });
const ids = (recent: RecentAlerts) => recent.take().map(({ subject }) => subject);

it("gives what came within a quarter of a second before the last, in order, once", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }), (gaps) => {
      const recent = new RecentAlerts();
      let atMs = 0;
      const times = gaps.map((gap, n) => {
        atMs += gap;
        recent.add(alert(n), atMs);
        return atMs;
      });
      const wanted = times.flatMap((time, n) => (time >= atMs - recentMs ? [`d${n}`] : []));
      expect(ids(recent)).toEqual(wanted);
      expect(ids(recent)).toEqual([]);
    }),
  );
});

it("keeps what came last, however long ago", () => {
  const recent = new RecentAlerts();
  recent.add(alert(1), 0);
  expect(recent.size).toBe(1);
});

it("is bounded in bytes, and keeps no buffer that a payload is cut from", () => {
  const recent = new RecentAlerts();
  const chunk = new Uint8Array(1024 ** 2);
  for (let n = 0; n < 1_000; n++) {
    recent.add({ subject: "a", payload: chunk.subarray(0, 65_536) }, 1);
  }
  expect(recent.size).toBe(128);
  for (const { payload } of recent.take()) {
    expect((payload as Uint8Array).buffer).not.toBe(chunk.buffer);
  }
});

it("is bounded in number", () => {
  const recent = new RecentAlerts();
  for (let n = 0; n < 30_000; n++) recent.add(alert(n), 1);
  expect(recent.size).toBe(8_192);
  expect(ids(recent).at(-1)).toBe("d29999");
});
