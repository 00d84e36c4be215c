/**
 * The compact form of a packing, used by both harnesses: one character per item, whose code is the bin
 * number + 32.
 *
 * Code 32 is the first one that JSON does not escape. Codes from 0xD800 are surrogates, so more than
 * 50,000 items are returned as an array of numbers. `verifyPacking` reads both forms.
 */
export const compactAssignment = `
function compact(bins) {
  if (bins.length > 50000) return Array.from(bins);
  // A plain loop: Uint16Array.from with a function costs more than the packing itself.
  const codes = new Uint16Array(bins.length);
  for (let i = 0; i < bins.length; i++) codes[i] = bins[i] + 32;
  let text = "";
  for (let i = 0; i < codes.length; i += 8192) {
    text += String.fromCharCode.apply(null, codes.subarray(i, i + 8192));
  }
  return text;
}
`;
