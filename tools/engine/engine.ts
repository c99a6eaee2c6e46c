import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parse } from "yaml";
import { type Cloud, openCloud } from "./cloud.ts";
import { type EngineHome, openHome } from "./engine-home.ts";
import { packageNames } from "./packages/packages.ts";
import { addSalt, copyProject, type SettingsEdits, saltOf } from "./project-copy.ts";
import { StandIn } from "./provider.ts";
import { serveProvider } from "./provider-server.ts";
import { type CommandOptions, runPulumi } from "./pulumi-command.ts";
import { openSdk, type Sdk } from "./sdk/sdk.ts";
import { type Report, reportOf } from "./steps.ts";

const repository = join(import.meta.dirname, "../..");

export interface EngineRun {
  readonly stack: string;
  /** Folder with `Pulumi.yaml`; default: this checkout. */
  readonly root?: string;
  /** Changes to the stack files, for this run only. */
  readonly edits?: SettingsEdits;
  /**
   * Whether errors that the program did not expect come with a stack trace. The SDK takes a trace
   * for each promise and maps it to sources, which is a third of a run's time; default: without.
   */
  readonly traces?: boolean;
  /** Further arguments of the command: `--diff`, `--policy-pack policy`. */
  readonly options?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** Where the engine's events are written as they come; default: nowhere that lasts. */
  readonly eventLog?: string;
}

