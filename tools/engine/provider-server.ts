import * as grpc from "@grpc/grpc-js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import type { Change } from "./difference.ts";
import { topLevelOf } from "./difference.ts";
import { fromStruct, toStruct } from "./property-values.ts";
import type { DiffResult, Provider } from "./provider.ts";
import { diffSettings } from "./provider-settings.ts";

/** One remote call: takes the message, returns the answer or throws. */
type Handler<Request, Response> = (request: Request) => Response | Promise<Response>;

function unary<Request, Response>(handler: Handler<Request, Response>) {
  return async (
    call: grpc.ServerUnaryCall<Request, Response>,
    callback: grpc.sendUnaryData<Response>,
  ) => {
    try {
      callback(null, await handler(call.request));
    } catch (error) {
      const details = error instanceof Error ? error.message : String(error);
      callback({ code: grpc.status.UNKNOWN, details });
    }
  };
}

const empty = () => new emptyProto.Empty();

function unsupported(what: string) {
  return unary(() => {
    throw new Error(`the stand-in provider does not support ${what}`);
  });
}

function diffResponse(result: DiffResult): messages.DiffResponse {
  const response = new proto.DiffResponse();
  const details = response.getDetaileddiffMap();
  for (const change of result.changes) {
    const diff = new proto.PropertyDiff();
    diff.setKind(kindOf(change, result.replacing.includes(change.path)));
    diff.setInputdiff(true);
    details.set(change.path, diff);
  }
  const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
  response.setHasdetaileddiff(true);
  response.setDiffsList([...new Set(result.changes.map(({ path }) => topLevelOf(path)))]);
  response.setReplacesList([...new Set(result.replacing.map(topLevelOf))]);
  response.setDeletebeforereplace(result.deletesFirst);
  response.setChanges(result.changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  return response;
}

function kindOf({ kind }: Change, replaces: boolean): messages.PropertyDiff.Kind {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } =
    proto.PropertyDiff.Kind;
  const [inPlace, replacing] = {
    add: [ADD, ADD_REPLACE] as const,
    delete: [DELETE, DELETE_REPLACE] as const,
    update: [UPDATE, UPDATE_REPLACE] as const,
  }[kind];
  return replaces ? replacing : inPlace;
}

const configuration = (provider: Provider) => ({
  handshake: unary(() => {
    const response = new proto.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    return response;
  }),
  attach: unary(empty),
  cancel: unary(empty),
  getPluginInfo: unary(() => {
    const info = new pluginProto.PluginInfo();
    info.setVersion("999.0.0");
    return info;
  }),
  getSchema: unary(() => {
    const response = new proto.GetSchemaResponse();
    response.setSchema("{}");
    return response;
  }),
  getMapping: unary(() => new proto.GetMappingResponse()),
  getMappings: unary(() => new proto.GetMappingsResponse()),
  checkConfig: unary((request: messages.CheckRequest) => {
    const response = new proto.CheckResponse();
    response.setInputs(request.getNews());
    return response;
  }),
  diffConfig: unary((request: messages.DiffRequest) => {
    const before = fromStruct(request.getOldInputs() ?? request.getOlds());
    return diffResponse(diffSettings(request.getUrn(), before, fromStruct(request.getNews())));
  }),
  configure: unary((request: messages.ConfigureRequest) => {
    const packageName = request.getType()?.split(":").at(-1) ?? "";
    provider.configure(packageName, fromStruct(request.getArgs()));
    const response = new proto.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    return response;
  }),
  parameterize: unsupported("parameterization"),
  construct: unsupported("remote components"),
  call: unsupported("methods of remote components"),
});

const resources = (provider: Provider) => ({
  invoke: unary((request: messages.InvokeRequest) => {
    const response = new proto.InvokeResponse();
    response.setReturn(toStruct(provider.lookUp(request.getTok(), fromStruct(request.getArgs()))));
    return response;
  }),
  check: unary((request: messages.CheckRequest) => {
    const { inputs, failures } = provider.check({
      urn: request.getUrn(),
      inputs: fromStruct(request.getNews()),
      before: request.hasOlds() ? fromStruct(request.getOlds()) : undefined,
      seed: request.getRandomseed_asB64(),
    });
    const response = new proto.CheckResponse();
    response.setInputs(toStruct(inputs));
    for (const { property, reason } of failures) {
      const failure = new proto.CheckFailure();
      failure.setProperty(property);
      failure.setReason(property ? `${property} ${reason}` : reason);
      response.addFailures(failure);
    }
    return response;
  }),
  diff: unary((request: messages.DiffRequest) => {
    const before = fromStruct(request.getOldInputs() ?? request.getOlds());
    return diffResponse(
      provider.difference(request.getUrn(), before, fromStruct(request.getNews())),
    );
  }),
  create: unary(async (request: messages.CreateRequest) => {
    const inputs = fromStruct(request.getProperties());
    const made = await provider.create(request.getUrn(), inputs, request.getPreview());
    const response = new proto.CreateResponse();
    response.setId(made.id);
    response.setProperties(toStruct(made.properties));
    return response;
  }),
  update: unary((request: messages.UpdateRequest) => {
    const live = {
      urn: request.getUrn(),
      id: request.getId(),
      inputs: fromStruct(request.getOldInputs()),
      properties: fromStruct(request.getOlds()),
    };
    const response = new proto.UpdateResponse();
    const inputs = fromStruct(request.getNews());
    response.setProperties(toStruct(provider.update(live, inputs, request.getPreview())));
    return response;
  }),
  read: unary((request: messages.ReadRequest) => {
    const found = provider.read({
      urn: request.getUrn(),
      id: request.getId(),
      inputs: fromStruct(request.getInputs()),
      properties: fromStruct(request.getProperties()),
    });
    const response = new proto.ReadResponse();
    if (!found) return response;
    response.setId(found.id);
    response.setInputs(toStruct(found.inputs));
    response.setProperties(toStruct(found.properties));
    return response;
  }),
  delete: unary((request: messages.DeleteRequest) => {
    provider.remove(request.getUrn(), request.getId());
    return empty();
  }),
});

export interface ProviderServer {
  readonly port: number;
  close(): void;
}

/** Serves a provider on a free port of this machine only. */
export async function serveProvider(provider: Provider): Promise<ProviderServer> {
  const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
  const server = new grpc.Server(unlimited);
  const implementation = { ...configuration(provider), ...resources(provider) };
  server.addService(
    services.ResourceProviderService,
    implementation as unknown as grpc.UntypedServiceImplementation,
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, close: () => server.forceShutdown() };
}
