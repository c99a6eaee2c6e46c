import { expect, it } from "vitest";
import { EnvironmentInvalid, natsSchema, processSchema, readEnvironment } from "./environment.ts";

const shape = { ...processSchema, ...natsSchema };
const good = {
  REPLICA: "bridge-1",
  NATS_SERVERS: "tls://a:1, tls://b:2",
  NATS_PASSWORD_FILE: "/p",
  NATS_CA_FILE: "/c",
};

it("fills in defaults and splits lists", () => {
  expect(readEnvironment(shape, good)).toMatchObject({
    NATS_SERVERS: ["tls://a:1", "tls://b:2"],
    HTTP_PORT: 8080,
    LOG_LEVEL: "info",
  });
});

it("names every variable that is wrong, and what it holds", () => {
  const bad = { ...good, REPLICA: "Bridge 1", HTTP_PORT: "80000", NATS_CA_FILE: undefined };
  const read = () => readEnvironment(shape, bad);
  expect(read).toThrow(EnvironmentInvalid);
  expect(read).toThrow(/REPLICA: .*got "Bridge 1"/);
  expect(read).toThrow(/HTTP_PORT: .*got "80000"/);
  expect(read).toThrow(/NATS_CA_FILE: .*it is not set/);
});
