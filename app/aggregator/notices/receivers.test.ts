import { expect, it } from "vitest";
import { parseReceivers } from "./receivers.ts";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const hook = { name: "desk", kind: "webhook", url: "https://desk.example.com/hook", secret };
const read = (...receivers: object[]) => parseReceivers(JSON.stringify(receivers), "file.json");

it("takes receivers of both kinds", () => {
  const manager = {
    name: "am",
    kind: "alertmanager",
    url: "http://am.watch.svc.cluster.local:9093",
  };
  expect(read(hook, manager)).toEqual([hook, manager]);
  expect(read()).toEqual([]);
});

it.each([
  ["no TLS to elsewhere", { url: "http://desk.example.com/hook" }, "0.url must be an https://"],
  [
    "a password in the address",
    { url: "https://a:b@desk.example.com" },
    "0.url must be an https://",
  ],
  ["no address", { url: "desk" }, "0.url must be an https:// address"],
  ["a short key", { secret: "whsec_c2hvcnQ=" }, "0.secret must hold a key of 24 to 64 bytes"],
  ["a key of another form", { secret: "hunter2" }, "0.secret must be whsec_"],
  ["a misspelt field", { adress: "x" }, "adress"],
])("refuses %s, and never quotes what it holds", (_, change, complaint) => {
  const wrong = () => read({ ...hook, ...change });
  expect(wrong).toThrow(complaint);
  expect(wrong).not.toThrow(/hunter2|c2hvcnQ|BwcHBw/);
});

it("refuses two of one name, and what is not JSON", () => {
  expect(() => read(hook, hook)).toThrow("two receivers alike");
  expect(() => parseReceivers("{", "file.json")).toThrow("file.json is not JSON");
});
