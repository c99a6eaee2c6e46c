/** The identity provider cannot be asked, or answers nothing that could be one's answer. */
export class ProviderAway extends Error {
  override readonly name = "ProviderAway";
}

/** Many times what the largest key set or token has. */
const answerLimitBytes = 256 * 1024;

/**
 * `fetch` of at most so much, which is read whole. It follows no redirect: whoever answers for the provider is the
 * host that its own document names.
 *
 * @throws ProviderAway
 */
export async function boundedFetch(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...options, redirect: "manual" }).catch((cause: Error) => {
    const reason = (cause.cause as Error | undefined)?.message ?? cause.message;
    throw new ProviderAway(`no answer of ${new URL(url).host}: ${reason}`, { cause });
  });
  const { status, headers } = response;
  const body = await readBounded(response, url);
  return new Response(body.length > 0 ? body : null, { status, headers });
}

async function readBounded(response: Response, url: string): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    // To leave the loop ends the request.
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > answerLimitBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new ProviderAway(`the answer of ${new URL(url).host} broke off`, { cause });
  }
  if (size <= answerLimitBytes) return Buffer.concat(chunks);
  throw new ProviderAway(`${new URL(url).host} answers more than ${answerLimitBytes} bytes`);
}
