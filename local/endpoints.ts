import type { Layout } from "./layout.ts";

const host = "127.0.0.1";
/** The emulator does not care, but the SDK asks for one. */
export const awsRegion = "us-east-1";
export const deviceTable = "sentinel-devices";
export const archiveBucket = "sentinel-audit-archive";

/** Where things are, as every process of ours and the operator's command line are told. */
export function endpointsOf(layout: Layout) {
  return {
    natsServers: layout.cores.map((core) => `tls://${host}:${core.client}`),
    /** For publishers. */
    upstreamUrl: `mqtts://${host}:${layout.upstream}`,
    upstreamBridgeUrl: `mqtts://${host}:${layout.upstreamBridges}`,
    edgeUrls: layout.edges.map((edge) => `mqtts://${host}:${edge.mqtt}`),
    dynamodbUrl: `http://${host}:${layout.dynamodb}`,
    /** Undefined without an archive. */
    s3Url: layout.s3 === undefined ? undefined : `http://${host}:${layout.s3}`,
    /** Undefined where nobody watches. */
    watch: layout.watch && {
      alertmanagerUrl: `http://${host}:${layout.watch.alertmanager}`,
      prometheusUrl: `http://${host}:${layout.watch.prometheus}`,
    },
    /** Undefined without a console. */
    apiUrl: layout.api === undefined ? undefined : `https://${host}:${layout.api}`,
    processUrls: new Map(
      [...layout.operations].map(([name, port]) => [name, `http://${host}:${port}`]),
    ),
  };
}
export type Endpoints = ReturnType<typeof endpointsOf>;

/** What reaching the archive's emulator takes; nothing without an archive. */
export function s3Environment(layout: Layout): Record<string, string> {
  const { s3Url } = endpointsOf(layout);
  return s3Url === undefined ? {} : { S3_ENDPOINT: s3Url, AWS_REGION: awsRegion };
}

/** What reaching the emulator takes. */
export function dynamodbEnvironment(layout: Layout): Record<string, string> {
  return {
    DEVICE_TABLE: deviceTable,
    DYNAMODB_ENDPOINT: endpointsOf(layout).dynamodbUrl,
    AWS_REGION: awsRegion,
  };
}
