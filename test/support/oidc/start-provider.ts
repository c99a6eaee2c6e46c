import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { oidcPaths } from "../../../app/contract/oidc.ts";
import { ensureCertificates } from "../../../local/certificates.ts";

/** What the provider and its client of the tests have in common. */
export const testSecret = "a-secret-of-the-tests";
export const testRoles = { viewer: ["analysts"], admin: ["soc-leads"] };

interface Pair {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface TestProvider {
  readonly issuer: string;
  /** Takes the browsers of this console from now on, and proves itself with this certificate. */
  serve(consoleUrl: string, pair: Pair): Promise<void>;
  /** Answers nobody until `resume`, while connections to it are taken. */
  pause(): void;
  resume(): void;
  /** Whether it can be reached at all. */
  listen(listens: boolean): Promise<void>;
  stop(): Promise<void>;
}

function told(child: ChildProcess): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    const onEnd = (code: number | null) => reject(new Error(`the provider ended with ${code}`));
    child.once("exit", onEnd);
    child.once("message", (message) => {
      child.off("exit", onEnd);
      resolve(message as Record<string, string>);
    });
  });
}

/** Starts an OpenID Connect provider. It knows `alice` (soc-leads), `bob` (analysts) and `carol` (cooks). */
export async function startOidcProvider(): Promise<TestProvider> {
  const program = join(import.meta.dirname, "provider-process.ts");
  const child = fork(program, { execArgv: [], stdio: "ignore" });
  const { issuer = "" } = await told(child);
  const order = async (what: object) => {
    child.send(what);
    await told(child);
  };
  return {
    issuer,
    serve: (consoleUrl, { certFile, keyFile }) =>
      order({ serves: { redirectUri: `${consoleUrl}${oidcPaths.callback}`, certFile, keyFile } }),
    listen: (listens) => order({ listens }),
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** The same for this process, which believes its certificate until it ends. */
export async function startTrustedProvider(directory: string, consoleUrl: string) {
  const { caFile, console: pair } = await ensureCertificates(directory);
  const before = getCACertificates("default");
  setDefaultCACertificates([...before, readFileSync(caFile, "utf8")]);
  const provider = await startOidcProvider();
  await provider.serve(consoleUrl, pair);
  return {
    ...provider,
    /** For a server that takes its place. */
    tls: { cert: readFileSync(pair.certFile), key: readFileSync(pair.keyFile) },
    stop: async () => {
      setDefaultCACertificates(before);
      await provider.stop();
    },
  };
}

/** @returns the file, for a client that keeps its secret in one. */
export function writeTestSecret(directory: string): string {
  const file = join(directory, "oidc-client-secret");
  writeFileSync(file, `${testSecret}\n`, { mode: 0o600 });
  return file;
}
