import { z } from "zod";

/** The file does not say what can be built on. */
export class BaseImagesInvalid extends Error {
  override readonly name = "BaseImagesInvalid";
}

/** A base is patched about once a month: one that was pinned longer ago lacks patches. */
const oldestDays = 45;

const base = z.strictObject({
  image: z
    .string()
    .regex(/^[a-z0-9][a-z0-9./-]*:[\w.-]+$/, "must be an image with its tag, and no digest"),
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hexadecimal digits")
    .optional(),
  /** When the tag was this digest. */
  pinned: z.iso.date("must be a day, such as 2026-01-31").optional(),
});
const BaseImagesSchema = z.strictObject({
  /** What our code is bundled in, and whose Node the processes run. */
  build: base,
  /** What the processes run in. */
  process: base,
});
export type BaseImages = z.infer<typeof BaseImagesSchema>;

const pinIt = "run `node tools/base-images.ts pin` where Docker reaches the registries, and commit";

/** @throws BaseImagesInvalid */
export function parseBaseImages(text: string): BaseImages {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BaseImagesInvalid("it is not JSON");
  }
  const result = BaseImagesSchema.safeParse(value);
  if (result.success) return result.data;
  const reasons = result.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  throw new BaseImagesInvalid(reasons.join("; "));
}

/** @throws BaseImagesInvalid when what Docker says is no digest. */
export function pinned(
  bases: BaseImages,
  digestOf: (image: string) => string,
  today: Date,
): BaseImages {
  const day = today.toISOString().slice(0, 10);
  const pin = ({ image }: BaseImages["build"]) => ({ image, digest: digestOf(image), pinned: day });
  const made = { build: pin(bases.build), process: pin(bases.process) };
  return parseBaseImages(JSON.stringify(made));
}

/**
 * The Dockerfile's arguments, a line each.
 *
 * @throws BaseImagesInvalid when a base is not pinned, or was so long ago that it lacks patches.
 */
export function buildArguments(bases: BaseImages, today: Date): string {
  const lines = Object.entries(bases).map(([stage, { image, digest, pinned: day }]) => {
    if (digest === undefined || day === undefined) {
      throw new BaseImagesInvalid(`${stage} is not pinned by digest: ${pinIt}`);
    }
    const days = Math.floor((today.getTime() - Date.parse(day)) / 86_400_000);
    if (days > oldestDays) {
      throw new BaseImagesInvalid(
        `${stage} was pinned ${days} days ago, and lacks what was patched since; ${oldestDays} are allowed: ${pinIt}`,
      );
    }
    if (days < 0) throw new BaseImagesInvalid(`${stage}.pinned lies in the future: ${day}`);
    return `${stage.toUpperCase()}_BASE=${image}@${digest}\n`;
  });
  return lines.join("");
}
