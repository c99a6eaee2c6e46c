import { nameFrom, placeOf } from "./archive-name.ts";
import type { S3Archive } from "./s3-archive.ts";

type Listed = Pick<S3Archive, "folders" | "firstName">;

/**
 * The newest object of a region. Amazon S3 lists from the beginning only, and a year has half a
 * million objects: so it is asked for the next name after sequences that lie ever further on, and
 * then ever closer again.
 *
 * @returns undefined when there is none.
 */
export async function newestName(archive: Listed, region: string): Promise<string | undefined> {
  const folder = (await archive.folders(`${region}/`)).at(-1);
  const stream = folder?.split("/")[1];
  if (folder === undefined || stream === undefined) return undefined;
  const from = (sequence: number) =>
    archive.firstName(folder, nameFrom({ region, stream }, sequence));
  let newest = await from(0);
  let step = 1;
  let growing = true;
  while (newest !== undefined && step >= 1) {
    const place = placeOf(newest);
    // Not ours, and it is for the caller to say so.
    if (!place) return newest;
    const further = await from(place.first + step);
    if (further !== undefined) newest = further;
    else growing = false;
    step = growing ? step * 2 : Math.floor(step / 2);
  }
  return newest;
}
