/** What AWS answers instead of doing it. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly status: number;
  /** As in `__type` of the answer. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: whatever AWS's API documentation says that a call takes and gives.
export type Body = any;

export const accountId = "123456789012";
export const seconds = (): number => Date.now() / 1000;
