import { expect, it } from "vitest";
import { JetStreamApiError } from "../shared/nats.ts";
import { retryCause } from "./retry-cause.ts";

const apiError = (err_code: number, code: number) =>
  new JetStreamApiError({ err_code, code, description: "said by the server" });

it("knows an id that the other replica is storing", () => {
  expect(retryCause(apiError(10158, 409))).toBe("id-in-process");
});

it("knows a stream that refuses", () => {
  expect(retryCause(apiError(10077, 503))).toBe("store-failed");
});

it("takes everything else for a cluster that cannot be reached", () => {
  expect(retryCause(apiError(10008, 503))).toBe("unavailable");
  expect(retryCause(new Error("timeout"))).toBe("unavailable");
});
