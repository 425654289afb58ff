/** A URL, or the parts of one where the database is the embedded one. */
export type Connection =
  | string
  | { host: string; port: number; user: string; password: string; database: string };
