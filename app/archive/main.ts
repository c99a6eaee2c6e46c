import { createS3Client, S3Archive } from "../audit/archive/s3-archive.ts";
import { RenewedAuditKeys } from "../audit/renewed-audit-keys.ts";
import { runProcess } from "../shared/lifecycle.ts";
import { connectProcess } from "../shared/nats.ts";
import { createArchiveMetrics } from "./archive-metrics.ts";
import { createArchive } from "./archive-service.ts";
import { Archiver } from "./archiver.ts";
import { AuditStream } from "./audit-stream.ts";
import { readArchiveEnvironment } from "./environment.ts";

/** An object is a few MiB at most. Both attempts fit into the time of a drain. */
const patience = { attemptMs: 10_000, attempts: 2 };

await runProcess("archive", readArchiveEnvironment, async (environment, context) => {
  const { log } = context;
  const keys = new RenewedAuditKeys(environment, "archive");
  // Each object is signed by itself.
  keys.follow(() => {}, log);
  const connection = await connectProcess("archive", environment, log);
  const { AWS_REGION: region, S3_ENDPOINT: endpoint } = environment;
  const client = createS3Client({ region, endpoint, ...patience });
  const archiver = new Archiver({
    region: environment.ARCHIVE_REGION,
    stream: new AuditStream(connection),
    archive: new S3Archive(client, environment.ARCHIVE_BUCKET),
    ...{ keys, log },
    metrics: createArchiveMetrics(context.metrics, Date.now),
    clock: Date.now,
    waitMs: environment.ARCHIVE_SECONDS * 1_000,
    most: environment.ARCHIVE_RECORDS,
    gapMs: environment.ARCHIVE_GAP_SECONDS * 1_000,
  });
  return createArchive({ archiver, connection, log, release: () => client.destroy() });
});
