import { startEmulator, type TestTable } from "./emulator.fixture.ts";
import { givenEndpoint, useEndpoint } from "./given-endpoint.fixture.ts";
import { setUpMoto, startMoto } from "./moto.fixture.ts";
import type { DeviceValues } from "./record-changes.ts";
import { hashSecret } from "./secret.ts";

const withoutMoto = setUpMoto();
if (withoutMoto !== undefined) process.stderr.write(`skipped: ${withoutMoto}\n`);

interface Environment {
  readonly name: string;
  readonly start: () => Promise<TestTable>;
  readonly skip: boolean;
}

const given = givenEndpoint();

/** The emulators on which the registry must behave the same. */
export const environments: readonly Environment[] = [
  { name: "dynalite", start: startEmulator, skip: false },
  { name: "moto", start: startMoto, skip: withoutMoto !== undefined },
  ...(given ? [{ name: given, start: () => useEndpoint(given), skip: false }] : []),
];

/** Who changes things in tests. */
export const by = { actor: "test", nowMs: 5_000 };
export const bulk = { width: 8, pace: async () => {} };

export const values = (
  clientId: string,
  secret: string,
  more: Partial<DeviceValues> = {},
): DeviceValues => ({
  clientId,
  status: "active",
  secret: hashSecret(secret),
  labels: [],
  ...more,
});
