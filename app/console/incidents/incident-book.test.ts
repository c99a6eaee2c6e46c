import { expect, it } from "vitest";
import { nothingTold } from "../../incidents/incident.ts";
import { IncidentBook } from "./incident-book.ts";

const incident = (n: number, more: object = {}) => ({
  ...({ id: `mbx2k9q${n}-00000000`, region: "us-east", kind: "client", status: "new" } as const),
  ...({ severity: "high", title: `Incident ${n}`, rule: { id: "r1", title: "Rule" } } as const),
  ...{ clientCount: 1, clients: [`pump-${n}`], findings: 1, firstSeen: n, lastSeen: n },
  ...{ techniques: [], evidence: { first: [], last: [] }, timeline: [], told: nothingTold },
  ...more,
});
const numbers = (page: { readonly incidents: readonly { readonly firstSeen: number }[] }) =>
  page.incidents.map(({ firstSeen }) => firstSeen);
const whole = { after: undefined, limit: 100 };

it("lists the newest first, page by page, each once, in whatever order they came", () => {
  const book = new IncidentBook();
  for (const n of [4, 1, 5, 3, 2, 4]) book.take(incident(n));
  const first = book.page({}, { after: undefined, limit: 2 });
  expect(numbers(first)).toEqual([5, 4]);
  const second = book.page({}, { after: first.next, limit: 2 });
  expect(numbers(second)).toEqual([3, 2]);
  // What comes between two pages moves nothing.
  book.take(incident(6));
  const last = book.page({}, { after: second.next, limit: 2 });
  expect(numbers(last)).toEqual([1]);
  expect(last.next).toBeUndefined();
});

it("shows an incident as it is now, and none that has become a part of another", () => {
  const book = new IncidentBook();
  book.take(incident(1));
  book.take(incident(2));
  book.take(incident(1, { status: "closed", verdict: "fp" }));
  book.take(incident(2, { status: "closed", mergedInto: "mbx2k9q9-00000000" }));
  expect(book.page({}, whole).incidents.map(({ verdict }) => verdict)).toEqual(["fp"]);
});

it("picks by status, severity, rule and client", () => {
  const book = new IncidentBook();
  book.take(incident(1, { status: "closed" }));
  book.take(incident(2, { severity: "low" }));
  book.take(incident(3, { rule: { id: "r2", title: "Other" } }));
  expect(numbers(book.page({ status: "closed" }, whole))).toEqual([1]);
  expect(numbers(book.page({ severity: "low" }, whole))).toEqual([2]);
  expect(numbers(book.page({ rule: "r2" }, whole))).toEqual([3]);
  expect(numbers(book.page({ client: "pump-3", status: "new" }, whole))).toEqual([3]);
  expect(numbers(book.page({ client: "pump-3", status: "closed" }, whole))).toEqual([]);
});

it("lists no more than it may, and forgets the oldest", () => {
  const book = new IncidentBook(3);
  for (const n of [5, 2, 4, 3, 1]) book.take(incident(n));
  expect(numbers(book.page({}, whole))).toEqual([5, 4, 3]);
  expect(book.size).toBe(3);
});
