import { expect, it } from "vitest";
import { alertLines } from "./alert-lines.ts";

async function read(text: string) {
  const found = [];
  for await (const line of alertLines(
    (async function* () {
      yield Buffer.from(text);
    })(),
  ))
    found.push(line);
  return found;
}

it("reads alerts, with their ids, and sends a text as it is", async () => {
  const text =
    '\uFEFF{"client":"pump-7","payload":{"alarm":"door open"}}\n\n' +
    '{"client":"pump-8","payload":"{ \\"n\\":1.0 }","id":"4711"}';
  expect(await read(text)).toEqual([
    { number: 1, alert: { client: "pump-7", payload: '{"alarm":"door open"}' } },
    { number: 3, alert: { client: "pump-8", payload: '{ "n":1.0 }', id: "4711" } },
  ]);
});

it.each([
  ["{", "is no JSON"],
  ["[]", /^it: /],
  ['{"client":"pump 7","payload":{}}', "client: must be 1 to 64 of A-Z, a-z, 0-9, _ and -"],
  [
    '{"client":"pump-7","payload":1}',
    "payload: must be an object, or a text that is sent as it is",
  ],
  ['{"client":"a","payload":{},"id":"two words"}', /^id: must be 1 to 128 printable ASCII/],
  ['{"client":"a","payload":{},"ID":"x"}', /^it: .*"ID"/],
  [`{"client":"a","payload":"${"x".repeat(400_000)}"}`, "is too long"],
])("says what is wrong with a line (%#) and goes on", async (line, problem) => {
  const [first, second] = await read(`${line}\n{"client":"a","payload":{}}\n`);
  expect(first).toEqual({
    number: 1,
    problem: typeof problem === "string" ? problem : expect.stringMatching(problem),
  });
  expect(second).toMatchObject({ number: 2, alert: { client: "a" } });
});
