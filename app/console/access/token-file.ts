import { z } from "zod";
import {
  type ApiTokenEntry,
  apiRoles,
  apiTokenName,
  apiTokenNameRule,
} from "../../contract/api-token.ts";

/** A tokens file that cannot be used, and why. */
export class TokenFileInvalid extends Error {
  override readonly name = "TokenFileInvalid";
}

const EntrySchema = z.strictObject({
  name: z.string().regex(apiTokenName, `must be ${apiTokenNameRule}`),
  role: z.enum(apiRoles),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hex"),
});

const FileSchema = z
  .array(EntrySchema)
  .min(1, "must hold a token")
  .max(1_000)
  .superRefine((entries, context) => {
    for (const key of ["name", "sha256"] as const) {
      const values = entries.map((entry) => entry[key]);
      values.forEach((value, index) => {
        if (values.indexOf(value) === index) return;
        context.addIssue({ code: "custom", path: [index, key], message: "is there twice" });
      });
    }
  });

/** @throws TokenFileInvalid, which never quotes the file: somebody may have put a token into it. */
export function parseTokenFile(text: string, file = "the file"): readonly ApiTokenEntry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TokenFileInvalid(`${file} is not JSON`);
  }
  const result = FileSchema.safeParse(value);
  if (result.success) return result.data;
  const reasons = result.error.issues.map(
    ({ path, message }) => `${path.length > 0 ? path.join(".") : "it"} ${message}`,
  );
  throw new TokenFileInvalid(`${file}: ${reasons.join("; ")}`);
}
