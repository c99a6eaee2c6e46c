import type { NoticeRequest } from "./requests.ts";

/** The receiver did not take a notice. */
export class NotTaken extends Error {
  override readonly name = "NotTaken";
  /** No other attempt can succeed: the receiver has read it and does not want it. */
  readonly final: boolean;

  constructor(message: string, final: boolean, options?: ErrorOptions) {
    super(message, options);
    this.final = final;
  }
}

const attemptMs = 10_000;
/** What is wrong with what we sent, not with where, when or by whom. */
const refusing = [400, 413, 415, 422];

/** @throws NotTaken, which names no secret: neither our headers nor the answer's body. */
export async function send({ url, headers, body }: NoticeRequest): Promise<void> {
  const response = await fetch(url, {
    ...{ method: "POST", headers, body, redirect: "manual" },
    signal: AbortSignal.timeout(attemptMs),
  }).catch((cause: Error) => {
    const reason = (cause.cause as Error | undefined)?.message ?? cause.message;
    throw new NotTaken(`no answer: ${reason}`, false, { cause });
  });
  await response.body?.cancel();
  if (response.ok) return;
  throw new NotTaken(`it answers ${response.status}`, refusing.includes(response.status));
}
