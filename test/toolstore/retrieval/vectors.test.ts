import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { centroid, dot, unit, vectors } from "../../../toolstore/retrieval/vectors.ts";

const random = seededRandom(5, "vectors");
const draw = (dims: number): Float32Array =>
  unit(Float32Array.from({ length: dims }, () => random.next() + random.next() - 1));

describe("vectors", () => {
  it("finds nearly all of the true nearest, with their exact cosines", () => {
    // Clusters as texts make them: recall of signs with rescoring is above 0.98 there.
    const centres = Array.from({ length: 40 }, () => draw(256));
    const near = (centre: Float32Array) =>
      unit(centre.map((value) => value + 0.04 * (random.next() - 0.5)));
    const all = Array.from({ length: 2_000 }, (_, i) => near(centres[i % 40] as Float32Array));
    const index = vectors(256);
    for (const [i, vector] of all.entries()) index.put(`${i}`, vector);
    let hits = 0;
    for (let i = 0; i < 20; i++) {
      const query = near(centres[i] as Float32Array);
      const truth = all
        .map((vector, at) => ({ key: `${at}`, cosine: dot(query, vector) }))
        .sort((a, z) => z.cosine - a.cosine)
        .slice(0, 10);
      const found = index.nearest(query, 200);
      expect(found[0]?.cosine).toBeCloseTo(truth[0]?.cosine ?? 0, 6);
      const keys = new Set(found.slice(0, 10).map(({ key }) => key));
      hits += truth.filter(({ key }) => keys.has(key)).length;
    }
    expect(hits / 200).toBeGreaterThan(0.98);
  });

  it("forgets what is removed and gives its place away", () => {
    const index = vectors(8);
    index.put("a", unit(Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0)));
    index.put("b", unit(Float32Array.of(0, 1, 0, 0, 0, 0, 0, 0)));
    index.remove("a");
    expect(index.nearest(Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0), 5).map(({ key }) => key)).toEqual(
      ["b"],
    );
    index.put("c", unit(Float32Array.of(1, 1, 0, 0, 0, 0, 0, 0)));
    expect(index.size).toBe(2);
    expect(index.get("c")?.[0]).toBeCloseTo(Math.SQRT1_2, 6);
  });

  it("refuses a vector of other dimensions", () => {
    expect(() => vectors(8).put("a", new Float32Array(7))).toThrow(/8 numbers, got 7/);
  });

  it("takes the direction between a text and the requests that were served", () => {
    const middle = centroid(Float32Array.of(1, 0), [Float32Array.of(0, 1)]);
    expect([...middle].map((value) => value.toFixed(6))).toEqual(["0.707107", "0.707107"]);
  });
});
