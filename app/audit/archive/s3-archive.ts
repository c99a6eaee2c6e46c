import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ServiceException,
} from "@aws-sdk/client-s3";
import { type AwsSettings, awsClientOptions } from "../../shared/aws-client.ts";

/** @param settings the region is the bucket's, wherever this process runs. */
export const createS3Client = (settings: AwsSettings): S3Client =>
  new S3Client({
    ...awsClientOptions(settings),
    // Emulators have no host names for buckets.
    forcePathStyle: settings.endpoint !== undefined,
  });

const preconditionFailed = 412;

/** The bucket of the archive: objects are added, listed and read, and never written again. */
export class S3Archive {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  /**
   * Puts an object where there is none.
   *
   * @returns false when the name is taken: what has it stays as it is.
   */
  async add(name: string, body: Uint8Array): Promise<boolean> {
    try {
      await this.#client.send(
        new PutObjectCommand({
          ...{ Bucket: this.#bucket, Key: name, Body: body, IfNoneMatch: "*" },
          ContentType: "application/gzip",
        }),
      );
      return true;
    } catch (error) {
      const { $metadata } = error as Partial<S3ServiceException>;
      if ($metadata?.httpStatusCode === preconditionFailed) return false;
      throw error;
    }
  }

  async read(name: string): Promise<Uint8Array> {
    const { Body } = await this.#client.send(
      new GetObjectCommand({ Bucket: this.#bucket, Key: name }),
    );
    if (!Body) throw new Error(`${name} has no content`);
    return Body.transformToByteArray();
  }

  /** Names of all objects whose names begin so, sorted; those from `from` on, which none has. */
  async *names(prefix: string, from?: string): AsyncGenerator<string> {
    let token: string | undefined;
    do {
      const page = await this.#list({ Prefix: prefix, StartAfter: from, ContinuationToken: token });
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  /** The first name that begins with the prefix and sorts after `from`. */
  async firstName(prefix: string, from: string): Promise<string | undefined> {
    const page = await this.#list({ Prefix: prefix, StartAfter: from, MaxKeys: 1 });
    return page.Contents?.[0]?.Key;
  }

  /** What lies below a prefix, as folders: sorted. */
  async folders(prefix: string): Promise<readonly string[]> {
    const folders: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.#list({ Prefix: prefix, Delimiter: "/", ContinuationToken: token });
      folders.push(...(page.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return folders.sort();
  }

  #list(query: Partial<ConstructorParameters<typeof ListObjectsV2Command>[0]>) {
    return this.#client.send(new ListObjectsV2Command({ Bucket: this.#bucket, ...query }));
  }
}
