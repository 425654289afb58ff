import type { Client } from 'urql';
import { reasonOf } from '../../parts/reason.ts';
import { Broken, sendFile } from '../../parts/send-file.ts';
import { moduleTexts as texts } from '../../texts/software.ts';
import { CreateUpload } from './software.documents.ts';

/** Larger files are not read into memory first: the server computes their checksums alone. */
const MOST_DIGESTED = 512 * 1024 * 1024;

const hex = (bytes: ArrayBuffer) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The checksum as this browser sees the file; it can compute one only on a page that came by https or from this machine. */
async function checksumOf(file: File): Promise<string | undefined> {
  if (file.size > MOST_DIGESTED || !globalThis.crypto.subtle) return undefined;
  return hex(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
}

/**
 * Sends a file to a module; the server refuses it if its checksum is another than here.
 * @throws Error saying why it was refused
 */
export async function uploadFile(
  client: Client,
  moduleId: string,
  file: File,
  onProgress: (share: number | undefined) => void,
): Promise<void> {
  onProgress(undefined);
  const sha256 = await checksumOf(file);
  const input = { moduleId, filename: file.name, sha256 };
  const { data, error } = await client.mutation(CreateUpload, { input }).toPromise();
  if (error || !data) throw new Error(reasonOf(error));
  const { upload, userErrors } = data.createArtifactUpload;
  if (!upload) throw new Error(userErrors.map(({ message }) => message).join(' '));
  const headers = [{ name: 'Content-Type', value: 'application/octet-stream' }];
  await sendFile(upload.url, file, { headers, onProgress }).catch((broken: Error) => {
    throw broken instanceof Broken ? new Error(texts.uploadBroken) : broken;
  });
}
