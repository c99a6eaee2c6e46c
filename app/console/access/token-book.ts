import { timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { type ApiTokenEntry, apiTokenDigest } from "../../contract/api-token.ts";
import type { Holder } from "./holder.ts";
import { parseTokenFile } from "./token-file.ts";

interface Known {
  readonly holder: Holder;
  readonly digest: Buffer;
}

const holderOf = ({ name, role, sha256 }: ApiTokenEntry): Holder => ({
  ...{ name, role, by: "token", identity: sha256 },
});

/** Who holds which token, as the tokens file says it. */
export class TokenBook {
  readonly #file: string;
  #known: readonly Known[];

  /** @throws TokenFileInvalid, or the system's error: without tokens nobody could do anything. */
  constructor(file: string) {
    this.#file = file;
    this.#known = this.#read();
  }

  get size(): number {
    return this.#known.length;
  }

  /** Takes the file's new content. What throws leaves the tokens that were good before. */
  reload(): void {
    this.#known = this.#read();
  }

  /** Takes the same time whichever token it is, and whether it is one. */
  holderOf(token: string): Holder | undefined {
    const offered = Buffer.from(apiTokenDigest(token), "hex");
    let found: Holder | undefined;
    for (const { holder, digest } of this.#known) {
      if (timingSafeEqual(offered, digest)) found = holder;
    }
    return found;
  }

  /**
   * Whom a session or a link stands for, as they are by now: undefined when the token was withdrawn. What the
   * identity provider said is not asked again.
   */
  current(holder: Holder): Holder | undefined {
    if (holder.by === "oidc") return holder;
    return this.#known.find((known) => known.holder.identity === holder.identity)?.holder;
  }

  #read(): readonly Known[] {
    return parseTokenFile(readFileSync(this.#file, "utf8"), this.#file).map((entry) => ({
      holder: holderOf(entry),
      digest: Buffer.from(entry.sha256, "hex"),
    }));
  }
}
