import { Readable } from 'node:stream';
import { ContentLostError, type ContentStore } from './store.ts';

/** The AWS SDK finds credentials and region by itself; other S3-compatible stores don't need a region. */
const ANY_REGION = 'us-east-1';

/** `s3://bucket` or `s3://bucket/prefix`. */
export const S3_ADDRESS = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/?$/;

/**
 * Keeps contents as objects of an S3 bucket, or of a compatible store at `endpoint`. They are sent in parts of at least
 * 5 MiB, of which some are in memory.
 */
export async function s3Store(
  address: string,
  endpoint: string | undefined,
  partSize = 5 << 20,
): Promise<ContentStore> {
  const [, bucket, prefix] = S3_ADDRESS.exec(address) ?? [];
  if (!bucket) throw new Error(`${address} is no address of an S3 bucket`);
  // The SDK is large, and not needed for a folder.
  const { S3Client, S3ServiceException, GetObjectCommand, HeadObjectCommand, DeleteObjectCommand } =
    await import('@aws-sdk/client-s3');
  const { Upload } = await import('@aws-sdk/lib-storage');
  const client = new S3Client({
    region: process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? ANY_REGION,
    ...(endpoint && { endpoint, forcePathStyle: true }),
  });
  const objectOf = (location: string) => ({
    Bucket: bucket,
    Key: prefix ? `${prefix}/${location}` : location,
  });
  const isMissing = (error: unknown) =>
    error instanceof S3ServiceException && ['NoSuchKey', 'NotFound'].includes(error.name);
  return {
    async write(location, content) {
      const Body = Readable.from(content, { objectMode: false });
      // It removes the parts of an upload that fails.
      await new Upload({ client, partSize, params: { ...objectOf(location), Body } }).done();
    },
    async read(location, range) {
      const Range = range && `bytes=${range.first}-${range.last}`;
      const wanted = new GetObjectCommand({ ...objectOf(location), Range });
      const { Body } = await client.send(wanted).catch((error) => {
        throw isMissing(error) ? new ContentLostError(location) : error;
      });
      if (!(Body instanceof Readable)) throw new Error(`${location} came without a body`);
      return Body;
    },
    async sizeOf(location) {
      try {
        return (await client.send(new HeadObjectCommand(objectOf(location)))).ContentLength;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async remove(location) {
      await client.send(new DeleteObjectCommand(objectOf(location)));
    },
  };
}
