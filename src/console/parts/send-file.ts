import { SCRIPT_HEADERS } from '../api/base.ts';

export interface SendOptions {
  headers: readonly { name: string; value: string }[];
  /** Told how much of it is sent, from 0 to 1; `fetch` doesn't tell that. */
  onProgress: (share: number) => void;
  signal?: AbortSignal;
}

/** The connection broke, or was ended here. */
export class Broken extends Error {
  constructor(readonly isStopped: boolean) {
    super();
  }
}

/** Sends a file where one is awaited. @throws Broken, or an Error saying why it was refused, if that is known */
export function sendFile(
  url: string,
  file: File,
  { headers, onProgress, signal }: SendOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    for (const [name, value] of Object.entries(SCRIPT_HEADERS)) request.setRequestHeader(name, value);
    for (const { name, value } of headers) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 1);
    request.onload = () =>
      request.status < 300 ? resolve() : reject(refusalOf(request.responseText) ?? new Broken(false));
    request.onerror = () => reject(new Broken(false));
    request.onabort = () => reject(new Broken(true));
    signal?.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

function refusalOf(text: string): Error | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: string };
    return message === undefined ? undefined : new Error(message);
  } catch {
    return undefined;
  }
}
