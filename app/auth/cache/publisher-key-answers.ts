import { createHash } from "node:crypto";
import { parseJson } from "../../contract/parse-json.ts";
import {
  type KeysAnswer,
  KeysRequestSchema,
  type PublisherKey,
} from "../../contract/publisher-key.ts";

export interface PublisherKeyAnswersOptions {
  readonly read: () => Promise<readonly PublisherKey[]>;
  readonly onFailure: (error: unknown) => void;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

/** Whoever asks within so long shares a read: a revocation may take so much longer. */
const freshMs = 1_000;

interface Read {
  readonly atMs: number;
  readonly answer: Promise<Required<KeysAnswer>>;
}

/** Tells inspectors the keys of publishers, by one read a second at most. */
export class PublisherKeyAnswers {
  readonly #options: PublisherKeyAnswersOptions;
  #last: Read | undefined;

  constructor(options: PublisherKeyAnswersOptions) {
    this.#options = options;
  }

  async answer(
    data: Uint8Array,
  ): Promise<{ readonly answer: KeysAnswer } | { readonly problem: string }> {
    const request = KeysRequestSchema.safeParse(parseJson(data));
    if (!request.success) return { problem: "the request must be an object" };
    try {
      const { version, keys } = await this.#read();
      return { answer: version === request.data.version ? { version } : { version, keys } };
    } catch (error) {
      this.#options.onFailure(error);
      return { problem: "the keys cannot be read now" };
    }
  }

  #read(): Promise<Required<KeysAnswer>> {
    const atMs = this.#options.clock();
    if (this.#last && atMs - this.#last.atMs < freshMs) return this.#last.answer;
    const answer = this.#options
      .read()
      .then((keys) => ({ version: versionOf(keys), keys: [...keys] }));
    // A failure is shared for as long: a table that does not answer is not asked by everybody.
    this.#last = { atMs, answer };
    return answer;
  }
}

/** By what they say: a number would come again where the table was restored. */
const versionOf = (keys: readonly PublisherKey[]) =>
  createHash("sha256").update(JSON.stringify(keys)).digest("hex").slice(0, 32);
