import { type KeyObject, sign } from "node:crypto";

/** What can be wrong with a token answer, by the name of the account that gets it. */
export const damages = [
  "tampered",
  "other-key",
  "other-audience",
  "other-issuer",
  "other-nonce",
  "expired",
  "without",
  "huge",
] as const;
export type Damage = (typeof damages)[number];

/** Accounts are called so that get such an answer. */
export const damagedAccount = (damage: Damage) => `damaged-${damage}`;

type Claims = Record<string, unknown>;
interface Answer {
  readonly id_token?: string;
}
interface Keys {
  /** The provider's own. */
  readonly own: KeyObject;
  readonly other: KeyObject;
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const decoded = (part = "") => JSON.parse(Buffer.from(part, "base64url").toString()) as Claims;

function signed(header: string | undefined, claims: Claims, key: KeyObject): string {
  const text = `${header}.${encoded(claims)}`;
  return `${text}.${sign("RSA-SHA256", Buffer.from(text), key).toString("base64url")}`;
}

/** An answer of the token endpoint, made wrong in one way. */
export function damagedAnswer(answer: Answer, damage: Damage, { own, other }: Keys): object {
  const [header, body, signature] = (answer.id_token ?? "").split(".");
  const claims = decoded(body);
  const resigned = (more: Claims) => ({
    ...answer,
    id_token: signed(header, { ...claims, ...more }, own),
  });
  const { id_token: _, ...rest } = answer;
  const made: Readonly<Record<Damage, () => object>> = {
    tampered: () => {
      const admin = encoded({ ...claims, groups: ["soc-leads"] });
      return { ...answer, id_token: `${header}.${admin}.${signature}` };
    },
    "other-key": () => ({ ...answer, id_token: signed(header, claims, other) }),
    "other-audience": () => resigned({ aud: "another-client" }),
    "other-issuer": () => resigned({ iss: "https://another.example" }),
    "other-nonce": () => resigned({ nonce: "of-another-sign-in" }),
    expired: () => resigned({ iat: 1_000, exp: 2_000 }),
    without: () => rest,
    huge: () => ({ ...answer, more: "x".repeat(512 * 1024) }),
  };
  return made[damage]();
}
