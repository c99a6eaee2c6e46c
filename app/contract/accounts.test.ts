import { expect, it } from "vitest";
import {
  accounts,
  accountsOf,
  crossings,
  crossingsOf,
  devicePermissions,
  serviceUsers,
  serviceUsersOf,
} from "./accounts.ts";
import { mirrorPermissions } from "./peers.ts";
import { peersOf } from "./regions.ts";

const peers = peersOf("us-east");
const allUsers = serviceUsersOf(peers);

it("lets a device publish its own reports and subscribe to its own alerts, nothing else of ours", () => {
  const { publish, subscribe } = devicePermissions("d1");
  expect(publish).toEqual(["clients.d1.reports"]);
  expect(subscribe.filter((subject) => !subject.startsWith("$MQTT."))).toEqual([
    "clients.d1.alerts",
  ]);
});

it("gives each service an inbox that no other may read", () => {
  for (const user of allUsers) {
    for (const subject of user.subscribe) {
      if (subject.startsWith("_INBOX")) expect(subject).toBe(`_INBOX_${user.name}.>`);
    }
  }
});

it("lets the inspector alone write what reaches devices", () => {
  const writers = allUsers.filter((user) =>
    user.publish.some(
      (subject) => subject.startsWith("clients.") || subject.startsWith("deliver."),
    ),
  );
  expect(writers.map((user) => user.name)).toEqual(["inspector"]);
});

it("lets auth alone write what it decided, and only who changes the registry what is changed", () => {
  const writersOf = (pattern: RegExp) =>
    allUsers.filter((user) => user.publish.some((subject) => pattern.test(subject)));
  const names = (pattern: RegExp) => writersOf(pattern).map((user) => user.name);
  expect(names(/^audit\.(auth|chain\.auth)\./)).toEqual(["auth"]);
  expect(names(/^audit\.(registry|chain\.registry)\./)).toEqual(["operator", "console"]);
  expect(names(/^audit\./)).toEqual(["auth", "operator", "console"]);
});

it("gives nobody a wildcard over everything", () => {
  for (const user of allUsers) {
    for (const subject of [...user.publish, ...user.subscribe]) {
      expect(subject).not.toMatch(/^(>|\*|\$JS\.API\.>|\$JS\.>)/);
    }
  }
});

it("adds nothing to a region without peers", () => {
  expect(accountsOf([])).toEqual(accounts);
  expect(serviceUsersOf([])).toEqual(serviceUsers);
  expect(crossingsOf([])).toEqual(Object.values(crossings));
});

it("gives each peer an account out of which nothing leaves but alerts to devices", () => {
  const added = accountsOf(peers).filter((account) => account.startsWith("FROM_"));
  expect(added).toEqual(["FROM_EU_WEST", "FROM_AP_SOUTH"]);
  for (const account of added) {
    const touching = crossingsOf(peers).filter((c) => c.from === account || c.to === account);
    expect(touching).toEqual([{ ...crossings.alertsToDevices, from: account }]);
  }
});

it("has one user in each of these accounts who makes mirrors, and one who reads changes", () => {
  const inSources = allUsers.filter((user) => user.account.startsWith("FROM_"));
  expect(inSources.map((user) => `${user.account} ${user.name}`)).toEqual([
    "FROM_EU_WEST provision-from-eu-west",
    "FROM_EU_WEST auth-from-eu-west",
    "FROM_AP_SOUTH provision-from-ap-south",
    "FROM_AP_SOUTH auth-from-ap-south",
  ]);
  const mayPublish = (name: RegExp) =>
    inSources.filter((user) => name.test(user.name)).flatMap((user) => user.publish);
  for (const subject of mayPublish(/^provision/)) {
    expect(subject).toMatch(
      /^\$JS\.API\.(INFO|STREAM\.(INFO|CREATE|UPDATE)\.(MQTT_ALERTS|REGISTRY_CHANGES))$/,
    );
  }
  for (const subject of mayPublish(/^auth/)) {
    expect(subject).toMatch(/^\$JS\.(API\.INFO|.*\.REGISTRY_CHANGES(\.>)?)$/);
  }
});

it("lets only auth find and close sessions, and nobody else into SYS", () => {
  const inSystem = allUsers.filter((user) => user.account === "SYS");
  expect(inSystem.map((user) => user.name)).toEqual(["session-closer"]);
  for (const subject of inSystem.flatMap((user) => user.publish)) {
    expect(subject).toMatch(/^\$SYS\.REQ\.SERVER\.(PING|\*)\.(CONNZ|KICK)$/);
  }
});

it("lets a peer ask for consumers of what is mirrored and nothing else", () => {
  const { publish, subscribe } = mirrorPermissions("us-east");
  expect(publish).toEqual([
    "$JS.us-east.API.CONSUMER.CREATE.MQTT_ALERTS",
    "$JS.FC.MQTT_ALERTS.>",
    "$JS.us-east.API.CONSUMER.CREATE.REGISTRY_CHANGES",
    "$JS.FC.REGISTRY_CHANGES.>",
  ]);
  expect(subscribe).toEqual(["$JSC.R.*", "$JS.M.*"]);
});
