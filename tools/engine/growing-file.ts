import { closeSync, existsSync, openSync, readSync } from "node:fs";

const pieceBytes = 1 << 20;

/** Gives the lines that a file has got since it was last asked; a line that is half written waits. */
export function linesOfGrowing(file: string): () => string[] {
  let offset = 0;
  let rest = Buffer.alloc(0);
  return () => {
    if (!existsSync(file)) return [];
    const descriptor = openSync(file, "r");
    try {
      const piece = Buffer.alloc(pieceBytes);
      for (;;) {
        const length = readSync(descriptor, piece, 0, pieceBytes, offset);
        if (length === 0) break;
        offset += length;
        rest = Buffer.concat([rest, piece.subarray(0, length)]);
      }
    } finally {
      closeSync(descriptor);
    }
    const end = rest.lastIndexOf("\n") + 1;
    const lines = rest.subarray(0, end).toString("utf8").split("\n");
    rest = rest.subarray(end);
    return lines.filter((line) => line.trim() !== "");
  };
}
