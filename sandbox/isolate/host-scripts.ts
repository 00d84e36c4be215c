/**
 * Trusted texts compiled for one fresh isolate after the other: V8's code cache of the first
 * compilation halves the cost of the next ones.
 *
 * A cache is as powerful as machine code (CVE-2022-39266): only texts of the engine and harnesses
 * come here, never a candidate's, and the caches do not leave this process.
 */
import type ivm from "isolated-vm";

const HELD = 16;
const caches = new Map<string, ivm.ExternalCopy<ArrayBuffer>>();

/** Runs the text in the realm and gives its last value by reference. */
export function runTrusted<T>(
  isolate: ivm.Isolate,
  realm: ivm.Context,
  text: string,
  filename: string,
): ivm.Reference<T> {
  const cachedData = caches.get(text);
  const script = isolate.compileScriptSync(
    text,
    cachedData === undefined ? { filename, produceCachedData: true } : { filename, cachedData },
  );
  const { cachedData: made } = script as ivm.Script & ivm.CachedDataResult;
  if (cachedData === undefined && made !== undefined) {
    caches.set(text, made);
    const oldest = caches.keys().next().value;
    if (caches.size > HELD && oldest !== undefined) caches.delete(oldest);
  }
  return script.runSync(realm, { reference: true, release: true }) as ivm.Reference<T>;
}
