import { z } from "zod";
import { type SignedHead, SignedHeadSchema } from "../../audit/audit-head.ts";
import { headOf } from "../../audit/audit-verifier.ts";
import { parseExportLine } from "../../audit/stored-record.ts";
import { OperatorError } from "../operator-error.ts";
import { linesIn } from "./audit-source.ts";

const ReportSchema = z.object({ head: SignedHeadSchema });

/**
 * Where each chain stood in an earlier JSON report or export: the highest head of each writer. Kept
 * where nobody can write who can write AUDIT, it shows what was taken from the end since.
 */
export async function anchorsIn(path: string): Promise<Iterable<SignedHead>> {
  const heads = new Map<string, SignedHead>();
  for await (const line of linesIn(path)) {
    const head = line === undefined ? undefined : headIn(line);
    if (head && head.sequence > (heads.get(head.writer)?.sequence ?? -1)) {
      heads.set(head.writer, head);
    }
  }
  if (heads.size > 0) return heads.values();
  throw new OperatorError(
    `${path} has no signed heads; give it the output of sentinel audit verify --json, or of sentinel audit export`,
  );
}

function headIn(line: string): SignedHead | undefined {
  try {
    const { data } = ReportSchema.safeParse(JSON.parse(line));
    if (data) return data.head;
  } catch {
    return undefined;
  }
  const record = parseExportLine(line);
  return record && headOf(record);
}
