import fc from "fast-check";
import { expect, it } from "vitest";
import { ClientTable } from "./client-table.ts";

it("keeps a client's slot and gives different clients different ones", () => {
  const table = new ClientTable(1000, 1);
  const slots = new Set<number>();
  for (let i = 0; i < 1000; i++) {
    const { slot, fresh } = table.slotOf(`pump-${i}`);
    expect(fresh).toBe(true);
    slots.add(slot);
  }
  expect(slots.size).toBe(1000);
  for (let i = 0; i < 1000; i++) expect(table.slotOf(`pump-${i}`).fresh).toBe(false);
});

it("evicts one that was not used before one that was", () => {
  const table = new ClientTable(3, 1);
  for (const client of ["a", "b", "c"]) table.slotOf(client);
  for (const client of ["a", "c"]) table.slotOf(client);
  const { slot: newcomer } = table.slotOf("d");
  expect(table.slotOf("a").fresh).toBe(false);
  expect(table.slotOf("c").fresh).toBe(false);
  expect(table.slotOf("d")).toEqual({ slot: newcomer, fresh: false });
  expect(table.slotOf("b").fresh).toBe(true);
});

it("agrees with a plain map on who is known, through any sequence of evictions", () => {
  const names = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 400 });
  fc.assert(
    fc.property(
      names,
      fc.integer(),
      fc.integer({ min: 1, max: 20 }),
      (sequence, seed, capacity) => {
        const table = new ClientTable(capacity, seed);
        const slots = new Map<string, number>();
        for (const client of sequence.map(String)) {
          const { slot, fresh } = table.slotOf(client);
          expect(slot).toBeLessThan(capacity);
          expect(fresh).toBe(slots.get(client) !== slot);
          for (const [other, taken] of slots) if (taken === slot) slots.delete(other);
          slots.set(client, slot);
        }
        expect(table.size).toBe(Math.min(capacity, new Set(sequence).size));
      },
    ),
  );
});
