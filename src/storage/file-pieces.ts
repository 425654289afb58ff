import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ByteRange } from './store.ts';

const LEAST = 64 * 1024;
const MOST = 512 * 1024;
/** Who takes a piece in less gets a larger one next. */
const QUICK_MS = 15;

/**
 * The bytes of a file's range, in pieces that grow as long as they are taken quickly: large pieces cost the least, but
 * hundreds of slow readers are to hold small ones. It closes the file.
 */
export class FilePieces extends Readable {
  private readonly file: FileHandle;
  private readonly last: number;
  private at: number;
  private size = LEAST;
  private askedAt = Number.NEGATIVE_INFINITY;

  constructor(file: FileHandle, { first, last }: ByteRange) {
    // One piece is read ahead, whatever its size.
    super({ highWaterMark: LEAST });
    this.file = file;
    this.at = first;
    this.last = last;
  }

  override _read(): void {
    const now = performance.now();
    const isQuick = now - this.askedAt < QUICK_MS;
    this.askedAt = now;
    this.size = isQuick ? Math.min(this.size * 2, MOST) : Math.max(this.size / 2, LEAST);
    this.readPiece().then(
      (piece) => this.push(piece),
      (error) => this.destroy(error),
    );
  }

  private async readPiece(): Promise<Buffer | null> {
    const length = Math.min(this.size, this.last - this.at + 1);
    if (length <= 0) return null;
    const { bytesRead, buffer } = await this.file.read(Buffer.allocUnsafeSlow(length), 0, length, this.at);
    this.at += bytesRead;
    return bytesRead ? buffer.subarray(0, bytesRead) : null;
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.file.close().then(
      () => done(error),
      (failure) => done(error ?? failure),
    );
  }
}