/** Providers that are programs, in the place of stand-ins. */
export interface RealProviders {
  readonly packages: readonly string[];
  /** Folders with the programs, `pulumi-resource-<package>`, and whatever these run. */
  readonly folders: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** In every stack file, below what a run edits. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface Outcome extends Report {
  readonly ok: boolean;
  /** What the engine printed. */
  readonly output: string;
}

export interface Engine {
  readonly cloud: Cloud;
  up(run: EngineRun): Promise<Outcome>;
  preview(run: EngineRun): Promise<Outcome>;
  refresh(run: EngineRun): Promise<Outcome>;
  destroy(run: EngineRun): Promise<Outcome>;
  /** Any other command about a stack, such as `state unprotect --all --yes`; it has no steps. */
  command(commandLine: readonly string[], run: EngineRun): Promise<Outcome>;
  /** Whether the stack has been made. */
  has(stack: string): boolean;
  /** The state of a stack as it is on the disk, secrets encrypted. */
  state(run: EngineRun): string;
  /** Passwords and keys that were generated in the cloud as it is now. */
  secrets(): readonly string[];
  /** Writes the cloud down, so that an engine opened on the same folder goes on from here. */
  save(): void;
  /** Removes the folder, when it was a temporary one. */
  close(): void;
}

/**
 * The real Pulumi engine on stand-in providers, with a backend in a folder. Stacks of one engine
 * share one cloud; previews of several may run at the same time.
 *
 * @param directory where everything is kept; default: a temporary folder, removed by `close`.
 * @param real what is not stood in for; default: nothing.
 */
export function openEngine(directory?: string, real?: RealProviders): Engine {
  const home = openHome(directory ?? mkdtempSync(join(tmpdir(), "sentinel-backend-")));
  const cloud = openCloud(existsSync(home.cloudFile) ? home.cloudFile : undefined);
  const sdk = openSdk();

  async function command(commandLine: readonly string[], run: EngineRun): Promise<Outcome> {
    const root = run.root ?? repository;
    const copy = copyProject(root, withSettings(run, real));
    // A server for each run: what the engine configures is meant for this run's stack only.
    const server = await serveProvider(new StandIn(cloud, sdk));
    try {
      const context = {
        directory: copy.directory,
        environment: {
          ...environmentOf(home, run.traces === true),
          ...providersOf(server.port, real),
        },
        signal: run.signal,
      };
      const name = `organization/${projectNameOf(root)}/${run.stack}`;
      await ensureStack(home, { stack: run.stack, name, file: copy.stackFile(run.stack) }, context);
      const everywhere = ["--stack", name, "--non-interactive"];
      const { exitCode, output } = await runPulumi(
        [...commandLine, ...everywhere, ...(run.options ?? [])],
        context,
      );
      return { ok: exitCode === 0, output, steps: [], diagnostics: [] };
    } finally {
      server.close();
      copy.remove();
    }
  }

  async function operate(commandLine: readonly string[], run: EngineRun): Promise<Outcome> {
    const log = mkdtempSync(join(tmpdir(), "sentinel-events-"));
    try {
      const file = run.eventLog ?? join(log, "events.json");
      const outcome = await command([...commandLine, "--event-log", file], run);
      return { ...outcome, ...reportOf(existsSync(file) ? readFileSync(file, "utf8") : "") };
    } finally {
      rmSync(log, { recursive: true, force: true });
    }
  }

  const atOnce = ["--yes", "--skip-preview"];
  return {
    cloud,
    up: (run) => operate(["up", ...atOnce], run),
    preview: (run) => operate(["preview"], run),
    refresh: (run) => operate(["refresh", ...atOnce], run),
    destroy: (run) => operate(["destroy", ...atOnce], run),
    command,
    has: (stack) => home.saltOf(stack) !== undefined,
    state: ({ stack, root = repository }) =>
      readFileSync(
        join(home.backend, ".pulumi/stacks", projectNameOf(root), `${stack}.json`),
        "utf8",
      ),
    secrets: () => generatedSecrets(cloud, sdk),
    save: () => cloud.save(home.cloudFile),
    close() {
      if (directory === undefined) rmSync(home.directory, { recursive: true, force: true });
    },
  };
}

function generatedSecrets(cloud: Cloud, sdk: Sdk): string[] {
  const values = cloud
    .all()
    .filter(({ type }) => type.startsWith("random:") || type.startsWith("tls:"))
    .flatMap(({ type, properties }) =>
      (sdk.resourceOf(type)?.secretOutputs ?? []).map((name) => properties[name]),
    );
  return [...new Set(values.filter((value) => typeof value === "string"))];
}

const projectNameOf = (root: string): string =>
  parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")).name;

const withSettings = ({ stack, edits }: EngineRun, real: RealProviders | undefined) =>
  real ? { ...edits, [stack]: { ...real.settings, ...edits?.[stack] } } : edits;

/** Where the engine finds providers: on a port of ours, or by their names on PATH. */
function providersOf(port: number, real: RealProviders | undefined): NodeJS.ProcessEnv {
  const { PATH = "" } = process.env;
  const ours = [join(repository, ".tools/bin"), join(import.meta.dirname, "bin")];
  const stoodIn = packageNames.filter((name) => !real?.packages.includes(name));
  return {
    ...real?.environment,
    PATH: [...(real?.folders ?? []), ...ours, PATH].join(delimiter),
    PULUMI_DEBUG_PROVIDERS: stoodIn.map((name) => `${name}:${port}`).join(","),
  };
}

function environmentOf(home: EngineHome, traces: boolean): NodeJS.ProcessEnv {
  return {
    HOME: process.env["HOME"],
    PULUMI_HOME: join(home.directory, "pulumi"),
    PULUMI_BACKEND_URL: `file://${home.backend}`,
    PULUMI_CONFIG_PASSPHRASE: home.passphrase,
    // A package that is not served fails at once and is not looked for on the network.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // A stack is written down once at the end of a command, not after each resource: nobody goes on
    // with a half-made one here, and writing all of it again and again was most of an `up`.
    PULUMI_SKIP_CHECKPOINTS: "true",
    // Node keeps the SDKs compiled from one run to the next.
    NODE_COMPILE_CACHE: join(repository, ".tools/compile-cache"),
    ...(!traces && { NODE_OPTIONS: "--stack-trace-limit=0" }),
    // Offers --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
  };
}

/** Makes the stack when it is not there yet, and lets its file say how its secrets are encrypted. */
async function ensureStack(
  home: EngineHome,
  { stack, name, file }: { stack: string; name: string; file: string },
  context: CommandOptions,
): Promise<void> {
  const known = home.saltOf(stack);
  if (known) {
    addSalt(file, known);
    return;
  }
  const { output } = await runPulumi(["stack", "init", name, "--non-interactive"], context);
  const salt = existsSync(file) ? saltOf(file) : undefined;
  if (!salt) throw new Error(`could not make the stack ${stack}:\n${output}`);
  home.keepSalt(stack, salt);
}
