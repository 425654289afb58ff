import { type Outcome, openRequester, type RequesterOptions } from './request.ts';
import { signedHeaders } from './sign.ts';

export interface Message {
  /** Signed along; the same at each attempt. */
  id: string;
  contentType: string;
  body: string;
  /** The longest answer that is wanted, in bytes; undefined where only the status is. */
  answerBytes?: number;
  patienceMs?: number;
}

export interface Sender {
  /** Never throws. */
  send(to: { url: string; secret: string }, message: Message): Promise<Outcome>;
  close(): void;
}

const PATIENCE_MS = 10_000;

export interface SenderOptions extends RequesterOptions {
  clock: () => Date;
  patienceMs?: number;
}

/** Opens what sends signed messages by POST. */
export function openSender({
  clock,
  patienceMs: usualPatienceMs = PATIENCE_MS,
  ...options
}: SenderOptions): Sender {
  const { request, close } = openRequester(options);
  return {
    send: ({ url, secret }, { id, contentType, body, answerBytes = 0, patienceMs = usualPatienceMs }) =>
      request({
        ...{ url, body, answerBytes, patienceMs },
        headers: { 'content-type': contentType, ...signedHeaders(secret, id, clock(), body) },
      }),
    close,
  };
}
