import { z } from "zod";
import { archiveSeconds } from "../contract/limits.ts";
import { regionLabelPattern, regionLabelRule } from "../contract/regions.ts";
import {
  auditKeysSchema,
  count,
  natsSchema,
  processSchema,
  readEnvironment,
} from "../shared/environment.ts";

const shape = {
  ...processSchema,
  ...natsSchema,
  ...auditKeysSchema,
  /** Whose records these are: the first part of the names of its objects. */
  ARCHIVE_REGION: z.string().regex(regionLabelPattern, `must be ${regionLabelRule}`),
  ARCHIVE_BUCKET: z.string().regex(/^[a-z0-9.-]{3,63}$/, "must be the name of a bucket"),
  /** Of the bucket, wherever this process runs. */
  AWS_REGION: z.string().min(1),
  S3_ENDPOINT: z.url().optional(),
  /** A record waits so long for others that go with it. */
  ARCHIVE_SECONDS: count.max(3_600).default(archiveSeconds),
  /** Records of one object at most. */
  ARCHIVE_RECORDS: count.max(100_000).default(5_000),
  /**
   * Records that no copy of AUDIT gives are waited for so long, since a damaged copy is made good;
   * then the archive goes on without them, and says so.
   */
  ARCHIVE_GAP_SECONDS: count.default(3_600),
};

export type ArchiveEnvironment = ReturnType<typeof readArchiveEnvironment>;
export const readArchiveEnvironment = (environment?: Record<string, string | undefined>) =>
  readEnvironment(shape, environment);
