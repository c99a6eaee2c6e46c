import * as grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { createLanguageHost } from "./language-host.ts";

/** Started by the engine with its own address; answers with the port it listens on. */
const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
if (!engineAddress) {
  console.error("pulumi-language-nodejs is started by pulumi, with the engine's address");
  process.exit(1);
}
const host = createLanguageHost(engineAddress);
const server = new grpc.Server();
server.addService(
  services.LanguageRuntimeService,
  host.implementation as unknown as grpc.UntypedServiceImplementation,
);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});

function stop() {
  host.stop();
  process.exit(0);
}
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
// An engine that was killed closes no connection; it only stops being our parent.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) stop();
}, 250).unref();
