import { expect, it } from "vitest";
import { objectName } from "./archive-name.ts";
import { newestName } from "./newest-object.ts";

/** A bucket as Amazon S3 lists it, and how often it was asked. */
function listed(names: readonly string[]) {
  const sorted = [...names].sort();
  const asked = { times: 0 };
  return {
    asked,
    folders: async (prefix: string) => {
      const below = sorted.filter((name) => name.startsWith(prefix));
      return [...new Set(below.map((name) => name.split("/").slice(0, 2).join("/").concat("/")))];
    },
    firstName: async (prefix: string, from: string) => {
      asked.times++;
      return sorted.find((name) => name.startsWith(prefix) && name > from);
    },
  };
}

const stream = "20260131T120000000Z";
const named = (first: number, region = "us-east") =>
  objectName({ region, stream, first, storedAt: 1_800_000_000_000 + first });

it("finds none in an empty archive, nor in that of another region", async () => {
  expect(await newestName(listed([]), "us-east")).toBeUndefined();
  expect(await newestName(listed([named(1, "us-east-2")]), "us-east")).toBeUndefined();
});

it.each([
  [[1]],
  [[1, 2]],
  [[1, 101, 102, 5_000]],
  [[77, 1_000_000]],
  [Array.from({ length: 300 }, (_, i) => 1 + i * i * 7)],
])("finds the last of %j", async (firsts) => {
  expect(await newestName(listed(firsts.map((first) => named(first))), "us-east")).toBe(
    named(firsts.at(-1) ?? 0),
  );
});

it("asks less than a hundred times in an archive of half a million objects", async () => {
  let last = 1;
  const names = Array.from({ length: 500_000 }, (_, i) => {
    last = 1 + i * 1_021;
    return named(last);
  });
  // Sorted already: the first that is later is found by halving.
  const at = (from: string) => {
    let [low, high] = [0, names.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((names[middle] ?? "") > from) high = middle;
      else low = middle + 1;
    }
    return names[low];
  };
  let asked = 0;
  const archive = {
    folders: async () => [`us-east/${stream}/`],
    firstName: async (_: string, from: string) => {
      asked++;
      return at(from);
    },
  };
  expect(await newestName(archive, "us-east")).toBe(named(last));
  expect(asked).toBeLessThan(100);
});

it("gives what is not of the archive as it is, for the caller to complain about", async () => {
  const planted = `us-east/${stream}/zzz`;
  expect(await newestName(listed([named(1), planted]), "us-east")).toBe(planted);
});

it("looks at the stream that was made last", async () => {
  const later = objectName({
    region: "us-east",
    stream: "20260201T000000000Z",
    first: 1,
    storedAt: 0,
  });
  expect(await newestName(listed([named(900), later]), "us-east")).toBe(later);
});
