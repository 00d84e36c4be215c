/** Parsing and formatting: money, numbers, durations, sizes, names, roman numerals. */
import { type Family, one } from "./job.ts";

const two = (value: number): string => String(value).padStart(2, "0");
const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

const roman = (value: number): string => {
  const marks = "M CM D CD C XC L XL X IX V IV I".split(" ");
  const sizes = [1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1];
  let [rest, text] = [value, ""];
  for (const [at, size] of sizes.entries()) {
    while (rest >= size) {
      text += marks[at];
      rest -= size;
    }
  }
  return text;
};

export const formats: Family = {
  development: {
    "thousands-separator": {
      objective: "Write a whole number with commas between thousands",
      reference: grouped,
      examples: one(5, 999, 1000, 12345, 1234567, 100, 20000, 987654, 1000000, 42),
      edges: one(0, 9999, 10_000, 99_999, 100_000, 1_000_000_000),
      draw: (r) => [r.int(0, 10 ** r.int(1, 9))],
    },
    "dollar-amount": {
      objective: "Format an amount in dollars with two decimals",
      reference: (amount: number) => `$${amount.toFixed(2)}`,
      examples: one(5, 3.5, 19.99, 0, 100, 0.25, 7.1, 1234, 42.42),
      edges: one(0.01, 0.1, 9999.99),
      draw: (r) => [r.decimal(0, 2_000, 2)],
    },
    "euro-cents": {
      objective: "Cents as a German euro amount",
      reference: (cents: number) => `${(cents / 100).toFixed(2).replace(".", ",")} €`,
      examples: one(100, 250, 5, 1999, 0, 99, 12345, 1010, 70),
      edges: one(1, 10, 101, 99_999),
      draw: (r) => [r.int(0, 100_000)],
    },
    "parse-money": {
      objective: "Read an amount of money as a number",
      reference: (text: string) => Number(text.replace(/[$,]/g, "")),
      examples: one(
        "$5.00",
        "$1,234.50",
        "$0.99",
        "$12,000.00",
        "$100",
        "$1,000,000.00",
        "$42.42",
        "$7",
      ),
      edges: one("$0", "$999.99", "$10,000,000.01"),
      draw: (r) => [`$${grouped(r.int(0, 2_000_000))}${r.pick(["", ".00", ".50", ".07"])}`],
    },
    "parse-duration": {
      objective: "Minutes of a duration such as 1h30m",
      reference: (text: string) =>
        Number(/(\d+)h/.exec(text)?.[1] ?? 0) * 60 + Number(/(\d+)m/.exec(text)?.[1] ?? 0),
      examples: one("1h30m", "45m", "2h", "10h5m", "1h", "90m", "3h15m", "0h20m", "12h"),
      edges: one("0m", "0h", "1h1m", "24h59m", "100h"),
      draw: (r) => [`${r.flag() ? `${r.int(0, 30)}h` : ""}${r.int(0, 59)}m`],
    },
    "format-duration": {
      objective: "Minutes as hours and minutes such as 1h30m",
      reference: (minutes: number) =>
        minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h${minutes % 60}m`,
      examples: one(90, 45, 125, 60, 59, 200, 5, 1439, 61),
      edges: one(0, 1, 119, 120, 600),
      draw: (r) => [r.int(0, 2_000)],
    },
    "clock-from-seconds": {
      objective: "Seconds as a clock H:MM:SS",
      reference: (s: number) =>
        `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`,
      examples: one(3661, 59, 60, 3600, 7325, 86399, 0, 754, 45296),
      edges: one(1, 3599, 3601, 36_000, 100_000),
      draw: (r) => [r.int(0, 90_000)],
    },
    "seconds-from-clock": {
      objective: "Seconds of a clock H:MM:SS",
      reference: (text: string) =>
        text.split(":").reduce((total, part) => total * 60 + Number(part), 0),
      examples: one(
        "1:01:01",
        "0:00:59",
        "0:01:00",
        "1:00:00",
        "2:02:05",
        "23:59:59",
        "0:12:34",
        "10:10:10",
      ),
      edges: one("0:00:00", "0:59:59", "100:00:01"),
      draw: (r) => [`${r.int(0, 30)}:${two(r.int(0, 59))}:${two(r.int(0, 59))}`],
    },
    ordinal: {
      objective: "English ordinal of a number: 1st, 2nd, 3rd, 4th",
      reference: (n: number) => {
        const teen = n % 100 >= 11 && n % 100 <= 13;
        return (
          n + (teen ? "th" : n % 10 === 1 ? "st" : n % 10 === 2 ? "nd" : n % 10 === 3 ? "rd" : "th")
        );
      },
      examples: one(1, 2, 3, 4, 11, 12, 13, 21, 22, 33, 10, 112),
      edges: one(0, 14, 20, 31, 101, 111, 113, 1012),
      draw: (r) => [r.int(1, 400)],
    },
    "file-size": {
      objective: "File size in B, KB or MB (1024 each), rounded down",
      reference: (bytes: number) =>
        bytes < 1024
          ? `${bytes} B`
          : bytes < 1_048_576
            ? `${Math.floor(bytes / 1024)} KB`
            : `${Math.floor(bytes / 1_048_576)} MB`,
      examples: one(500, 1023, 1024, 2048, 5000, 1048576, 3000000, 10, 900000, 52428800),
      edges: one(0, 1, 1025, 2047, 1_048_575, 2_097_151, 1_073_741_824),
      draw: (r) => [r.int(0, 10 ** r.int(2, 9))],
    },
    "to-roman": {
      objective: "Number to Roman numerals",
      reference: roman,
      examples: one(1, 4, 5, 9, 14, 40, 90, 400, 1994, 2024, 58, 3),
      edges: one(2, 6, 49, 99, 444, 500, 900, 999, 3999),
      draw: (r) => [r.int(1, 3_999)],
    },
    "last-first": {
      objective: "Turn First Last into Last, First",
      reference: (name: string) => {
        const [first, last] = name.split(" ");
        return `${last}, ${first}`;
      },
      examples: one(
        "Anna Meyer",
        "John Smith",
        "Ben Li",
        "Ada Lovelace",
        "Max Planck",
        "Marie Curie",
        "Li Wei",
        "Jo Ng",
      ),
      edges: one("A B", "Maximilian Featherstonehaugh"),
      draw: (r) => [r.name()],
    },
    "user-name": {
      objective: "User name: first letter of the first name and the last name, lower case",
      reference: (name: string) => {
        const [first = "", last = ""] = name.split(" ");
        return (first.charAt(0) + last).toLowerCase();
      },
      examples: one(
        "Anna Meyer",
        "John Smith",
        "Ben Li",
        "Ada Lovelace",
        "Max Planck",
        "Marie Curie",
        "Li Wei",
        "Jo Ng",
      ),
      edges: one("A B", "Maximilian Featherstonehaugh"),
      draw: (r) => [r.name()],
    },
    "phone-format": {
      objective: "Format ten digits as (555) 123-4567",
      reference: (d: string) => `(${d.slice(0, 3)}) ${d.slice(3, 6)}-${d.slice(6)}`,
      examples: one(
        "5551234567",
        "2125550199",
        "8005551212",
        "4159876543",
        "3101112222",
        "6174950001",
        "7209998888",
        "9171234000",
      ),
      edges: one("0000000000", "1234567890"),
      draw: (r) => [String(r.int(2_000_000_000, 9_999_999_999))],
    },
  },
  holdout: {
    "percent-text": {
      objective: "A share as percent text with one decimal: 0.256 is 25.6%",
      reference: (share: number) => `${(share * 100).toFixed(1)}%`,
      examples: one(0.256, 0.5, 1, 0, 0.125, 0.75, 0.031, 0.999, 0.08),
      edges: one(0.001, 0.01, 0.1, 2),
      draw: (r) => [r.decimal(0, 1, 3)],
    },
    "parse-percent": {
      objective: "Percent text as a share",
      reference: (text: string) => Number(text.replace("%", "")) / 100,
      examples: one("50%", "7%", "100%", "0%", "33%", "12%", "250%", "1%"),
      edges: one("99%", "10%", "1000%"),
      draw: (r) => [`${r.int(0, 200)}%`],
    },
    "twelve-hour-clock": {
      objective: "24-hour time to 12-hour time: 14:05 is 2:05 PM",
      reference: (time: string) => {
        const [hour = 0, minute = ""] = [Number(time.slice(0, 2)), time.slice(3)];
        return `${hour % 12 === 0 ? 12 : hour % 12}:${minute} ${hour < 12 ? "AM" : "PM"}`;
      },
      examples: one(
        "14:05",
        "09:30",
        "00:15",
        "12:00",
        "23:59",
        "11:45",
        "13:00",
        "06:10",
        "12:30",
        "20:20",
      ),
      edges: one("00:00", "01:01", "11:59", "12:59", "10:00"),
      draw: (r) => [`${two(r.int(0, 23))}:${two(r.int(0, 59))}`],
    },
    "parse-size": {
      objective: "Bytes of a size such as 5KB or 2MB (1024 each)",
      reference: (text: string) => {
        const number = Number.parseInt(text, 10);
        return number * (text.endsWith("KB") ? 1024 : text.endsWith("MB") ? 1_048_576 : 1);
      },
      examples: one("5KB", "2MB", "100B", "1KB", "1MB", "512B", "20KB", "3MB", "7B"),
      edges: one("0B", "0MB", "1024KB", "999B"),
      draw: (r) => [`${r.int(0, 900)}${r.pick(["B", "KB", "MB"])}`],
    },
    "from-roman": {
      objective: "Roman numeral to number",
      reference: (text: string) => {
        const size = (mark: string): number =>
          [1, 5, 10, 50, 100, 500, 1000]["IVXLCDM".indexOf(mark)] ?? 0;
        return [...text].reduce((sum, mark, at) => {
          const value = size(mark);
          return sum + (value < size(text.charAt(at + 1)) ? -value : value);
        }, 0);
      },
      examples: one(
        "I",
        "IV",
        "V",
        "IX",
        "XIV",
        "XL",
        "XC",
        "CD",
        "MCMXCIV",
        "MMXXIV",
        "LVIII",
        "III",
      ),
      edges: one("II", "VI", "XLIX", "XCIX", "CDXLIV", "D", "CM", "MMMCMXCIX"),
      draw: (r) => [roman(r.int(1, 3_999))],
    },
    "binary-text": {
      objective: "Number in binary with 8 digits",
      reference: (n: number) => n.toString(2).padStart(8, "0"),
      examples: one(0, 1, 2, 5, 10, 64, 100, 255, 129),
      edges: one(3, 127, 128, 254),
      draw: (r) => [r.int(0, 255)],
    },
    "abbreviate-number": {
      objective: "Short form of a number: 999, 1K, 25K, 3M, rounded down",
      reference: (n: number) =>
        n < 1_000
          ? String(n)
          : n < 1_000_000
            ? `${Math.floor(n / 1_000)}K`
            : `${Math.floor(n / 1_000_000)}M`,
      examples: one(5, 999, 1000, 1500, 25000, 999999, 1000000, 3400000, 120, 87000),
      edges: one(0, 1_999, 2_000, 100_000, 1_999_999, 50_000_000),
      draw: (r) => [r.int(0, 10 ** r.int(1, 8))],
    },
  },
};
