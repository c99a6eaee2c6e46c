import { expect, it } from "vitest";
import { EnvironmentInvalid, readEnvironment } from "./environment.ts";
import { peerLogins } from "./peer-logins.ts";

const read = (value?: string) =>
  readEnvironment({ PEER_PASSWORD_FILES: peerLogins.default([]) }, { PEER_PASSWORD_FILES: value });

it("reads the regions and the password file of each", () => {
  expect(read("eu-west=/a, ap-south=/b=c").PEER_PASSWORD_FILES).toEqual([
    { region: "eu-west", passwordFile: "/a" },
    { region: "ap-south", passwordFile: "/b=c" },
  ]);
});

it("may be left out", () => {
  expect(read().PEER_PASSWORD_FILES).toEqual([]);
});

it.each(["eu-west", "eu-west=", "mars=/a"])("refuses %s", (value) => {
  expect(() => read(value)).toThrow(EnvironmentInvalid);
});
