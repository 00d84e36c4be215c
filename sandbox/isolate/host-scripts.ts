/**
 * Compiles trusted texts for many new isolates: V8's code cache from the first compilation halves the
 * cost of later ones.
 *
 * A code cache is as powerful as machine code (CVE-2022-39266): use this only for texts of the engine
 * and for harnesses, never for a candidate. The caches do not leave this process.
 */
import type ivm from "isolated-vm";

const MAX_CACHES = 16;
const caches = new Map<string, ivm.ExternalCopy<ArrayBuffer>>();

/** Runs the text in the realm and returns its last value by reference. */
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
    if (caches.size > MAX_CACHES && oldest !== undefined) caches.delete(oldest);
  }
  return script.runSync(realm, { reference: true, release: true }) as ivm.Reference<T>;
}
