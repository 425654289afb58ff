import type { Client } from 'urql';
import { SCRIPT_HEADERS } from '../../api/base.ts';
import { reasonOf } from '../../parts/reason.ts';
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
  await send(upload.url, file, onProgress);
}

/** `fetch` doesn't tell how far it is. */
function send(url: string, file: File, onProgress: (share: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    for (const [name, value] of Object.entries(SCRIPT_HEADERS)) request.setRequestHeader(name, value);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 1);
    request.onload = () =>
      request.status < 300 ? resolve() : reject(new Error(refusalOf(request.responseText)));
    request.onerror = () => reject(new Error(texts.uploadBroken));
    request.send(file);
  });
}

function refusalOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? texts.uploadBroken;
  } catch {
    return texts.uploadBroken;
  }
}
