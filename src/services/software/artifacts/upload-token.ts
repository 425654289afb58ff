/** What names an upload that was handed out, and lets whoever has it send the file. */
export interface UploadToken {
  tenantId: number;
  id: number;
  secret: string;
}

const TOKEN = /^([1-9]\d{0,14})-([1-9]\d{0,14})-([0-9A-Za-z]{43})$/;

export const writeUploadToken = ({ tenantId, id, secret }: UploadToken): string =>
  `${tenantId}-${id}-${secret}`;

/** Undefined for what can be none. */
export function readUploadToken(text: string): UploadToken | undefined {
  const [, tenantId, id, secret] = TOKEN.exec(text) ?? [];
  return secret === undefined ? undefined : { tenantId: Number(tenantId), id: Number(id), secret };
}
