import { timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { type ApiTokenEntry, apiTokenDigest } from "../../contract/api-token.ts";
import { parseTokenFile } from "./token-file.ts";

interface Known {
  readonly entry: ApiTokenEntry;
  readonly digest: Buffer;
}

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
  holderOf(token: string): ApiTokenEntry | undefined {
    const offered = Buffer.from(apiTokenDigest(token), "hex");
    let holder: ApiTokenEntry | undefined;
    for (const { entry, digest } of this.#known) {
      if (timingSafeEqual(offered, digest)) holder = entry;
    }
    return holder;
  }

  /** Of a session or a link: the entry of a token whose digest is known, as it is by now. */
  entryOf(sha256: string): ApiTokenEntry | undefined {
    return this.#known.find(({ entry }) => entry.sha256 === sha256)?.entry;
  }

  #read(): readonly Known[] {
    return parseTokenFile(readFileSync(this.#file, "utf8"), this.#file).map((entry) => ({
      entry,
      digest: Buffer.from(entry.sha256, "hex"),
    }));
  }
}
