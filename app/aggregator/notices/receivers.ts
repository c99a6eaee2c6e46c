import { z } from "zod";
import { httpsAddressRule, isHttpsAddress } from "../../contract/https-address.ts";

/** Where notices are sent. */
export type Receiver =
  | { readonly kind: "alertmanager"; readonly name: string; readonly url: string }
  | {
      readonly kind: "webhook";
      readonly name: string;
      readonly url: string;
      /** Of Standard Webhooks: `whsec_` and the key in base64. */
      readonly secret: string;
    };

/** A receivers file that cannot be used, and why. */
export class ReceiversInvalid extends Error {
  override readonly name = "ReceiversInvalid";
}

/** Nineteen webhooks, and two replicas of Alertmanager. */
export const receiversLimit = 21;
/** Standard Webhooks asks for 24 to 64 bytes. */
const keyBytes = { min: 24, max: 64 };
const inside = /^(localhost|127\.0\.0\.1|[a-z0-9.-]+\.svc(\.cluster\.local)?)$/;

/** What is told leaves the cluster by TLS only. */
const url = z.string().refine((value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== "http:" || !inside.test(url.hostname)) return isHttpsAddress(value);
  return url.username === "" && url.password === "";
}, `${httpsAddressRule}; http:// only within the cluster`);
const name = z.string().regex(/^[a-z0-9-]{1,40}$/, "must be 1 to 40 of a-z, 0-9 and -");
const secret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/, "must be whsec_ and a key in base64")
  .refine((value) => {
    const { length } = webhookKey(value);
    return length >= keyBytes.min && length <= keyBytes.max;
  }, `must hold a key of ${keyBytes.min} to ${keyBytes.max} bytes`);

const schema = z
  .array(
    z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("alertmanager"), name, url }),
      z.strictObject({ kind: z.literal("webhook"), name, url, secret }),
    ]),
  )
  .max(receiversLimit, `must be at most ${receiversLimit}`)
  .refine((all) => new Set(all.map((each) => each.name)).size === all.length, {
    error: "must not name two receivers alike",
  });

/** The key by which a webhook is signed. */
export const webhookKey = (value: string): Buffer =>
  Buffer.from(value.slice("whsec_".length), "base64");

/** @throws ReceiversInvalid, which never quotes the file: it holds secrets. */
export function parseReceivers(text: string, file: string): readonly Receiver[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ReceiversInvalid(
      `${file} is not JSON; write a list such as [{"kind": "webhook", …}]`,
    );
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const reasons = result.error.issues.map(
    ({ path, message }) => `${path.length > 0 ? path.join(".") : "it"} ${message}`,
  );
  throw new ReceiversInvalid(`${file}: ${reasons.join("; ")}`);
}
