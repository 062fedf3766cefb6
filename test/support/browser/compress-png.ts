import { crc32, deflateSync, inflateSync } from "node:zlib";

type Chunk = { readonly type: string; readonly data: Buffer };

const signature = Buffer.from("89504e470d0a1a0a", "hex");
const maxColours = 256;

/**
 * Returns a picture of a screen with a palette of its 256 most frequent colours (PNG, third edition, section 11.2): a third
 * to a quarter of the bytes. Takes what Chromium writes: 8 bits a channel, RGB or RGBA, not interlaced.
 */
export function compressPng(png: Buffer): Buffer {
  const chunks = parseChunks(png);
  const header = chunks[0]?.data ?? Buffer.alloc(0);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = header[9] === 6 ? 4 : 3;
  const data = Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map((chunk) => chunk.data));
  const colours = toColours(unfilter(inflateSync(data), width * channels, height, channels), channels);
  const palette = choosePalette(colours);
  const nearest = new Map(palette.map((colour, at) => [colour, at]));
  const rows = Buffer.alloc((width + 1) * height);
  colours.forEach((colour, at) => {
    const index = nearest.get(colour) ?? findNearest(colour, palette);
    nearest.set(colour, index);
    rows[at + Math.floor(at / width) + 1] = index;
  });
  header.set([8, 3], 8);
  return Buffer.concat([
    signature,
    writeChunk("IHDR", header),
    writeChunk("PLTE", Buffer.from(palette.flatMap(toChannels))),
    writeChunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
    writeChunk("IEND", Buffer.alloc(0)),
  ]);
}

function parseChunks(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = signature.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({ type: png.toString("latin1", at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

function writeChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** Reverses the filters of the lines (section 9.2). */
function unfilter(filtered: Buffer, bytes: number, height: number, step: number): Uint8Array {
  const result = new Uint8Array(bytes * height);
  for (let at = 0; at < result.length; at++) {
    const [row, column] = [Math.floor(at / bytes), at % bytes];
    const left = column < step ? 0 : (result[at - step] ?? 0);
    const up = result[at - bytes] ?? 0;
    const upLeft = column < step ? 0 : (result[at - bytes - step] ?? 0);
    const predictions = [0, left, up, (left + up) >> 1, predictPaeth(left, up, upLeft)];
    result[at] = (filtered[at + row + 1] ?? 0) + (predictions[filtered[row * (bytes + 1)] ?? 0] ?? 0);
  }
  return result;
}

function predictPaeth(left: number, up: number, upLeft: number): number {
  const [a, b, c] = [Math.abs(up - upLeft), Math.abs(left - upLeft), Math.abs(left + up - 2 * upLeft)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : upLeft;
}

function toColours(pixels: Uint8Array, step: number): Uint32Array {
  return Uint32Array.from({ length: pixels.length / step }, (_, at) => {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(at * step, at * step + 3);
    return (red << 16) | (green << 8) | blue;
  });
}

function choosePalette(colours: Uint32Array): number[] {
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const byCount = [...counts].sort(([, one], [, other]) => other - one);
  return byCount.slice(0, maxColours).map(([colour]) => colour);
}

function toChannels(colour: number): number[] {
  return [colour >> 16, (colour >> 8) & 255, colour & 255];
}

function findNearest(colour: number, palette: readonly number[]): number {
  const wanted = toChannels(colour);
  const distances = palette.map((other) =>
    toChannels(other).reduce((sum, value, at) => sum + (value - (wanted[at] ?? 0)) ** 2, 0),
  );
  return distances.indexOf(Math.min(...distances));
}
