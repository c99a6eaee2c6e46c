import { readFileSync } from "node:fs";
import { followFiles } from "../../shared/followed-files.ts";
import type { Logger } from "../../shared/log.ts";
import { accountKeyOf } from "./nkey.ts";
import { createTokenIssuer, type TokenIssuer } from "./user-jwt.ts";

/**
 * Signs logins with the seed that a file holds now. One that cannot be used leaves the one before.
 *
 * @throws Error when the first one cannot be used.
 */
export function renewedIssuer(file: string, log: Logger): TokenIssuer {
  const read = () => createTokenIssuer(accountKeyOf(readFileSync(file, "utf8")));
  let issuer = read();
  followFiles([file], () => {
    try {
      issuer = read();
      log.info({ issuer: issuer.name }, "a changed key signs logins");
    } catch (error) {
      log.error({ err: error }, "a changed key for logins cannot be used; the one before stays");
    }
  });
  return {
    get name() {
      return issuer.name;
    },
    deviceToken: (token) => issuer.deviceToken(token),
    answer: (answer) => issuer.answer(answer),
  };
}
