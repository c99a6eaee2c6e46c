import { deviceTable } from "../../local/endpoints.ts";
import type { Region } from "../../local/region.ts";
import { type SourceProcess, sourceProcess } from "./source-process.ts";

/** An auth process run from its sources beside a region, with settings of its own. */
export async function startAuthProcess(
  region: Region,
  { REPLICA = "auth-1", ...settings }: Record<string, string> = {},
): Promise<SourceProcess> {
  const { secrets, endpoints } = region;
  const auth = await sourceProcess(region, {
    process: "auth",
    replica: REPLICA,
    settings: {
      CALLOUT_PASSWORD_FILE: secrets.passwordFile("auth-callout"),
      CLOSER_PASSWORD_FILE: secrets.passwordFile("session-closer"),
      AUDIT_KEY_FILE: secrets.auditKeyFile("auth"),
      AUDIT_KEYS_FILE: secrets.auditKeysFile,
      AUTH_ISSUER_SEED_FILE: secrets.issuerSeedFile,
      DEVICE_TABLE: deviceTable,
      DYNAMODB_ENDPOINT: endpoints.dynamodbUrl,
      AWS_REGION: "us-east-1",
      ...settings,
    },
  });
  await auth.start();
  return auth;
}
