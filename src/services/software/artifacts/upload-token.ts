/** The secret text that names an upload and allows sending its file. */
export interface UploadToken {
  tenantId: number;
  id: number;
  secret: string;
}

const TOKEN = /^([1-9]\d{0,14})-([1-9]\d{0,14})-([0-9A-Za-z]{43})$/;

export const writeUploadToken = ({ tenantId, id, secret }: UploadToken): string =>
  `${tenantId}-${id}-${secret}`;

/** Undefined for a text that is no token. */
export function readUploadToken(text: string): UploadToken | undefined {
  const [, tenantId, id, secret] = TOKEN.exec(text) ?? [];
  return secret === undefined ? undefined : { tenantId: Number(tenantId), id: Number(id), secret };
}
