/** Global names that exist in the sandbox, and platform names that do not. */

/** Provided by the language and available in the sandbox. */
export const BUILT_IN: ReadonlySet<string> = new Set(
  (
    "undefined NaN Infinity globalThis arguments eval isNaN isFinite parseInt parseFloat encodeURI " +
    "encodeURIComponent decodeURI decodeURIComponent escape unescape Object Function Array String Number " +
    "Boolean Symbol BigInt Math JSON Date RegExp Map Set WeakMap WeakSet Promise Proxy Reflect Error " +
    "AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError ArrayBuffer " +
    "DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array " +
    "Float16Array Float32Array Float64Array BigInt64Array BigUint64Array Iterator console"
  ).split(" "),
);

/** Provided by browsers and Node but not by the sandbox: never a gap for a model to fill. */
export const PLATFORM: ReadonlySet<string> = new Set(
  (
    "fetch require module exports process Buffer setTimeout setInterval setImmediate clearTimeout " +
    "clearInterval clearImmediate queueMicrotask structuredClone performance crypto URL URLSearchParams " +
    "TextEncoder TextDecoder AbortController AbortSignal XMLHttpRequest WebSocket EventSource Worker " +
    "SharedWorker MessageChannel BroadcastChannel Blob File FileReader FormData Headers Request Response " +
    "ReadableStream WritableStream TransformStream window document navigator location localStorage " +
    "sessionStorage alert confirm prompt atob btoa Intl Temporal WeakRef FinalizationRegistry Atomics " +
    "SharedArrayBuffer WebAssembly ShadowRealm Deno Bun open input_file readFile writeFile readFileSync " +
    "writeFileSync exec spawn"
  ).split(" "),
);
