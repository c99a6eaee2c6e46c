import { createS3Client, S3Archive } from "../audit/archive/s3-archive.ts";
import { auditKeyRingIn } from "../audit/audit-key-ring.ts";
import { auditSignerIn } from "../audit/audit-signer.ts";
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
  const signer = auditSignerIn(environment.AUDIT_KEY_FILE);
  const keys = auditKeyRingIn(environment.AUDIT_KEYS_FILE);
  keys.requireKey(signer.keyId, "archive");
  const connection = await connectProcess("archive", environment, log);
  const { AWS_REGION: region, S3_ENDPOINT: endpoint } = environment;
  const client = createS3Client({ region, endpoint, ...patience });
  const archiver = new Archiver({
    region: environment.ARCHIVE_REGION,
    stream: new AuditStream(connection),
    archive: new S3Archive(client, environment.ARCHIVE_BUCKET),
    ...{ signer, keys, log },
    metrics: createArchiveMetrics(context.metrics, Date.now),
    clock: Date.now,
    waitMs: environment.ARCHIVE_SECONDS * 1_000,
    most: environment.ARCHIVE_RECORDS,
    gapMs: environment.ARCHIVE_GAP_SECONDS * 1_000,
  });
  return createArchive({ archiver, connection, log, release: () => client.destroy() });
});
