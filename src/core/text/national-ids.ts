/**
 * National ids of persons whose form is sure: a checksum, or letters and separators at fixed places.
 * Ids that are plain digits with a weak checksum are not found: too many other numbers look like them.
 */
import { luhnRest } from "./number-sums.ts";

interface IdForm {
  readonly form: RegExp;
  /** Gets the letters and digits alone. */
  readonly holds: (id: string) => boolean;
}

const weighted = (id: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * Number(id[at]), 0);

/** Whether there is such a day. */
const isDay = (month: string, day: string): boolean =>
  Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31;

const FORMS: readonly IdForm[] = [
  // United States, social security number.
  { form: /(?!000|666|9)\d{3}(?<gap>[ -])(?!00)\d{2}\k<gap>(?!0000)\d{4}/, holds: () => true },
  // United Kingdom, national insurance number.
  {
    form: /(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]/,
    holds: () => true,
  },
  // Spain, DNI and NIE.
  {
    form: /(?:\d{8}|[XYZ]-?\d{7})[ -]?[A-Z]/,
    holds: (id) => {
      const number = Number(
        id.slice(0, 8).replace(/^[XYZ]/, (sign) => String("XYZ".indexOf(sign))),
      );
      return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] === id.at(-1);
    },
  },
  // Italy, codice fiscale.
  {
    form: /[A-Z]{6} ?\d{2}[A-EHLMPRST]\d{2} ?[A-Z]\d{3}[A-Z]/,
    holds: () => true,
  },
  // France, NIR.
  {
    form: /[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}/,
    holds: (id) => {
      const number = id.slice(0, 13).replace("2A", "19").replace("2B", "18");
      return 97 - Number(BigInt(number) % 97n) === Number(id.slice(13));
    },
  },
  // Switzerland, AHV number: a check digit as in EAN-13.
  {
    form: /756\.\d{4}\.\d{4}\.\d{2}/,
    holds: (id) => (weighted(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) + Number(id[12])) % 10 === 0,
  },
  // Brazil, CPF.
  {
    form: /\d{3}\.\d{3}\.\d{3}-\d{2}/,
    holds: (id) =>
      ((weighted(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10 === Number(id[9]) &&
      ((weighted(id, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10 === Number(id[10]),
  },
  // Sweden, personnummer.
  {
    form: /(?:19|20)?\d{6}[-+]\d{4}/,
    holds: (id) => {
      const short = id.slice(-10);
      const day = Number(short.slice(4, 6)) % 60;
      return isDay(short.slice(2, 4), String(day)) && luhnRest(short) === 0;
    },
  },
  // Finland, henkilötunnus.
  {
    form: /\d{6}[-+A-FU-Y]\d{3}[\dA-FHJ-NPR-Y]/,
    holds: (id) => {
      const digits = id.slice(0, 6) + id.slice(-4, -1);
      return "0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(digits) % 31] === id.at(-1);
    },
  },
  // Belgium, national register number.
  {
    form: /\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}/,
    holds: (id) =>
      [id.slice(0, 9), `2${id.slice(0, 9)}`].some(
        (number) => 97 - (Number(number) % 97) === Number(id.slice(9)),
      ),
  },
  // Mexico, CURP.
  {
    form: /[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z\d]\d/,
    holds: (id) => isDay(id.slice(6, 8), id.slice(8, 10)),
  },
  // South Korea, resident registration number.
  {
    form: /\d{6}-[1-8]\d{6}/,
    holds: (id) => isDay(id.slice(2, 4), id.slice(4, 6)),
  },
  // China, resident identity number.
  {
    form: /[1-9]\d{5}(?:19|20)\d{9}[\dX]/,
    holds: (id) =>
      isDay(id.slice(10, 12), id.slice(12, 14)) &&
      "10X98765432"[weighted(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] ===
        id.at(-1),
  },
];

/** Matches one of the forms; `isNationalId` then checks the sum. */
export const nationalIdPattern = new RegExp(
  `(?<![\\p{L}\\p{N}_.,/-])(?:${FORMS.map(({ form }) => form.source).join("|")})(?![\\p{L}\\p{N}_]|[.,/-][\\p{L}\\p{N}])`,
  "gu",
);

export function isNationalId(text: string): boolean {
  const id = text.replaceAll(/[^A-Z\d]/g, "");
  return FORMS.some(({ form, holds }) => form.exec(text)?.[0] === text && holds(id));
}
