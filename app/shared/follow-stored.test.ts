import { expect, it, onTestFinished } from "vitest";
import { startPlainNats } from "../../test/support/plain-nats.ts";
import { followStored } from "./follow-stored.ts";
import { createLog } from "./log.ts";
import { jetstream } from "./nats.ts";

it("has read everything before it says so, however large the messages are", async () => {
  const { connection, stop } = await startPlainNats({ REPORTS: ["reports.*"] });
  onTestFinished(stop);
  const large = new Uint8Array(900 * 1024);
  for (let i = 1; i <= 12; i++) await jetstream(connection).publish(`reports.${i}`, large);
  const read: number[] = [];
  const whole = await new Promise((resolve) => {
    const follower = followStored({
      ...{ connection, stream: "REPORTS", what: "messages", log: createLog("test", "silent") },
      ...{ filter: "reports.*", told: "told.*", from: { sequence: 1 } },
      onMessage: ({ sequence }) => read.push(sequence),
      onRead: () => resolve([...read]),
    });
    onTestFinished(() => follower.stop());
  });

  expect(whole).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});
