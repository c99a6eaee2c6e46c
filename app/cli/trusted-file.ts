import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { OperatorError, sentenceOf } from "./operator-error.ts";

/** In the environment alone: a file must not vouch for itself. */
const override = "SENTINEL_TRUST_SHARED_FILES";
const others = 0o022;
const sticky = 0o1000;
const root = 0;

/**
 * Reads a file that says whom we trust or who we are, unless somebody else could have written it: it
 * would send our password to his server.
 *
 * @throws OperatorError
 */
export function readTrustedFile(path: string, environment = process.env): string {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    // Of what was opened, whatever stands under the name meanwhile.
    const stat = fstatSync(file);
    const doubt = environment[override] === "1" ? undefined : doubtAbout(path, stat);
    if (doubt === undefined) return readFileSync(file, "utf8");
    throw new OperatorError(`${doubt}; mend that, or set ${override}=1 to trust it all the same`);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw new OperatorError(`cannot read ${path}: ${sentenceOf(error)}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Who else could change what is read there. */
function doubtAbout(path: string, stat: Stats): string | undefined {
  const wrong = doubtOf(path, stat);
  // What is no file, such as a pipe, has no folder that would matter.
  if (wrong !== undefined || !stat.isFile()) return wrong;
  for (const folder of new Set([dirname(path), dirname(realpathSync(path))])) {
    const found = statSync(folder);
    // Where everybody may make files, but only the owner may replace his.
    const doubt = found.mode & sticky ? undefined : doubtOf(folder, found);
    if (doubt !== undefined) return `${path} is not safe there: ${doubt}`;
  }
  return undefined;
}

function doubtOf(path: string, { mode, uid }: Stats): string | undefined {
  const self = process.getuid?.();
  // Where files have no owners there is nothing to see.
  if (self === undefined) return undefined;
  if (uid !== self && uid !== root) return `${path} is owned by another user (${uid})`;
  if ((mode & others) === 0) return undefined;
  return `${path} can be written by others (mode ${(mode & 0o777).toString(8)})`;
}
