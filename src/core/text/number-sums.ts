/** Check digits of payment cards and bank accounts. */

/** Beginnings and lengths of the numbers that card networks issue (ISO 7812). */
const CARD_NETWORKS: readonly (readonly [beginning: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^3(?:0[0-5]|[689])/, [14, 16, 19]],
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]],
  [/^(?:6011|64[4-9]|65|62|81)/, [16, 17, 18, 19]],
  [/^(?:50|5[6-9]|6[0-9])/, [16, 17, 18, 19]],
];

/** The digits of a payment card: a known network, and the sum of ISO 7812 is divisible by ten. */
export function hasLuhnSum(digits: string): boolean {
  const known = CARD_NETWORKS.some(
    ([beginning, lengths]) => beginning.test(digits) && lengths.includes(digits.length),
  );
  return known && !/^(\d)\1*$/.test(digits) && luhnRest(digits) === 0;
}

/** Every second digit from the right doubled, all digits added, modulo ten. */
export function luhnRest(digits: string): number {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10;
}

/** Countries by the length of their account numbers, from the IBAN registry (ISO 13616). */
const IBAN_COUNTRIES: Readonly<Record<number, string>> = {
  15: "NO",
  16: "BE",
  18: "DK FI FK FO NL SD",
  19: "MK SI",
  20: "AT BA EE KZ LT LU MN XK",
  21: "CH HR LI LV",
  22: "BG BH CR DE GB GE IE ME RS VA",
  23: "AE GI IL IQ OM SO TL",
  24: "AD CZ ES MD PK RO SA SE SK TN VG",
  25: "LY PT ST",
  26: "IS TR",
  27: "BI DJ FR GR IT MC MR SM",
  28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
  29: "BR EG PS QA UA",
  30: "JO KW MU YE",
  31: "MT SC",
  32: "LC",
  33: "RU",
};

/** An account number in one piece or in groups; the length is that of its country. */
export const ibanPattern = new RegExp(
  `(?<![A-Za-z\\d])(?:${Object.entries(IBAN_COUNTRIES)
    .map(
      ([length, countries]) =>
        `(?:${countries.replaceAll(" ", "|")})\\d{2}(?:[ \\u00a0\\u202f-]?[A-Z\\d]){${Number(length) - 4}}`,
    )
    .join("|")})(?![A-Za-z\\d])`,
  "gi",
);

/** The first four characters moved to the end, letters as numbers, remainder 1 modulo 97. */
export function hasIbanSum(iban: string): boolean {
  return rest97(`${iban.slice(4)}${iban.slice(0, 4)}`) === 1;
}

/** @param text Digits and capital letters; A counts as 10, Z as 35. */
function rest97(text: string): number {
  let rest = 0;
  for (const sign of text) {
    for (const digit of String(Number.parseInt(sign, 36))) rest = (rest * 10 + Number(digit)) % 97;
  }
  return rest;
}
