import { isTableKey } from "./device-key.ts";

/** A page token that is none of ours. */
export class InvalidPageToken extends Error {
  override readonly name = "InvalidPageToken";

  constructor() {
    super("the page token is not one that a list has given");
  }
}

/** Opaque to others, so that what a page begins after may become something else one day. */
export const tokenOf = (key: string) => Buffer.from(`1:${key}`).toString("base64url");

/** Any key: a page may end at an item that is not a device. @throws InvalidPageToken */
export function keyAfter(token: string): string {
  const [, key] = /^1:(.*)$/s.exec(Buffer.from(token, "base64url").toString()) ?? [];
  if (key === undefined || !isTableKey(key) || tokenOf(key) !== token) throw new InvalidPageToken();
  return key;
}
