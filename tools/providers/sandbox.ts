import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RealProviders } from "../engine/engine.ts";
import { startAccount } from "./account/account.ts";
import { mustBeBuilt, programs, realPackages } from "./programs.ts";

/** What the real providers talk to: an account, on loopback. */
export interface Sandbox {
  readonly providers: RealProviders;
  /** Folder with a line for each answer of the account, and moto's own log. */
  readonly logs: string;
  stop(): Promise<void>;
}

/**
 * Starts it, empty.
 *
 * @throws Error when the providers are not built.
 */
export async function startSandbox(): Promise<Sandbox> {
  mustBeBuilt();
  const logs = mkdtempSync(join(tmpdir(), "sentinel-sandbox-"));
  const report = (line: string) => appendFileSync(join(logs, "account.log"), `${line}\n`);
  const account = await startAccount({ logs, report });
  return {
    providers: {
      packages: realPackages,
      folders: [programs],
      environment: environmentOf(account.url),
      settings: { "aws:s3UsePathStyle": "true" },
    },
    logs,
    async stop() {
      await account.stop();
      rmSync(logs, { recursive: true, force: true });
    },
  };
}

/** Everything that a provider asks for goes to the account, which leads nowhere else. */
const environmentOf = (account: string): Record<string, string> => ({
  HTTP_PROXY: account,
  HTTPS_PROXY: account,
  NO_PROXY: "127.0.0.1,localhost",
  // A name, because AWS puts the account in front of it; the proxy resolves none.
  AWS_ENDPOINT_URL: "http://aws.test",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_EC2_METADATA_DISABLED: "true",
  // Errors are of the program or of the account, never of a network.
  AWS_MAX_ATTEMPTS: "2",
});
