import { createHash } from "node:crypto";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { LargeStateStore } from "#shared/ports/large-state-store.ts";
import { type AwsConnection, clientSettings } from "./connection.ts";
import { asking } from "./faults.ts";

const FOLDER = "states/";
/** Another is writing, or has deleted, the same object at this moment. */
const CONFLICT = "ConditionalRequestConflict";
const CONFLICT_ATTEMPTS = 10;

/** Large states as objects of a bucket, each named by the hash of its key: a key may hold what an object's may not. */
export class LargeStateBucket implements LargeStateStore {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(connection: AwsConnection, bucket: string) {
    this.#bucket = bucket;
    // Only S3 itself has a host name for each bucket.
    this.#client = new S3Client({ ...clientSettings(connection), forcePathStyle: connection.endpoint !== null });
  }

  async put(key: string, state: Uint8Array): Promise<void> {
    const object = { ...this.#objectOf(key), Body: state, IfNoneMatch: "*" };
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#asking(async () => {
        try {
          await this.#client.send(new PutObjectCommand(object));
          return "held";
        } catch (error) {
          const { name } = error as Error;
          // A key has one content only: what is there already is the same.
          if (name === "PreconditionFailed") return "held";
          if (name === CONFLICT && attempt < CONFLICT_ATTEMPTS) return "again";
          throw error;
        }
      });
      if (outcome === "held") return;
    }
  }

  async get(key: string): Promise<Uint8Array | null> {
    return this.#asking(async () => {
      try {
        const { Body } = await this.#client.send(new GetObjectCommand(this.#objectOf(key)));
        return await Body!.transformToByteArray();
      } catch (error) {
        if ((error as Error).name === "NoSuchKey") return null;
        throw error;
      }
    });
  }

  async remove(key: string): Promise<void> {
    await this.#asking(() => this.#client.send(new DeleteObjectCommand(this.#objectOf(key))));
  }

  /** Ends its connections; it is not used after. */
  close(): void {
    this.#client.destroy();
  }

  #objectOf(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: `${FOLDER}${createHash("sha256").update(key).digest("hex")}` };
  }

  #asking<T>(request: () => Promise<T>): Promise<T> {
    return asking({ service: "S3", what: `bucket '${this.#bucket}'` }, request);
  }
}
