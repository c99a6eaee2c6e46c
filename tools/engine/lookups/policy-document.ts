import type { Properties, Value } from "../property-values.ts";

interface Block {
  readonly [name: string]: Value | undefined;
}
type Json = Record<string, unknown>;

const list = (value: Value | undefined) => (value ?? []) as readonly string[];
const blocks = (value: Value | undefined) => (value ?? []) as readonly Block[];

/** One value stays a string; several come in descending order, as the AWS provider writes them. */
function oneOrMany(values: readonly string[]): string | string[] {
  const [only] = values;
  return values.length === 1 && only !== undefined ? only : [...values].sort().reverse();
}

/** `&{aws:username}` stands for a policy variable, because `${` is an interpolation elsewhere. */
const variables = (text: string) => text.replaceAll("&{", "${");

function principals(given: readonly Block[]): unknown {
  const [only] = given;
  if (given.length === 1 && only?.["type"] === "*" && list(only["identifiers"])[0] === "*") {
    return "*";
  }
  const byType = new Map<string, string[]>();
  for (const block of given) {
    const type = String(block["type"]);
    byType.set(type, [...(byType.get(type) ?? []), ...list(block["identifiers"])]);
  }
  return Object.fromEntries([...byType].map(([type, each]) => [type, oneOrMany(each)]));
}

function conditions(given: readonly Block[]): Json {
  const tests: Record<string, Json> = {};
  for (const block of given) {
    const test = String(block["test"]);
    tests[test] = {
      ...tests[test],
      [String(block["variable"])]: oneOrMany(list(block["values"]).map(variables)),
    };
  }
  return tests;
}

function statement(block: Block): Json {
  const part = (name: string, property: string) => {
    const values = list(block[property]).map(variables);
    return values.length > 0 ? { [name]: oneOrMany(values) } : {};
  };
  const people = (name: string, property: string) =>
    blocks(block[property]).length > 0 ? { [name]: principals(blocks(block[property])) } : {};
  return {
    ...(block["sid"] !== undefined && { Sid: block["sid"] }),
    Effect: block["effect"] ?? "Allow",
    ...part("Action", "actions"),
    ...part("NotAction", "notActions"),
    ...part("Resource", "resources"),
    ...part("NotResource", "notResources"),
    ...people("Principal", "principals"),
    ...people("NotPrincipal", "notPrincipals"),
    ...(blocks(block["conditions"]).length > 0 && {
      Condition: conditions(blocks(block["conditions"])),
    }),
  };
}

const statementsOf = (document: string) => [JSON.parse(document).Statement ?? []].flat() as Json[];

/** Later statements take the place of earlier ones of the same `Sid`. */
function overridden(statements: readonly Json[]): Json[] {
  const result: Json[] = [];
  for (const each of statements) {
    const at = each["Sid"] ? result.findIndex((other) => other["Sid"] === each["Sid"]) : -1;
    if (at >= 0) result[at] = each;
    else result.push(each);
  }
  return result;
}

/** `aws.iam.getPolicyDocument`, rendered as the AWS provider renders it. */
export function policyDocument(inputs: Properties): Properties {
  const content = {
    Version: inputs["version"] ?? "2012-10-17",
    ...(inputs["policyId"] !== undefined && { Id: inputs["policyId"] }),
    Statement: overridden([
      ...list(inputs["sourcePolicyDocuments"]).flatMap(statementsOf),
      ...blocks(inputs["statements"]).map(statement),
      ...list(inputs["overridePolicyDocuments"]).flatMap(statementsOf),
    ]),
  };
  return {
    ...inputs,
    id: "policy-document",
    json: JSON.stringify(content, null, 2),
    minifiedJson: JSON.stringify(content),
  };
}
