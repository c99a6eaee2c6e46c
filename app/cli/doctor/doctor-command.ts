import type { z } from "zod";
import { lanes } from "../../contract/lanes.ts";
import { createDynamoClient, deviceTableProblem } from "../../registry/device-table.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import type { CommandContext } from "../command-context.ts";
import { withRegistry } from "../device-table-access.ts";
import { tryNatsLogin } from "../nats-login.ts";
import { connectOperator, operatorUser } from "../nats-session.ts";
import { OperatorError } from "../operator-error.ts";
import {
  apiShape,
  edgeShape,
  natsShape,
  processShape,
  settingsFrom,
  tableShape,
  upstreamShape,
  type Variables,
} from "../operator-settings.ts";
import { type Check, runChecks, type Skipped } from "./check.ts";
import { copiesCheck, readCheck } from "./copies-check.ts";
import { ingressCheck, streamsCheck } from "./jetstream-check.ts";
import { oldTlsRefusedCheck, tlsCheck } from "./tls-check.ts";

type Checks = readonly (Check | Skipped)[];

export interface DoctorArguments {
  readonly json: boolean;
  /** Streams that are read through. */
  readonly read: readonly string[];
}

/**
 * Looks at everything that the settings tell how to reach.
 *
 * @returns by what is worst: 0 nothing, 1 something failed, 3 something is to be watched.
 */
export async function doctorCommand(
  { variables, origin, output }: CommandContext,
  { json, read }: DoctorArguments,
): Promise<number> {
  let opened: Promise<NatsConnection> | undefined;
  const connection = () => {
    opened ??= connectOperator(variables);
    return opened;
  };
  const checks = [
    ...natsChecks(variables, connection, read),
    ...upstreamChecks(variables),
    ...edgeChecks(variables),
    ...apiChecks(variables),
    tableCheck(variables),
    ...processChecks(variables),
  ];
  if (checks.every((check) => "skipped" in check)) {
    throw new OperatorError("there is nothing to check; name a file with settings with --env-file");
  }
  const settings = { name: "settings", advice: "", run: async () => origin };
  const { failed, warning } = await runChecks([settings, ...checks], { output, json });
  await opened?.then(
    (nats) => nats.close(),
    () => {},
  );
  if (failed > 0) return 1;
  return warning > 0 ? 3 : 0;
}

/** The checks when their settings are there; what is not configured at all is skipped. */
function configured<S extends z.ZodRawShape>(
  options: { name: string; key: keyof S & string; shape: S; variables: Variables },
  make: (settings: z.infer<z.ZodObject<S>>) => Checks,
): Checks {
  const { name, key, shape, variables } = options;
  if (!variables[key]) return [{ name, skipped: `${key} is not set` }];
  try {
    return make(settingsFrom(shape, variables));
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return [{ name, advice: "correct the settings", run: () => Promise.reject(error) }];
  }
}

function natsChecks(
  variables: Variables,
  connection: () => Promise<NatsConnection>,
  read: readonly string[],
): Checks {
  const about = { name: "NATS core", key: "NATS_SERVERS", shape: natsShape, variables } as const;
  return configured(about, (settings) => [
    ...settings.NATS_SERVERS.map((url) => ({
      name: `NATS core ${url.replace(/^\w+:\/\//, "")}`,
      advice: "see that the server runs, and that NATS_SERVERS and NATS_CA_FILE are right",
      run: async () => {
        const server = await tryNatsLogin({
          url,
          caFile: settings.NATS_CA_FILE,
          user: operatorUser,
          passwordFile: settings.OPERATOR_PASSWORD_FILE,
        });
        return `${server}, logged in as ${operatorUser}`;
      },
    })),
    streamsCheck(connection),
    copiesCheck(connection),
    ...read.map((stream) => readCheck(stream, connection)),
    ...Object.values(lanes).map((lane) => ingressCheck(lane, connection)),
  ]);
}

function upstreamChecks(variables: Variables): Checks {
  const about = {
    name: "upstream broker",
    key: "UPSTREAM_URL",
    shape: upstreamShape,
    variables,
  } as const;
  return configured(about, (settings) => [
    tlsCheck({
      name: "upstream broker TLS",
      url: settings.UPSTREAM_URL,
      caFile: settings.UPSTREAM_CA_FILE,
      minVersion: "TLSv1.3",
      advice: "see that Mosquitto runs and its certificate is of the CA in UPSTREAM_CA_FILE",
    }),
  ]);
}

function edgeChecks(variables: Variables): Checks {
  const about = { name: "edge", key: "EDGE_URLS", shape: edgeShape, variables } as const;
  return configured(about, (settings) =>
    settings.EDGE_URLS.flatMap((url) => {
      const name = `edge ${url.replace(/^\w+:\/\//, "")}`;
      const caFile = settings.EDGE_CA_FILE;
      const advice = "see that the edge runs and its certificate is of the CA in EDGE_CA_FILE";
      return [
        tlsCheck({ name: `${name} TLS 1.3`, url, caFile, minVersion: "TLSv1.3", advice }),
        oldTlsRefusedCheck({ name: `${name} TLS 1.2`, url, caFile }),
      ];
    }),
  );
}

function apiChecks(variables: Variables): Checks {
  const about = { name: "API", key: "API_URL", shape: apiShape, variables } as const;
  return configured(about, (settings) => [
    tlsCheck({
      name: "API TLS 1.3",
      url: settings.API_URL,
      caFile: settings.API_CA_FILE,
      minVersion: "TLSv1.3",
      advice: "see that the console runs and its certificate is of the CA in API_CA_FILE",
    }),
  ]);
}

function tableCheck(variables: Variables): Check | Skipped {
  const name = "DynamoDB device table";
  if (!variables["AWS_REGION"]) return { name, skipped: "AWS_REGION is not set" };
  return {
    name,
    advice: "see that DEVICE_TABLE, AWS_REGION and the credentials are right",
    run: () =>
      withRegistry(variables, async () => {
        const {
          DEVICE_TABLE,
          AWS_REGION: region,
          DYNAMODB_ENDPOINT,
        } = settingsFrom(tableShape, variables);
        const client = createDynamoClient({
          region,
          endpoint: DYNAMODB_ENDPOINT,
          attemptMs: 3_000,
          attempts: 2,
        });
        const problem = await deviceTableProblem(client, DEVICE_TABLE).finally(() =>
          client.destroy(),
        );
        if (problem !== undefined) throw new OperatorError(problem);
        return `${DEVICE_TABLE} can be read`;
      }),
  };
}

function processChecks(variables: Variables): Checks {
  const about = { name: "processes", key: "PROCESS_URLS", shape: processShape, variables } as const;
  return configured(about, (settings) =>
    settings.PROCESS_URLS.map(({ name, url }) => ({
      name,
      advice: `look at the log of ${name}`,
      run: async () => {
        const response = await fetch(new URL("/readyz", url), {
          signal: AbortSignal.timeout(5_000),
        }).catch((error) => {
          throw new OperatorError(`${url} does not answer: ${fetchProblem(error)}`);
        });
        const text = (await response.text()).trim();
        if (!response.ok) throw new OperatorError(`not ready: ${text}`);
        return "ready";
      },
    })),
  );
}

/** `fetch` hides the reason in the cause. */
function fetchProblem(error: unknown): string {
  const { cause, message } = error as Error;
  const { code } = (cause ?? {}) as { code?: string };
  return code ?? (cause instanceof Error ? cause.message : message);
}
