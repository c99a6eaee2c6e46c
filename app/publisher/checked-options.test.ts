import { expect, it } from "vitest";
import { checkOptions } from "./checked-options.ts";
import { retryDelayMs } from "./link.ts";
import type { PublisherOptions } from "./publisher-options.ts";

const options: PublisherOptions = { url: "mqtts://broker.example:8884", journal: "/tmp/journal" };

it("fills in what is not given", () => {
  expect(checkOptions(options)).toMatchObject({
    login: { host: "broker.example", port: 8884 },
    ...{ journalLimitBytes: 64 * 1024 ** 2, sync: "always", window: 1_000, resendMs: 15_000 },
  });
  expect(checkOptions({ ...options, url: "mqtts://[::1]" }).login).toMatchObject({
    host: "::1",
    port: 8883,
  });
});

it("asks for a password and an authority at each connection", () => {
  let password = "first";
  const { login } = checkOptions({ ...options, password: () => password, ca: "pem" });
  expect([login.password?.(), login.ca?.()]).toEqual(["first", "pem"]);
  password = "renewed";
  expect(login.password?.()).toBe("renewed");
});

it.each<[Partial<PublisherOptions>, string]>([
  [{ url: "mqtt://broker" }, "url must be mqtts://host:port"],
  [{ url: "mqtts://user:secret@broker" }, "with user and password as options of their own"],
  [{ url: "broker" }, "url must be"],
  [{ journal: "" }, 'journal must be the path of a folder, got ""'],
  [{ window: 0 }, "window must be a whole number from 1 to 60000, got 0"],
  [{ resendMs: 1.5 }, "resendMs must be a whole number from 100 to 3600000, got 1.5"],
  [{ journalLimitBytes: 10 }, "journalLimitBytes must be a whole number from 262144 to 268435456"],
  [{ journalLimitBytes: 256 * 1024 ** 2 + 1 }, "from 262144 to 268435456, got 268435457"],
  [{ sync: "often" as "never" }, 'sync must be always or never, got "often"'],
])("refuses %o", (wrong, message) => {
  expect(() => checkOptions({ ...options, ...wrong })).toThrow(message);
});

it("never tells a password that is in the wrong place", () => {
  const url = "mqtts://user:secret@broker";
  expect(() => checkOptions({ ...options, url })).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining("secret") }),
  );
});

it("tries again later each time, half a minute at most, and never at once", () => {
  expect([0, 1, 2, 20].map((attempt) => retryDelayMs(attempt, 0))).toEqual([125, 250, 500, 15_000]);
  expect([0, 1, 2, 20].map((attempt) => retryDelayMs(attempt, 1))).toEqual([
    250, 500, 1_000, 30_000,
  ]);
});
