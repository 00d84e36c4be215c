/**
 * Texts in shared memory: texts that every slot needs (inputs, harnesses) are written once and passed
 * by reference. The digest of a text is its key in a host process.
 */
import { digestText } from "../../src/core/digest.ts";
import type { Json } from "../../src/core/json.ts";

export interface SharedText {
  readonly key: string;
  readonly bytes: Uint8Array;
}

export interface SharedTexts {
  ofText(text: string): SharedText;
  /** A list of JSON texts, one per input. The same array object is serialised only once. */
  ofInputs(inputs: readonly (readonly Json[])[]): SharedText;
}

const MAX_TEXTS = 32;

export function sharedTexts(): SharedTexts {
  const byKey = new Map<string, SharedText>();
  const byArray = new WeakMap<object, SharedText>();
  const ofText = (text: string): SharedText => {
    const key = digestText(text);
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(new SharedArrayBuffer(Buffer.byteLength(text)));
    bytes.set(Buffer.from(text));
    const shared = { key, bytes };
    byKey.set(key, shared);
    const oldest = byKey.keys().next().value;
    if (byKey.size > MAX_TEXTS && oldest !== undefined) byKey.delete(oldest);
    return shared;
  };
  return {
    ofText,
    ofInputs: (inputs) => {
      const known = byArray.get(inputs);
      if (known !== undefined) return known;
      const shared = ofText(JSON.stringify(inputs.map((input) => JSON.stringify(input))));
      byArray.set(inputs, shared);
      return shared;
    },
  };
}
