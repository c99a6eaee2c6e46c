import { expect, it } from "vitest";
import { subjects } from "../contract/subjects.ts";
import { neverSeen } from "./last-seen.ts";
import { seeTo } from "./session-sweep.ts";

const record = (sequence: number, subs: object = {}) => ({
  ...{ sequence, storedAt: 1_000_000 },
  data: Buffer.from(JSON.stringify({ id: `pump-${sequence}`, subs })),
});
const subscribed = (sequence: number) =>
  record(sequence, { [subjects.alerts(`pump-${sequence}`)]: 1 });

function sweepWith(room: number) {
  const begun: string[] = [];
  const catchUps = {
    begin: ({ clientId }: { readonly clientId: string }) => {
      if (begun.length === room) return false;
      begun.push(clientId);
      return true;
    },
    has: () => false,
    oldestMs: 0,
  };
  const caughtUp = { subscribed: 1_000_000, sent: 1_000_001 };
  const read = async (clientId: string) =>
    clientId === "pump-2" ? { since: 0, caughtUp } : neverSeen;
  return { begun, options: { store: { read }, catchUps } };
}

it("begins with those that are subscribed and not caught up", async () => {
  const { begun, options } = sweepWith(10);
  const records = [subscribed(1), subscribed(2), record(3), subscribed(4)];
  expect(await seeTo(records, options)).toEqual({ found: 2, upTo: 4 });
  expect(begun).toEqual(["pump-1", "pump-4"]);
});

it("comes back to those for whom there was no room", async () => {
  const records = [subscribed(1), subscribed(2), subscribed(3), subscribed(4)];
  expect(await seeTo(records, sweepWith(1).options)).toEqual({ found: 1, upTo: 2 });
  expect(await seeTo(records, sweepWith(0).options)).toEqual({ found: 0, upTo: undefined });
});
