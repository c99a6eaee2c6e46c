import fc from "fast-check";
import { expect, it } from "vitest";
import type { IngressMessage } from "../pipeline/ingress-message.ts";
import { ClientLines } from "./client-lines.ts";
import { createCursor } from "./cursor.ts";

const messageOf = (client: number, sequence: number): IngressMessage => ({
  subject: `ingress.0.upstream.c${client}`,
  payload: new Uint8Array(8),
  sequence,
  storedMs: 0,
  messageId: undefined,
  received: undefined,
  qos: 1,
  canary: false,
});

/** A log in memory whose messages come one by one, and what became of them. */
class Reading {
  readonly cursor = createCursor(0);
  readonly finished: number[] = [];
  readonly readAgain: number[] = [];
  readonly lines: ClientLines;
  readonly #log: IngressMessage[];
  #onRoom: () => void = () => {};

  constructor(clients: readonly number[], pause: (sequence: number) => Promise<unknown>) {
    this.#log = clients.map((client, index) => messageOf(client, index + 1));
    this.lines = new ClientLines({
      cursor: this.cursor,
      handle: async ({ sequence }) => {
        await pause(sequence);
        this.finished.push(sequence);
        return true;
      },
      readAgain: async (subject, from, last) => {
        await pause(from);
        const of = (each: IngressMessage) => each.subject === subject && each.sequence >= from;
        const found = this.#log.find(of);
        if (!found || found.sequence > last()) throw new Error(`${from} is not there`);
        this.readAgain.push(found.sequence);
        return found;
      },
      onRoom: () => this.#onRoom(),
      limits: { clients: 4, messages: 16, bytes: 1_000 },
    });
  }

  async run(each: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
    for (const message of this.#log) {
      await each();
      if (this.lines.full()) {
        await new Promise<void>((resolve) => {
          this.#onRoom = resolve;
        });
      }
      this.cursor.take(message.sequence);
      this.lines.push(message);
    }
  }

  readonly placeOf = (sequence: number) => this.finished.indexOf(sequence);

  orderOf(client: number): number[] {
    return this.finished.filter((sequence) =>
      this.#log[sequence - 1]?.subject.endsWith(`c${client}`),
    );
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const rising = (numbers: readonly number[]) => numbers.every((n, i) => n > (numbers[i - 1] ?? 0));

it("lets others pass one who has more than its share, whose order stays", async () => {
  const crowd = Array.from({ length: 60 }, () => 0);
  const reading = new Reading([...crowd, 1, 2, 1, 2], () => turn());
  await reading.run();
  await expect.poll(() => reading.finished.length).toBe(64);
  // All of the others' messages were handled while most of the crowd waited.
  const before = reading.finished.slice(0, Math.max(...[61, 62, 63, 64].map(reading.placeOf)));
  expect(before.filter((sequence) => sequence <= 60).length).toBeLessThan(30);

  expect(reading.orderOf(0)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  expect(reading.readAgain.length).toBeGreaterThan(40);
  expect(reading.cursor.position).toBe(64);
  expect(reading.cursor.inFlight).toBe(0);
  expect(reading.lines.putOff).toBe(0);
});

it("handles everything once and in each client's order, and its position never runs ahead", async () => {
  const clients = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 80 });
  await fc.assert(
    fc.asyncProperty(clients, fc.scheduler(), async (sent, scheduler) => {
      const reading = new Reading(sent, () => scheduler.schedule(Promise.resolve()));
      const check = () => {
        const done = new Set(reading.finished);
        const open = sent.findIndex((_, i) => !done.has(i + 1));
        if (open >= 0) expect(reading.cursor.position).toBeLessThanOrEqual(open);
      };
      const running = reading.run(() => scheduler.schedule(Promise.resolve()).then(check));
      await scheduler.waitFor(running);
      await scheduler.waitIdle();
      check();
      expect(reading.finished.toSorted((a, b) => a - b)).toEqual(sent.map((_, i) => i + 1));
      for (const client of new Set(sent)) expect(rising(reading.orderOf(client))).toBe(true);
      expect(reading.cursor.position).toBe(sent.length);
    }),
  );
});

it("begins with nothing more once it is stopped, and leaves the position below what waits", async () => {
  const reading = new Reading([0, 0, 0, 0, 0, 0, 0, 0, 1], () => turn());
  await reading.run();
  reading.lines.stop();
  await expect.poll(() => reading.lines.running).toBe(0);
  expect(reading.finished).toEqual([1, 9]);
  expect(reading.cursor.position).toBe(1);
});
