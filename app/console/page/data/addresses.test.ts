/** What stands in the address of a view, and what its server is asked for it. */
import { expect, it } from "vitest";
import { auditPath, sinceOf } from "./audit.ts";
import { devicePath, listPath } from "./devices.ts";
import { incidentListPath, incidentPath } from "./incidents.ts";
import { heldListPath } from "./quarantine.ts";

const address = (text: string) => new URLSearchParams(text);

it("takes from an address what the server knows, and nothing else", () => {
  expect(listPath(address("prefix=pump&status=active&label=site%3Aoslo&evil=1&after=x"))).toBe(
    "/devices?limit=50&prefix=pump&status=active&label=site%3Aoslo&after=x",
  );
  expect(heldListPath(address("client=a&state=held&limit=9999"))).toBe(
    "/quarantine?limit=50&client=a&state=held",
  );
  expect(incidentListPath(address("status=new&severity=high&client=a&rule=b&limit=9999"))).toBe(
    "/incidents?limit=50&status=new&severity=high&client=a&rule=b",
  );
  expect(auditPath(address("kind=auth&since=2026-01-01T00%3A00%3A00Z&x=y"))).toBe(
    "/audit?limit=100&kind=auth&since=2026-01-01T00%3A00%3A00Z",
  );
});

it("keeps a span of time as the time at which it began", () => {
  expect(sinceOf(60, Date.UTC(2026, 0, 1, 12))).toBe("2026-01-01T11:00:00.000Z");
});

it("keeps an id from leading anywhere else", () => {
  expect(devicePath("../session?x#y", "/suspend")).toBe("/devices/..%2Fsession%3Fx%23y/suspend");
  expect(incidentPath("../session?x#y", "/close")).toBe("/incidents/..%2Fsession%3Fx%23y/close");
});
