import { expect, it } from "vitest";
import { labelsRequestLimit } from "../../contract/device.ts";
import type { Msg, NatsConnection } from "../../shared/nats.ts";
import { LabelBook } from "./label-book.ts";

function bookWith(answer: (ids: string[]) => object) {
  const [asked, failures]: [string[][], unknown[]] = [[], []];
  let now = 0;
  const request = async (_: string, payload: unknown) => {
    const ids = JSON.parse(String(payload));
    asked.push(ids);
    const found = answer(ids);
    return { json: () => found } as Msg;
  };
  const connection = { request } as Pick<NatsConnection, "request">;
  const onFailure = (error: unknown) => failures.push(error);
  const book = new LabelBook({ connection, onFailure, clock: () => now });
  const wait = (ms: number) => {
    now += ms;
  };
  return { book, asked, failures, wait };
}

it("asks once for each device within half a minute, and anew afterwards", async () => {
  const { book, asked, wait } = bookWith((ids) => Object.fromEntries(ids.map((id) => [id, ["a"]])));
  expect(await book.of(["p-1", "p-2", "p-1"])).toEqual(
    new Map([
      ["p-1", ["a"]],
      ["p-2", ["a"]],
    ]),
  );
  await book.of(["p-1", "p-3"]);
  expect(asked).toEqual([["p-1", "p-2"], ["p-3"]]);
  wait(30_000);
  await book.of(["p-1"]);
  expect(asked.at(-1)).toEqual(["p-1"]);
});

it("knows no labels while nobody tells them, and does not ask all the time", async () => {
  let away = true;
  const { book, asked, failures, wait } = bookWith(() => {
    if (away) throw new Error("nobody there");
    return { "p-1": ["a"] };
  });
  expect(await book.of(["p-1"])).toEqual(new Map());
  expect(await book.of(["p-1"])).toEqual(new Map());
  expect([asked.length, failures.length]).toEqual([1, 1]);
  away = false;
  wait(5_000);
  expect(await book.of(["p-1"])).toEqual(new Map([["p-1", ["a"]]]));
});

it("asks for as many at once as auth answers", async () => {
  const { book, asked } = bookWith((ids) => Object.fromEntries(ids.map((id) => [id, []])));
  const clients = Array.from({ length: labelsRequestLimit + 1 }, (_, n) => `p-${n}`);
  expect((await book.of(clients)).size).toBe(clients.length);
  expect(asked.map((ids) => ids.length)).toEqual([labelsRequestLimit, 1]);
});
