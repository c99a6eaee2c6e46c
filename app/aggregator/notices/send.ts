import { NotTaken, refusalOf } from "./patience.ts";
import type { NoticeRequest } from "./requests.ts";

const attemptMs = 10_000;

/** @throws NotTaken, which names no secret: neither our headers nor the answer's body. */
export async function send({ url, headers, body }: NoticeRequest): Promise<void> {
  const response = await fetch(url, {
    ...{ method: "POST", headers, body, redirect: "manual" },
    signal: AbortSignal.timeout(attemptMs),
  }).catch((cause: Error) => {
    const reason = (cause.cause as Error | undefined)?.message ?? cause.message;
    throw new NotTaken(`no answer: ${reason}`, "away", { cause });
  });
  await response.body?.cancel();
  if (response.ok) return;
  throw new NotTaken(`it answers ${response.status}`, refusalOf(response.status));
}
