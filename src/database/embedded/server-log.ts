import { copyFile, open, stat, truncate } from 'node:fs/promises';

const largest = 4 * 1024 * 1024;

/** Keeps the log and one older log. The running server appends, so the log can be truncated. */
export async function trimLog(path: string, limit = largest): Promise<void> {
  const size = await sizeOf(path);
  if (size <= limit) return;
  await copyFile(path, `${path}.1`);
  await truncate(path);
}

export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** The lines of the log since `from` that say why the server didn't start. */
export async function complaints(path: string, from: number): Promise<string[]> {
  const lines = (await readFrom(path, from)).split('\n').map(withoutPrefix);
  const useful = lines.filter((line) => line && !/unexpected postmaster exit/.test(line)); // of the server before
  const telling = useful.filter((line) => /^(FATAL|PANIC|HINT|DETAIL):/.test(line));
  return (telling.length > 0 ? telling : useful).map((line) => line.replace(/^(FATAL|PANIC):\s*/, ''));
}

function withoutPrefix(line: string): string {
  return line.replace(/^\d{4}-\d\d-\d\d [\d:.]+ \S+ \[\d+\] /, '').trim();
}

async function readFrom(path: string, from: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(64 * 1024);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
