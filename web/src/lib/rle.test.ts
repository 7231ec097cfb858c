import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { decodeCounts, maskArea, maskCovers, paintMask } from "@/lib/rle";

interface Golden {
  name: string;
  size: [number, number];
  counts: string;
  area: number;
  runs: number[];
}

// The tests in Python read the same file.
const golden = JSON.parse(readFileSync("../tests/golden/masks.json", "utf8")) as Golden[];

/** The mask as rows of booleans, straight from the run lengths. */
function truth({ size: [height, width], runs }: Golden): boolean[][] {
  const rows = Array.from({ length: height }, () => Array<boolean>(width).fill(false));
  let position = 0;
  runs.forEach((length, index) => {
    for (let end = position + length; position < end; position += 1) {
      const row = rows[position % height];
      if (row && index % 2 === 1) row[Math.floor(position / height)] = true;
    }
  });
  return rows;
}

describe.each(golden)("the mask $name", (mask) => {
  it("has the runs that pycocotools wrote", () => {
    expect([...decodeCounts(mask.counts)]).toEqual(mask.runs);
  });

  it("has its area", () => {
    expect(maskArea(decodeCounts(mask.counts))).toBe(mask.area);
  });

  it("is painted pixel by pixel at its own size", () => {
    const [height, width] = mask.size;
    const labels = new Uint8Array(width * height);
    paintMask(decodeCounts(mask.counts), mask.size, labels, { width, height }, 3);
    const expected = Uint8Array.from(truth(mask).flat(), (covered) => (covered ? 3 : 0));
    expect(Buffer.compare(labels, expected)).toBe(0);
  });

  it("is painted smaller as its nearest pixels", () => {
    const [height, width] = mask.size;
    const small = { width: Math.ceil(width / 2.5), height: Math.ceil(height / 2.5) };
    const labels = new Uint8Array(small.width * small.height);
    paintMask(decodeCounts(mask.counts), mask.size, labels, small, 1);
    const rows = truth(mask);
    const expected = Array.from({ length: small.height }, (_, row) =>
      Array.from({ length: small.width }, (_, column) => {
        const y = Math.floor(((row + 0.5) * height) / small.height);
        const x = Math.floor(((column + 0.5) * width) / small.width);
        return rows[y]?.[x] ? 1 : 0;
      }),
    );
    expect(Buffer.compare(labels, Uint8Array.from(expected.flat()))).toBe(0);
  });

  it("covers exactly its pixels", () => {
    const runs = decodeCounts(mask.counts);
    const rows = truth(mask);
    const [height, width] = mask.size;
    for (let step = 0; step < 500; step += 1) {
      const [x, y] = [(step * 37) % width, (step * 101) % height];
      expect(maskCovers(runs, height, x, y)).toBe(rows[y]?.[x]);
    }
  });
});

it("refuses run lengths that break off", () => {
  expect(() => decodeCounts("P")).toThrow(RangeError);
});
