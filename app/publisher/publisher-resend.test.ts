/** When a publisher sends again, on a clock of the test and a connection that confirms when it is told to. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { payloadDigest } from "../contract/message-id.ts";
import { topics } from "../contract/subjects.ts";
import type { JournaledAlert } from "./journal-line.ts";
import type { LinkArgs } from "./link.ts";
import { openPublisher, type Publisher } from "./publisher.ts";

const link = vi.hoisted(() => ({ args: undefined as LinkArgs | undefined, sent: [] as string[] }));
vi.mock("./link.ts", () => ({
  Link: class {
    constructor(args: LinkArgs) {
      link.args = args;
    }
    send(alert: JournaledAlert, acknowledged: () => void) {
      link.sent.push(alert.id);
      acknowledged();
    }
    serves() {}
    async end() {}
  },
}));

let journal: string;
let publisher: Publisher;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  journal = mkdtempSync(join(tmpdir(), "sentinel-resend-"));
  publisher = await openPublisher({ url: "mqtts://127.0.0.1:1", journal, onProblem: () => {} });
  link.args?.onUp(100);
});
afterEach(async () => {
  await publisher.close({ withinMs: 0 });
  vi.useRealTimers();
  rmSync(journal, { recursive: true, force: true });
});

const publish = (id: string) => publisher.publish("pump-7", "{}", { id });
const confirm = (id: string) =>
  link.args?.onConfirmations([
    { topic: topics.alerts("pump-7"), id, sha256: payloadDigest(Buffer.from("{}")) },
  ]);
/** What is sent within so many seconds. */
function sentIn(seconds: number): readonly string[] {
  link.sent.length = 0;
  vi.advanceTimersByTime(seconds * 1_000);
  return [...link.sent];
}

it("sends again later and later, whatever confirmations come that settle nothing", async () => {
  await publish("a");
  expect(sentIn(16)).toEqual(["a"]);
  for (let second = 0; second < 28; second += 4) {
    confirm("another");
    expect(sentIn(4)).toEqual([]);
  }
  expect(sentIn(4)).toEqual(["a"]);
});

it("waits twice as long as confirmations take, so that a region that is behind gets nothing again", async () => {
  for (const id of ["a", "b"]) await publish(id);
  sentIn(50);
  // Sent more than once: which of them this confirms is not known.
  confirm("a");
  expect(sentIn(30)).toEqual([]);
  confirm("b");
  await publish("c");
  sentIn(59);
  confirm("c");
  for (const id of ["d", "e"]) await publish(id);
  expect(sentIn(115)).toEqual([]);
  expect(sentIn(5)).toEqual(["d", "e"]);
});

it("waits as short as it is told to again when confirmations come at once", async () => {
  await publish("a");
  sentIn(50);
  confirm("a");
  await publish("b");
  confirm("b");
  await publish("c");
  expect(sentIn(16)).toEqual(["c"]);
});
