import { expect, it } from "vitest";
import { devicePermissions, serviceUsers } from "./accounts.ts";

it("lets a device publish its own reports and subscribe to its own alerts, nothing else of ours", () => {
  const { publish, subscribe } = devicePermissions("d1");
  expect(publish).toEqual(["clients.d1.reports"]);
  expect(subscribe.filter((subject) => !subject.startsWith("$MQTT."))).toEqual([
    "clients.d1.alerts",
  ]);
});

it("gives each service an inbox that no other may read", () => {
  for (const user of serviceUsers) {
    for (const subject of user.subscribe) {
      if (subject.startsWith("_INBOX")) expect(subject).toBe(`_INBOX_${user.name}.>`);
    }
  }
});

it("lets the inspector alone write what reaches devices", () => {
  const writers = serviceUsers.filter((user) =>
    user.publish.some(
      (subject) => subject.startsWith("clients.") || subject.startsWith("deliver."),
    ),
  );
  expect(writers.map((user) => user.name)).toEqual(["inspector"]);
});

it("gives nobody a wildcard over everything", () => {
  for (const user of serviceUsers) {
    for (const subject of [...user.publish, ...user.subscribe]) {
      expect(subject).not.toMatch(/^(>|\*|\$JS\.API\.>|\$JS\.>)/);
    }
  }
});
