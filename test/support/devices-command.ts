import { expect } from "vitest";
import { sentinel } from "../../app/cli/sentinel.fixture.ts";
import { awsRegion, deviceTable } from "../../local/endpoints.ts";
import type { Region } from "../../local/region.ts";

/** Runs `sentinel devices` against a region and returns what it writes. Fails the test when it fails. */
export async function devicesCommand(region: Region, ...args: string[]): Promise<string> {
  const finished = await sentinel(["devices", ...args], {
    DEVICE_TABLE: deviceTable,
    AWS_REGION: awsRegion,
    DYNAMODB_ENDPOINT: region.endpoints.dynamodbUrl,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    NATS_SERVERS: region.endpoints.natsServers.join(","),
    NATS_CA_FILE: region.certificates.caFile,
    OPERATOR_PASSWORD_FILE: region.secrets.passwordFile("operator"),
    AUDIT_KEY_FILE: region.secrets.auditKeyFile("operator"),
    AUDIT_KEYS_FILE: region.secrets.auditKeysFile,
    SENTINEL_OPERATOR: "operator-1",
  });
  expect(finished).toMatchObject({ code: 0 });
  return finished.stdout;
}
