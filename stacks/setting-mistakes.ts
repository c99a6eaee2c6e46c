import type { z } from "zod";
import { settingNames } from "./settings-schema.ts";

/** Configuration of one stack: full keys, such as `sentinel:clients`, and typed values. */
export type StackConfig = Readonly<Record<string, unknown>>;

export const namespace = "sentinel";
/** Settings of Pulumi and of the provider itself. Everything else under another name is a slip. */
const foreignNamespaces = ["aws", "pulumi"];

export const stackFile = (stack: string) => `Pulumi.${stack}.yaml`;

/** What stands under `sentinel:`, by the bare name. */
export function ownEntries(config: StackConfig): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith(`${namespace}:`) ? [[key.slice(namespace.length + 1), value]] : [],
    ),
  );
}

/**
 * How the provider of AWS may be told who it is, and the AWS command line, which signs in to
 * Kubernetes, is not: the first half of an `up` would pass and the second be refused.
 */
const signInKeys = [
  ...["accessKey", "secretKey", "token", "assumeRole", "assumeRoles", "assumeRoleWithWebIdentity"],
  ...["sharedConfigFiles", "sharedCredentialsFiles"],
];

/** One line for each key whose namespace nobody reads, or that only half of the program would heed. */
export function namespaceMistakes(stack: string, config: StackConfig): string[] {
  return Object.keys(config).flatMap((key) => {
    const [space = "", name = key] = key.split(/:(.*)/s);
    if (space === "aws" && signInKeys.includes(name)) {
      return [
        `${stackFile(stack)}: ${key} would sign in to AWS and not to Kubernetes; put it into a profile and name that by aws:profile, or into the environment`,
      ];
    }
    if (space === namespace || foreignNamespaces.includes(space)) return [];
    return [
      settingNames.includes(name)
        ? `${stackFile(stack)}: ${key} is read by nobody; write ${namespace}:${name}`
        : `${stackFile(stack)}: ${key} is read by nobody; settings start with ${namespace}: or aws:`,
    ];
  });
}

/** One line for each issue of the schema: file, key, what is allowed, what was given. */
export function schemaMistakes(stack: string, entries: unknown, error: z.ZodError): string[] {
  return error.issues.flatMap(relevantIssues).flatMap((issue) => {
    const key = `${namespace}:${issue.path.join(".")}`;
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((name) => unknownKey(stack, issue.path, name));
    }
    const given = valueAt(entries, issue.path);
    const got = given === undefined ? "it is not set" : `got ${shortened(JSON.stringify(given))}`;
    return [`${stackFile(stack)}: ${key} ${issue.message}; ${got}`];
  });
}

/** Long enough for every setting of a line; a text of many is not repeated, whatever it holds. */
const shownLength = 100;
const shortened = (text: string) => (text.length > shownLength ? `${text.slice(0, 30)}…` : text);

/** Of a union, the issues of the one form that was meant: the one that fails further inside. */
function relevantIssues(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.find((issues) =>
    issues.every((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys"),
  );
  if (!meant || meant.length === 0) return [issue];
  return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function unknownKey(stack: string, path: readonly PropertyKey[], name: string): string {
  const key = `${namespace}:${[...path, name].join(".")}`;
  const known = path.length === 0 ? `; the settings are ${settingNames.join(", ")}` : "";
  return `${stackFile(stack)}: ${key} is not a setting${known || "; remove it or correct its name"}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
}
