import { pino } from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { authTimeoutMs } from "../../contract/limits.ts";
import { Closings } from "./closings.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Each question takes as long as one is let wait; `N1` is a server that answers at once. */
function closings(options: { failing?: boolean } = {}) {
  const asked: string[] = [];
  let failures = 0;
  const note = (where: string, clientIds: ReadonlySet<string>) =>
    asked.push([where, ...clientIds].join(" "));
  const subject = new Closings({
    closer: {
      close: async (clientIds) => {
        note("everywhere", clientIds);
        await new Promise((resolve) => setTimeout(resolve, 300));
      },
      closeAt: async (serverId, clientIds) => {
        note(serverId, clientIds);
        if (options.failing) throw new Error("no answer");
      },
    },
    clock: () => Date.now(),
    log: pino({ level: "silent" }),
    onFailure: () => failures++,
  });
  return { subject, asked, failures: () => failures };
}

it("asks the server that a device sends to, however long others are silent, and later everywhere", async () => {
  const { subject, asked } = closings();
  subject.add("a", undefined);
  subject.add("b", undefined);
  subject.add("c", "N1");
  await vi.advanceTimersByTimeAsync(1);
  subject.add("d", "N1");
  expect(asked).toEqual(["everywhere a", "N1 c", "N1 d"]);
  await vi.advanceTimersByTimeAsync(authTimeoutMs - 1);
  expect(asked.slice(3)).toEqual(["everywhere b", "everywhere a"]);
  await vi.advanceTimersByTimeAsync(400);
  expect(asked.slice(5)).toEqual(["everywhere b c d"]);
});

it("counts a server that does not answer, and asks it again for the next", async () => {
  const { subject, asked, failures } = closings({ failing: true });
  subject.add("a", "N1");
  await vi.advanceTimersByTimeAsync(1);
  subject.add("b", "N1");
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toEqual(["N1 a", "N1 b"]);
  expect(failures()).toBe(2);
});
