import { readFileSync } from "node:fs";
import { followFiles } from "../shared/followed-files.ts";
import type { Logger } from "../shared/log.ts";
import type { TokenBook } from "./access/token-book.ts";
import type { Api } from "./api/api.ts";
import type { ConsoleMetrics, FollowedKind } from "./console-metrics.ts";
import type { ConsoleEnvironment } from "./environment.ts";
import { minTlsVersion } from "./server.ts";

/** The certificate and its key, as they are now. */
export const tlsOf = ({ API_CERT_FILE, API_KEY_FILE }: ConsoleEnvironment) => ({
  cert: readFileSync(API_CERT_FILE),
  key: readFileSync(API_KEY_FILE),
});

export interface Followed {
  readonly environment: ConsoleEnvironment;
  readonly tokens: Pick<TokenBook, "reload">;
  readonly api: Api;
  readonly metrics: Pick<ConsoleMetrics, "unusableFile">;
  readonly log: Logger;
}

/** Takes changed files; what cannot be used leaves what was read before. @returns ends it. */
export function takeChangedFiles(followed: Followed): () => void {
  const { environment, tokens, api, metrics, log } = followed;
  const take = (file: FollowedKind, reload: () => void) => () => {
    try {
      reload();
      log.info({ file }, "a changed file is in use");
    } catch (error) {
      metrics.unusableFile(file);
      log.error({ file, err: error }, "a changed file cannot be used; what was read before stays");
    }
  };
  const takeTokens = take("tokens", () => tokens.reload());
  const takeCertificate = take("certificate", () =>
    api.server.setSecureContext({ ...tlsOf(environment), minVersion: minTlsVersion }),
  );
  const { API_CERT_FILE, API_KEY_FILE, API_TOKENS_FILE } = environment;
  const ends = [
    followFiles([API_TOKENS_FILE], takeTokens),
    followFiles([API_CERT_FILE, API_KEY_FILE], takeCertificate),
  ];
  return () => {
    for (const end of ends) end();
  };
}
