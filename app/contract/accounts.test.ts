import { describe, expect, it } from "vitest";
import { accounts, accountsOf, devicePermissions, storesIn } from "./accounts.ts";
import { crossings, crossingsOf } from "./crossings.ts";
import {
  mirroredStreams,
  mirrorPermissions,
  peerAccount,
  peerCalls,
  sourceAccount,
} from "./peers.ts";
import { serviceUsersOf } from "./region-users.ts";
import { peersOf } from "./regions.ts";
import { publishable } from "./service-user.ts";
import { serviceUsers } from "./service-users.ts";
import { storeAccounts, stores } from "./stores.ts";
import { defaultScale } from "./stream-definition.ts";
import { mqttStreamMaker } from "./stream-makers.ts";
import { streamDefinitions } from "./streams.ts";
import { subjects } from "./subjects.ts";

const peers = peersOf("us-east");
const allUsers = serviceUsersOf(peers);

it("lets a device publish its own reports and subscribe to its own alerts, nothing else of ours", () => {
  const { publish, subscribe } = devicePermissions("d1");
  expect(publish).toEqual(["clients.d1.reports", "clients.d1.resume"]);
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

const writersOf = (pattern: RegExp) =>
  allUsers.filter((user) => publishable(user).some((subject) => pattern.test(subject)));
const names = (pattern: RegExp) => writersOf(pattern).map((user) => user.name);

it("lets the inspector alone store what reaches devices, and delivery send them what is stored", () => {
  const alerting = allUsers.flatMap(({ name, calls = [] }) =>
    calls
      .filter(({ subject }) => /^(clients|deliver)\./.test(subject))
      .map(({ to, subject }) => `${name} ${to} ${subject}`),
  );
  expect(alerting).toEqual([
    "inspector ALERTS clients.*.alerts",
    "inspector DEVICES deliver.*.alerts",
    "delivery DEVICES clients.*.alerts",
  ]);
  expect(names(/^(clients|deliver)\./)).toEqual(["inspector", "delivery"]);
});

const lanesOf = ["inspector", "report-inspector"];

it("lets only who reads a lane hold messages of its origin, and decide about them", () => {
  expect(names(/^quarantine\.upstream\./)).toEqual(["inspector"]);
  expect(names(/^quarantine\.device\./)).toEqual(["report-inspector"]);
  expect(names(/^quarantine\./)).toEqual(lanesOf);
  expect(names(/^decisions\.upstream\./)).toEqual(["inspector"]);
  expect(names(/^decisions\./)).toEqual(lanesOf);
});

it("lets console and operator ask for decisions, each by a subject that says who asks", () => {
  for (const asker of ["console", "operator"]) {
    expect(names(new RegExp(`^decide\\.(upstream|device)\\.${asker}$`))).toEqual([asker]);
  }
  expect(names(/^decide\./)).toEqual(["operator", "console"]);
});

it("lets auth alone write what it decided, and only who changes the registry what is changed", () => {
  expect(names(/^audit\.(auth|chain\.auth)\./)).toEqual(["auth"]);
  expect(names(/^audit\.(registry|chain\.registry)\./)).toEqual(["operator", "console"]);
  expect(names(/^audit\.(copies|chain\.copies)\./)).toEqual(["mender"]);
  expect(names(/^audit\.(quarantine|chain\.quarantine)\./)).toEqual(lanesOf);
  expect(names(/^audit\./)).toEqual([...lanesOf, "auth", "operator", "console", "mender"]);
});

it("lets the aggregator alone ask for a bar, auth alone make one, and console and operator lift it, each by its own subject", () => {
  expect(names(/^bar\.request$/)).toEqual(["aggregator"]);
  expect(names(/^registry\.(bars|observed)\./)).toEqual(["auth"]);
  expect(names(/^bar\.list$/)).toEqual(["operator", "console"]);
  for (const asker of ["console", "operator"]) {
    expect(names(new RegExp(`^bar\\.lift\\.${asker}$`))).toEqual([asker]);
  }
  expect(names(/^bar\.lift\./)).toEqual(["operator", "console"]);
});

it("gives nobody a wildcard over everything", () => {
  for (const user of allUsers) {
    for (const subject of [...publishable(user), ...user.subscribe]) {
      expect(subject).not.toMatch(/^(>|\*|\$JS\.API\.>|\$JS\.>)/);
    }
  }
});

describe("an account without JetStream", () => {
  const users = allUsers.filter(({ account }) => !storesIn(account));

  it("has one user: what an account may call, each of its users can cause", () => {
    const shared = users.map(({ account }) => account);
    expect(new Set(shared).size).toBe(shared.length);
  });

  it.each(
    users.map((user) => [user.name, user] as const),
  )("gives %s nothing to publish but its calls, and what the bridges tell each other", (name, user) =>
    expect(user.publish ?? []).toEqual(name === "bridge" ? [subjects.bridgeStored] : []));

  it("makes, changes and deletes no stream or consumer by its calls, nor reads by one of its own", () => {
    for (const { subject, asked = subject } of users.flatMap((user) => user.calls ?? [])) {
      expect(asked).not.toMatch(/\.(CREATE|UPDATE|DELETE|PURGE|RESET|SNAPSHOT|RESTORE|PEER)\b/);
    }
  });

  it("moves no leader by its calls, but mender those of the peers' mirrors", () => {
    const moved = users.flatMap(({ name, calls = [] }) =>
      calls
        .filter(({ subject, asked = subject }) => /\bLEADER\b/.test(asked))
        .map(({ to, asked }) => `${name}: ${to} ${asked}`),
    );
    const mirrors = peers.flatMap((peer) =>
      mirroredStreams.map(
        (stream) => `${sourceAccount(peer)} $JS.API.STREAM.LEADER.STEPDOWN.${stream}`,
      ),
    );
    expect(moved).toEqual(mirrors.map((each) => `mender: ${each}`));
  });
});

it("puts nobody into the accounts whose streams others may read, but who makes the streams", () => {
  const inStores = allUsers.filter(({ account }) =>
    ["ALERTS", "CORE", "AUDIT", "CHANGES"].includes(account),
  );
  expect(inStores.map((user) => user.name)).toEqual([
    "provision-alerts",
    "provision-core",
    "provision-audit",
    "provision-changes",
  ]);
});

it("lets no maker of streams delete, purge or read", () => {
  const makers = allUsers.filter(
    ({ name }) => name.startsWith("provision") && name !== mqttStreamMaker,
  );
  expect(makers).toHaveLength(storeAccounts.length + peers.length);
  for (const maker of makers) {
    expect(maker.calls ?? []).toEqual([]);
    for (const subject of maker.publish ?? []) {
      expect(subject).toMatch(
        /^\$JS\.API\.(INFO$|STREAM\.(INFO|CREATE|UPDATE)\.\*$|CONSUMER\.CREATE\.(REGISTRY_CHANGES\.session-closer\.|(REGISTRY_CHANGES|LOGINS)\.mirror-))/,
      );
    }
  }
});

it("lets one user make and drop what nats-server's MQTT layer keeps, and nothing else of devices", () => {
  const maker = allUsers.find(({ name }) => name === mqttStreamMaker);
  expect(maker).toMatchObject({ account: "DEVICES", subscribe: [`_INBOX_${mqttStreamMaker}.>`] });
  expect(maker?.calls ?? []).toEqual([]);
  for (const subject of maker?.publish ?? []) {
    expect(subject).toMatch(
      /^\$JS\.API\.(INFO|STREAM\.(INFO|CREATE|UPDATE|DELETE)\.\$MQTT_(sess|msgs|out|qos2in|rmsgs))$/,
    );
  }
});

/**
 * The answer to a call whose reply subject is an acknowledgement is not turned back by nats-server:
 * it goes to that consumer. So where a consumer waits for acknowledgements, nobody may read but auth.
 */
it("lets only auth read where changes are acknowledged, and delivery what is copied beside them", () => {
  const reading = allUsers.flatMap(({ name, calls = [] }) =>
    calls
      .filter(
        ({ to, subject }) => (to === "CHANGES" || to.startsWith("FROM_")) && /GET/.test(subject),
      )
      .map(() => name),
  );
  expect(new Set(reading)).toEqual(
    new Set(["auth", "delivery", "auth-from-eu-west", "auth-from-ap-south"]),
  );
});

it("has a place for each stream, and for no other", () => {
  const made = streamDefinitions(defaultScale).map(({ name }) => name);
  expect(storeAccounts.flatMap((account) => [...stores[account]]).sort()).toEqual(made.sort());
});

it("adds nothing to a region without peers", () => {
  expect(accountsOf([])).toEqual(accounts);
  expect(serviceUsersOf([])).toEqual(serviceUsers);
  expect(crossingsOf([])).toEqual(Object.values(crossings));
});

it("lets nothing out of the account of a peer's mirrors but alerts to devices, changes and logins to auth", () => {
  const added = accountsOf(peers).filter((account) => account.startsWith("FROM_"));
  expect(added).toEqual(["FROM_EU_WEST", "FROM_AP_SOUTH"]);
  for (const account of added) {
    const touching = crossingsOf(peers).filter((c) => c.from === account || c.to === account);
    expect(touching).toEqual([
      { ...crossings.alertsToDevices, from: account },
      { ...crossings.changesToAuth, from: account, to: `AUTH_${account}` },
      { ...crossings.barsToAuth, from: account, to: `AUTH_${account}` },
      { ...crossings.loginsToAuth, from: account, to: `AUTH_${account}` },
    ]);
  }
});

it("lets only auth find and close sessions, and nobody into SYS", () => {
  expect(allUsers.filter((user) => user.account === "SYS")).toEqual([]);
  const asking = allUsers.filter(({ calls = [] }) => calls.some(({ to }) => to === "SYS"));
  const asked = ({ calls = [] }: (typeof asking)[number]) =>
    calls.filter(({ to }) => to === "SYS").map(({ subject }) => subject);
  expect(asking.map((user) => [user.name, asked(user)])).toEqual([
    ["session-closer", ["servers.*.CONNZ", "servers.*.KICK"]],
    // Counts of messages by server, and no message.
    ["operator", ["servers.*.JSZ"]],
  ]);
  for (const user of asking.filter(({ name }) => name === "session-closer")) {
    expect(publishable(user)).toEqual(asked(user));
  }
});

it("lets a peer ask for consumers of alerts and for its own of changes and logins, nothing else, and gives it what they deliver", () => {
  expect(peerCalls("eu-west").map(({ to, subject }) => `${to} ${subject}`)).toEqual([
    "ALERTS $JS.API.CONSUMER.CREATE.MQTT_ALERTS",
    "ALERTS $JS.FC.MQTT_ALERTS.>",
    "CHANGES $JS.API.CONSUMER.RESET.REGISTRY_CHANGES.mirror-eu-west",
    "CHANGES $JS.FC.REGISTRY_CHANGES.mirror-eu-west.>",
    "CHANGES $JS.API.CONSUMER.RESET.LOGINS.mirror-eu-west",
    "CHANGES $JS.FC.LOGINS.mirror-eu-west.>",
  ]);
  const { publish, subscribe } = mirrorPermissions("eu-west", "us-east");
  expect(publish).toEqual([
    "$JS.us-east.API.CONSUMER.CREATE.MQTT_ALERTS",
    "$JS.FC.MQTT_ALERTS.>",
    "$JS.us-east.API.CONSUMER.RESET.REGISTRY_CHANGES.mirror-eu-west",
    "$JS.FC.REGISTRY_CHANGES.mirror-eu-west.>",
    "$JS.us-east.API.CONSUMER.RESET.LOGINS.mirror-eu-west",
    "$JS.FC.LOGINS.mirror-eu-west.>",
  ]);
  const delivered = ["M.*", "changes", "logins"].map((each) => `mirrored.eu-west.${each}`);
  expect(subscribe).toEqual(["$JSC.R.*", ...delivered]);
});

it("keeps a peer in an account of its own, into which nothing of another's comes", () => {
  for (const peer of peers) {
    const coming = crossingsOf(peers).filter(({ to }) => to === peerAccount(peer));
    expect(coming.map(({ from, subject }) => `${from} ${subject}`)).toEqual([
      `ALERTS mirrored.${peer}.M.*`,
      `CHANGES mirrored.${peer}.changes`,
      `CHANGES mirrored.${peer}.logins`,
    ]);
  }
});
