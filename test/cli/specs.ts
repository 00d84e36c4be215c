/** Small specs, as a user writes them. */

/** The search solves it in well under a second. */
export const CLAMP = {
  name: "clamp",
  description: "Keeps a number between a lower and an upper bound.",
  signature: "function clamp(value: number, low: number, high: number): number",
  cases: [
    { args: [5, 0, 10], expected: 5 },
    { args: [-3, 0, 10], expected: 0 },
    { args: [42, 0, 10], expected: 10 },
    { args: [7, 8, 9], expected: 8 },
    { args: [12, 8, 9], expected: 9 },
  ],
  heldOut: [
    { args: [100, -1, 1], expected: 1 },
    { args: [-100, -1, 1], expected: -1 },
    { args: [0.5, -1, 1], expected: 0.5 },
  ],
  seeds: ["function clamp(value, low, high) { return Math.max(value, low); }"],
};

/** For a model: no search by syntax finds it soon. */
export const VOWELS = {
  name: "vowels",
  description: "Counts the vowels of a text.",
  signature: "function vowels(text: string): number",
  cases: ["hello", "sky", "aeiou", "banana", ""].map((text) => ({
    args: [text],
    expected: [...text].filter((letter) => "aeiou".includes(letter)).length,
  })),
  heldOut: [{ args: ["queue"], expected: 4 }],
  seeds: ["function vowels(text) { return 0; }"],
};
