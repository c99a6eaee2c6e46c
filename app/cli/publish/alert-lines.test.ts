import { expect, it } from "vitest";
import { alertLines } from "./alert-lines.ts";

async function read(text: string | Uint8Array) {
  const found = [];
  for await (const line of alertLines(
    (async function* () {
      yield Buffer.from(text as Uint8Array);
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

it.each([
  '{"n":12345678901234567890,"f":1.0,"e":1E2}',
  '{"__proto__":{"a":1},"b":2}',
  '{"a":1,"a":2}',
  '{"b":1,"2":2,"1":3}',
  '{ "t" : "\\u00e9 é \\\\\\" } , \\ud800" ,\t"list":[{"payload":[]}, "]"] }',
])("sends an object as it stands in its line: %s", async (payload) => {
  const lines = [
    `{"client":"a","payload":${payload}}`,
    `{"payload":1, "pa\\u0079load" : ${payload} ,"client":"a", "id":"payload"}`,
  ];
  const found = await read(lines.join("\r\n"));
  expect(found.map((line) => "alert" in line && line.alert.payload)).toEqual([payload, payload]);
});

it("takes no bytes that are no text", async () => {
  const [before, behind] = ['{"client":"a","payload":{"t":"', '"}}\n{"client":"a","payload":{}}\n'];
  const found = await read(
    Buffer.concat([Buffer.from(before), Buffer.of(0xe9), Buffer.from(behind)]),
  );
  expect(found).toEqual([
    { number: 1, problem: "is no UTF-8" },
    { number: 2, alert: { client: "a", payload: "{}" } },
  ]);
  expect(await read('{"client":"a","payload":"{\\"t\\":\\"\\ud800\\"}"}')).toEqual([
    { number: 1, problem: "payload: must have no half of a surrogate pair" },
  ]);
});
