/** PNG with a palette of at most 256 colors: a third of what a browser writes. */
import { crc32, deflateSync } from 'node:zlib';

const COLORS = 256;

/**
 * @param {Uint8Array} rgba four bytes a pixel; all of them are opaque
 * @param {number} width
 * @returns {Buffer}
 */
export function palettePng(rgba, width) {
  const height = rgba.length / 4 / width;
  const pixels = Uint32Array.from({ length: width * height }, (_, at) => colorAt(rgba, at * 4));
  const palette = mostFrequent(pixels);
  const indexes = new Map();
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const color = pixels[y * width + x];
      if (!indexes.has(color)) indexes.set(color, nearest(palette, color));
      lines[y * (width + 1) + 1 + x] = indexes.get(color);
    }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a pixel, which are places in the palette.
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(partsOf))),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const colorAt = (rgba, at) => (rgba[at] << 16) | (rgba[at + 1] << 8) | rgba[at + 2];
const partsOf = (color) => [color >> 16, (color >> 8) & 255, color & 255];

function mostFrequent(pixels) {
  const counts = new Map();
  for (const color of pixels) counts.set(color, (counts.get(color) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, COLORS)
    .map(([color]) => color);
}

function nearest(palette, color) {
  const parts = partsOf(color);
  const distances = palette.map((other) =>
    partsOf(other).reduce((sum, part, at) => sum + (part - parts[at]) ** 2, 0),
  );
  return distances.indexOf(Math.min(...distances));
}

function chunk(name, data) {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}
