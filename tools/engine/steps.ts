import { parseUrn } from "./urn.ts";

/** One thing that the engine did or would do, as a person would count it. */
export interface Step {
  readonly operation: "create" | "update" | "replace" | "delete" | "same" | "read" | "refresh";
  readonly type: string;
  readonly name: string;
  /** Paths of the inputs that differ. */
  readonly changes: readonly string[];
  /** Paths that make the replacement necessary; empty for other operations. */
  readonly replacedFor: readonly string[];
  readonly protected: boolean;
}

export interface Report {
  readonly steps: readonly Step[];
  /** Errors and warnings without colours. */
  readonly diagnostics: readonly { readonly severity: string; readonly message: string }[];
}

/** The engine warns in every run that language host and real providers are not those that it brought. */
export const ownPlugin = /using pulumi-(language|resource)-\w+ from \$PATH/;

interface ResourceMetadata {
  readonly op: string;
  readonly urn: string;
  readonly diffs?: readonly string[] | null;
  readonly keys?: readonly string[] | null;
  readonly detailedDiff?: Readonly<Record<string, { readonly diffKind: string }>> | null;
  readonly old?: { readonly protect?: boolean } | null;
  readonly new?: { readonly protect?: boolean } | null;
}

interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: ResourceMetadata };
  readonly diagnosticEvent?: { readonly severity: string; readonly message: string };
}

const operations: Readonly<Record<string, Step["operation"]>> = {
  create: "create",
  update: "update",
  // A replacement is several steps; the one in the middle says it all.
  replace: "replace",
  delete: "delete",
  same: "same",
  read: "read",
  refresh: "refresh",
};

function stepOf(metadata: ResourceMetadata): Step[] {
  const operation = operations[metadata.op];
  if (!operation) return [];
  const { type, name } = parseUrn(metadata.urn);
  const details = Object.entries(metadata.detailedDiff ?? {});
  return [
    {
      operation,
      type,
      name,
      changes: details.length > 0 ? details.map(([path]) => path) : [...(metadata.diffs ?? [])],
      replacedFor:
        operation === "replace"
          ? details
              .filter(([, { diffKind }]) => diffKind.endsWith("-replace"))
              .map(([path]) => path)
          : [],
      protected: (metadata.old ?? metadata.new)?.protect === true,
    },
  ];
}

export const withoutColours = (message: string) => message.replace(/<\{%[^%]*%\}>/g, "").trim();

/** Reads the engine's event log: one JSON object per line. */
export function reportOf(eventLog: string): Report {
  const events = eventLog
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as EngineEvent);
  return {
    steps: events.flatMap(({ resourcePreEvent }) =>
      resourcePreEvent ? stepOf(resourcePreEvent.metadata) : [],
    ),
    diagnostics: events
      .flatMap(({ diagnosticEvent }) => diagnosticEvent ?? [])
      .filter(({ severity, message }) => severity !== "debug" && !ownPlugin.test(message))
      .map(({ severity, message }) => ({ severity, message: withoutColours(message) })),
  };
}

/** Steps that change something, without the stack itself. */
export const changesIn = (steps: readonly Step[]): readonly Step[] =>
  steps.filter(
    ({ operation, type }) =>
      operation !== "same" && operation !== "read" && type !== "pulumi:pulumi:Stack",
  );
