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
  for (const [at, n] of [4, 1, 5, 3, 2, 4].entries()) book.take(incident(n), at + 1);
  const first = book.page({}, { after: undefined, limit: 2 });
  expect(numbers(first)).toEqual([5, 4]);
  const second = book.page({}, { after: first.next, limit: 2 });
  expect(numbers(second)).toEqual([3, 2]);
  // What comes between two pages moves nothing.
  book.take(incident(6), 7);
  const last = book.page({}, { after: second.next, limit: 2 });
  expect(numbers(last)).toEqual([1]);
  expect(last.next).toBeUndefined();
});

it("shows an incident as it is now, and none that has become a part of another, in whatever order that came", () => {
  const versions = [
    incident(1),
    incident(2),
    incident(1, { status: "closed", verdict: "fp" }),
    incident(2, { status: "closed", mergedInto: "mbx2k9q9-00000000" }),
  ].map((each, at) => [each, at + 1] as const);
  // Copies of the stream lag, and what is told at once comes before what is read.
  for (const order of [versions, versions.toReversed()]) {
    const book = new IncidentBook();
    for (const version of order) book.take(...version);
    expect(book.page({}, whole).incidents.map(({ verdict }) => verdict)).toEqual(["fp"]);
    expect(book.size).toBe(1);
  }
});

it("picks by status, severity, rule and client", () => {
  const book = new IncidentBook();
  book.take(incident(1, { status: "closed" }), 1);
  book.take(incident(2, { severity: "low" }), 2);
  book.take(incident(3, { rule: { id: "r2", title: "Other" } }), 3);
  expect(numbers(book.page({ status: "closed" }, whole))).toEqual([1]);
  expect(numbers(book.page({ severity: "low" }, whole))).toEqual([2]);
  expect(numbers(book.page({ rule: "r2" }, whole))).toEqual([3]);
  expect(numbers(book.page({ client: "pump-3", status: "new" }, whole))).toEqual([3]);
  expect(numbers(book.page({ client: "pump-3", status: "closed" }, whole))).toEqual([]);
});

it("lists no more than it may, and forgets the oldest", () => {
  const book = new IncidentBook(3);
  for (const [at, n] of [5, 2, 4, 3, 1].entries()) book.take(incident(n), at + 1);
  expect(numbers(book.page({}, whole))).toEqual([5, 4, 3]);
  expect(book.size).toBe(3);
});
