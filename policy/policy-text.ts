import { listOf, type Properties } from "./rule.ts";

/** A statement of an AWS policy document, lists made lists. */
export interface PolicyStatement {
  readonly sid: string;
  readonly allows: boolean;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** It says what is *not* permitted, and thereby permits everything else. */
  readonly inverted: boolean;
  /** Anybody at all may use the permission. */
  readonly anybody: boolean;
  readonly conditional: boolean;
}

/** Statements of a document, as text or as an object. */
export function statementsOf(document: string | Properties | undefined): PolicyStatement[] {
  if (document === undefined) return [];
  const parsed: Properties = typeof document === "string" ? JSON.parse(document) : document;
  return listOf<Properties>(parsed["Statement"]).map((statement, index) => ({
    sid: statement["Sid"] ?? `number ${index + 1}`,
    allows: statement["Effect"] === "Allow",
    actions: listOf<string>(statement["Action"]),
    resources: listOf<string>(statement["Resource"]),
    inverted: "NotAction" in statement || "NotResource" in statement || "NotPrincipal" in statement,
    anybody: isAnybody(statement["Principal"]),
    conditional: Object.keys(statement["Condition"] ?? {}).length > 0,
  }));
}

const isAnybody = (principal: unknown) =>
  principal === "*" || listOf((principal as Properties | undefined)?.["AWS"]).includes("*");
