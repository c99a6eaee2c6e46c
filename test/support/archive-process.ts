import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { S3Archive } from "../../app/audit/archive/s3-archive.ts";
import { archiveClient, ensureArchiveBucket } from "../../local/archive-bucket.ts";
import { archiveBucket, awsRegion } from "../../local/endpoints.ts";
import { ManagedProcess } from "../../local/managed-process.ts";
import { findPorts } from "../../local/ports.ts";
import type { Region } from "../../local/region.ts";
import { s3Spec } from "../../local/s3-emulator.ts";
import { type SourceProcess, sourceProcess } from "./source-process.ts";

/** Names of the objects of these tests begin with it. */
export const archiveRegion = "us-east";
/** Where `sentinel` finds them. */
export const archiveUrl = `s3://${archiveBucket}/${archiveRegion}`;

/** A bucket as the stacks make it, in an emulator of its own. */
export async function startBucket(directory: string) {
  const [port = 0] = await findPorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const emulator = new ManagedProcess(s3Spec(port), join(directory, "logs"));
  await emulator.start();
  await ensureArchiveBucket(endpoint);
  const client = archiveClient(endpoint);
  const archive = new S3Archive(client, archiveBucket);
  return {
    endpoint,
    emulator,
    archive,
    /** What `sentinel` needs to read it. */
    settings: { S3_ENDPOINT: endpoint, AWS_REGION: awsRegion },
    /** How often anything was written, whatever became of it. */
    versions: async () => {
      const { Versions } = await client.send(
        new ListObjectVersionsCommand({ Bucket: archiveBucket }),
      );
      return Versions?.length ?? 0;
    },
    /** Copies every object into a folder, as `aws s3 sync` does. */
    copyTo: async (folder: string) => {
      const names: string[] = [];
      for await (const name of archive.names(`${archiveRegion}/`)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), await archive.read(name));
        names.push(name);
      }
      return names;
    },
    stop: async () => {
      client.destroy();
      await emulator.stop();
    },
  };
}

/** An archive process run from its sources beside a region, with settings of its own. */
export const archiveProcess = (
  region: Region,
  endpoint: string,
  settings: Record<string, string> = {},
): Promise<SourceProcess> =>
  sourceProcess(region, {
    process: "archive",
    replica: "archive-1",
    settings: {
      AUDIT_KEY_FILE: region.secrets.auditKeyFile("archive"),
      AUDIT_KEYS_FILE: region.secrets.auditKeysFile,
      ARCHIVE_REGION: archiveRegion,
      ARCHIVE_BUCKET: archiveBucket,
      AWS_REGION: awsRegion,
      S3_ENDPOINT: endpoint,
      ...settings,
    },
  });
