import type { DeviceRecord } from "../../registry/device-record.ts";
import { printable } from "../../shared/printable.ts";
import { Problem } from "./problem.ts";

/**
 * The tag of a device as it is. Its version alone would not do: a device that was deleted and
 * registered anew counts from 1 again.
 */
export const entityTag = ({ version, createdAt }: Pick<DeviceRecord, "version" | "createdAt">) =>
  `"${version}-${createdAt.toString(36)}"`;

/** An If-Match header, unless it is `*` for whatever it is: tags in quotes. */
export const tagsPattern = /^(W\/)?"[!#-~]*"( *, *(W\/)?"[!#-~]*")*$/;
export const tagsRule =
  'must be the ETag of an answer, quotes included, such as "3-mi8x2k1c", or *';

/**
 * Whether a record is one that an If-Match header names; undefined when any will do.
 *
 * @throws Problem `invalid-request`
 */
export function matching(
  ifMatch: string | undefined,
): ((record: DeviceRecord) => boolean) | undefined {
  if (ifMatch === undefined || ifMatch.trim() === "*") return undefined;
  if (!tagsPattern.test(ifMatch)) {
    const message = tagsRule;
    throw new Problem("invalid-request", "correct the header or leave it out", {
      errors: [{ field: "header.if-match", message, got: printable(ifMatch, 80) }],
    });
  }
  // A weak tag never matches: RFC 9110, 13.1.1.
  const tags = ifMatch.split(",").map((tag) => tag.trim());
  return (record) => tags.includes(entityTag(record));
}
