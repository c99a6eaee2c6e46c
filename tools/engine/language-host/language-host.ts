import { type ChildProcess, spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as grpc from "@grpc/grpc-js";
import type * as messages from "@pulumi/pulumi/proto/language_pb.js";
import languageProto from "@pulumi/pulumi/proto/language_pb.js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import { fromStruct } from "../property-values.ts";

/** Exit code by which the SDK says that it has already reported the error. */
const reported = 32;

export interface LanguageHost {
  readonly implementation: object;
  /** Ends what is running. */
  stop(): void;
}

/** The SDK's own starter of programs or policy packs, as the program itself would find it. */
function starter(directory: string, name: string): string {
  // The folder may hold links only; packages are beside what they lead to.
  const require = createRequire(realpathSync(join(directory, "package.json")));
  return require.resolve(`@pulumi/pulumi/cmd/${name}`);
}

const answer =
  <Response>(make: () => Response) =>
  (_: unknown, callback: grpc.sendUnaryData<Response>) =>
    callback(null, make());

/** Arguments of `@pulumi/pulumi/cmd/run`. */
function programArguments(request: messages.RunRequest, engineAddress: string): string[] {
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() ?? "";
  const nodeArguments = String(fromStruct(info?.getOptions())["nodeargs"] ?? "");
  return [
    ...nodeArguments.split(" ").filter((argument) => argument !== ""),
    starter(directory, "run"),
    ...["--monitor", request.getMonitorAddress(), "--engine", engineAddress],
    ...["--organization", request.getOrganization(), "--project", request.getProject()],
    ...["--stack", request.getStack(), "--root-directory", info?.getRootDirectory() ?? ""],
    ...["--pwd", directory, "--parallel", String(request.getParallel())],
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() ?? ".",
    ...request.getArgsList(),
  ];
}

function programEnvironment(request: messages.RunRequest): NodeJS.ProcessEnv {
  const options = fromStruct(request.getInfo()?.getOptions());
  return {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    // Node strips the types itself; the SDK's compiler is for older ones.
    ...(options["typescript"] !== false && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
  };
}

const policyPack = "analyzer";

/** Arguments of `@pulumi/pulumi/cmd/run-policy-pack` or `run-plugin`. */
function pluginArguments(request: messages.RunPluginRequest): string[] {
  const directory = request.getInfo()?.getProgramDirectory() ?? "";
  const given = request.getArgsList();
  return request.getKind() === policyPack
    ? [starter(directory, "run-policy-pack"), ...given, directory]
    : [starter(directory, "run-plugin"), directory, ...given];
}

function pluginEnvironment(request: messages.RunPluginRequest): NodeJS.ProcessEnv {
  const options = fromStruct(request.getInfo()?.getOptions());
  const given = request.getEnvList().map((entry): [string, string] => {
    const equals = entry.indexOf("=");
    return [entry.slice(0, equals), entry.slice(equals + 1)];
  });
  return {
    ...process.env,
    ...Object.fromEntries(given),
    ...(options["typescript"] !== false && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
  };
}

type RunCall = grpc.ServerUnaryCall<messages.RunRequest, messages.RunResponse>;
type PluginCall = grpc.ServerWritableStream<messages.RunPluginRequest, messages.RunPluginResponse>;

/** The program's own output goes where the engine's goes. */
function startProgram(request: messages.RunRequest, engineAddress: string): ChildProcess {
  return spawn(process.execPath, programArguments(request, engineAddress), {
    env: programEnvironment(request),
    stdio: ["ignore", "inherit", "inherit"],
  });
}

function runResponse(code: number | null, signal: NodeJS.Signals | null): messages.RunResponse {
  const response = new languageProto.RunResponse();
  if (code === reported) response.setBail(true);
  else if (code !== 0) response.setError(`program exited with ${signal ?? code}`);
  return response;
}

/** A policy pack answers on a port that it prints, so its output goes to the engine as it comes. */
function startPlugin(call: PluginCall): ChildProcess {
  const { request } = call;
  const ownFolder = request.getKind() === policyPack;
  const child = spawn(process.execPath, pluginArguments(request), {
    env: pluginEnvironment(request),
    cwd: ownFolder ? request.getInfo()?.getProgramDirectory() : request.getPwd(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const send = (fill: (response: messages.RunPluginResponse) => void) => {
    if (call.cancelled) return;
    const response = new languageProto.RunPluginResponse();
    fill(response);
    call.write(response);
  };
  child.stdout.on("data", (data: Buffer) => send((response) => response.setStdout(data)));
  child.stderr.on("data", (data: Buffer) => send((response) => response.setStderr(data)));
  call.once("cancelled", () => child.kill());
  child.once("close", (code) => {
    send((response) => response.setExitcode(code ?? 1));
    if (!call.cancelled) call.end();
  });
  return child;
}

function pluginInfo() {
  const info = new pluginProto.PluginInfo();
  info.setVersion("1.0.0");
  return info;
}

function about() {
  const response = new languageProto.AboutResponse();
  response.setExecutable(process.execPath);
  response.setVersion(process.version);
  return response;
}

/**
 * What the engine needs of a language host to run Node programs and policy packs. Plugins are never
 * asked for, since every provider is attached already.
 */
export function createLanguageHost(engineAddress: string): LanguageHost {
  const children = new Set<ChildProcess>();
  const keep = (child: ChildProcess) => {
    children.add(child);
    child.once("exit", () => children.delete(child));
    return child;
  };
  const stop = () => {
    for (const child of children) child.kill("SIGINT");
  };
  return {
    stop,
    implementation: {
      handshake: answer(() => new languageProto.LanguageHandshakeResponse()),
      getPluginInfo: answer(pluginInfo),
      getRequiredPlugins: answer(() => new languageProto.GetRequiredPluginsResponse()),
      getRequiredPackages: answer(() => new languageProto.GetRequiredPackagesResponse()),
      runtimeOptionsPrompts: answer(() => new languageProto.RuntimeOptionsResponse()),
      getProgramDependencies: answer(() => new languageProto.GetProgramDependenciesResponse()),
      about: answer(about),
      installDependencies: (call: grpc.ServerWritableStream<unknown, unknown>) => call.end(),
      cancel(_: unknown, callback: grpc.sendUnaryData<unknown>) {
        stop();
        callback(null, new emptyProto.Empty());
      },
      run(call: RunCall, callback: grpc.sendUnaryData<messages.RunResponse>) {
        keep(startProgram(call.request, engineAddress)).once("exit", (code, signal) =>
          callback(null, runResponse(code, signal)),
        );
      },
      runPlugin: (call: PluginCall) => keep(startPlugin(call)),
    },
  };
}
