const textOf = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString("utf8");

/** What bytes or a text say as JSON; undefined where they are none. */
export function parseJson(body: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof body === "string" ? body : textOf(body));
  } catch {
    return undefined;
  }
}
