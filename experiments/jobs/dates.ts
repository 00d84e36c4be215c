/** Dates and times as texts. */
import { type Family, one } from "./job.ts";

const DAY_MS = 86_400_000;
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const day = (date: string): number => Date.parse(date) / DAY_MS;
const iso = (number: number): string => new Date(number * DAY_MS).toISOString().slice(0, 10);
const two = (value: number): string => String(value).padStart(2, "0");

export const dates: Family = {
  development: {
    "iso-to-german": {
      objective: "ISO date to the German form",
      reference: (date: string) => date.split("-").reverse().join("."),
      examples: one(
        "2024-05-17",
        "1999-12-31",
        "2023-01-01",
        "2020-02-29",
        "2010-10-10",
        "2001-07-04",
        "1985-11-23",
        "2024-08-09",
      ),
      edges: one("2000-01-31", "1970-01-01"),
      draw: (r) => [r.date()],
    },
    "us-to-iso": {
      objective: "US date M/D/YYYY to ISO",
      reference: (date: string) => {
        const [month = "", of = "", year = ""] = date.split("/");
        return `${year}-${month.padStart(2, "0")}-${of.padStart(2, "0")}`;
      },
      examples: one(
        "5/17/2024",
        "12/31/1999",
        "1/1/2023",
        "2/29/2020",
        "10/10/2010",
        "7/4/2001",
        "11/3/1985",
        "8/19/2024",
      ),
      edges: one("1/31/2000", "12/1/1970", "1/1/1970"),
      draw: (r) => [`${r.int(1, 12)}/${r.int(1, 28)}/${r.int(1950, 2030)}`],
    },
    "days-between": {
      objective: "Days between two dates",
      reference: (a: string, b: string) => day(b) - day(a),
      examples: [
        ["2024-01-01", "2024-01-31"],
        ["2024-02-28", "2024-03-01"],
        ["2023-02-28", "2023-03-01"],
        ["2024-01-01", "2025-01-01"],
        ["2020-06-15", "2020-06-15"],
        ["2022-12-24", "2023-01-06"],
        ["2021-03-01", "2021-05-01"],
        ["2019-07-04", "2019-07-14"],
      ],
      edges: [
        ["1999-12-31", "2000-01-01"],
        ["2000-02-28", "2000-03-01"],
      ],
      draw: (r) => {
        const date = r.date();
        return [date, iso(day(date) + r.int(0, 900))];
      },
    },
    "weekday-name": {
      objective: "Name of the weekday of a date",
      reference: (date: string) => DAYS[new Date(date).getUTCDay()],
      examples: one(
        "2024-06-03",
        "2024-06-04",
        "2024-06-05",
        "2024-06-06",
        "2024-06-07",
        "2024-06-08",
        "2024-06-09",
        "2023-12-25",
        "2025-01-01",
        "2022-10-10",
      ),
      edges: one("2000-02-29", "1999-12-31", "2000-01-01"),
      draw: (r) => [r.date()],
    },
    "month-name": {
      objective: "ISO date as 17 May 2024",
      reference: (date: string) =>
        `${Number(date.slice(8))} ${MONTHS[Number(date.slice(5, 7)) - 1]} ${date.slice(0, 4)}`,
      examples: one(
        "2024-05-17",
        "2023-01-02",
        "2020-02-29",
        "2019-03-10",
        "2022-04-30",
        "2021-06-05",
        "2018-07-14",
        "2017-08-21",
        "2016-09-09",
        "2015-10-31",
        "2014-11-11",
        "2013-12-24",
      ),
      edges: one("2000-01-31", "1999-12-01"),
      draw: (r) => [r.date()],
    },
    "business-days": {
      objective: "Add business days to a date",
      reference: (date: string, count: number) => {
        let now = day(date);
        for (let left = count; left > 0; ) if (![2, 3].includes(++now % 7)) left--;
        return iso(now);
      },
      examples: [
        ["2024-06-03", 1],
        ["2024-06-07", 1],
        ["2024-06-06", 3],
        ["2024-06-03", 5],
        ["2024-06-05", 10],
        ["2024-06-07", 2],
        ["2023-12-29", 1],
        ["2024-02-28", 2],
        ["2024-06-04", 0],
      ],
      edges: [
        ["2024-06-07", 5],
        ["2024-06-07", 0],
        ["2024-12-31", 3],
      ],
      draw: (r) => {
        const date = day(r.date());
        return [iso([2, 3].includes(date % 7) ? date + 2 : date), r.int(0, 12)];
      },
    },
    "end-of-month": {
      objective: "Last day of the date's month",
      reference: (date: string) =>
        new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)), 0))
          .toISOString()
          .slice(0, 10),
      examples: one(
        "2024-01-15",
        "2024-02-10",
        "2023-02-03",
        "2024-04-30",
        "2024-06-01",
        "2023-12-31",
        "2022-11-11",
        "2021-09-09",
        "2025-03-20",
      ),
      edges: one("2000-02-01", "1900-02-10", "2024-12-01"),
      draw: (r) => [r.date()],
    },
    quarter: {
      objective: "Quarter of a date, like Q2 2024",
      reference: (date: string) =>
        `Q${Math.ceil(Number(date.slice(5, 7)) / 3)} ${date.slice(0, 4)}`,
      examples: one(
        "2024-05-17",
        "2024-01-01",
        "2023-12-31",
        "2022-07-04",
        "2021-03-31",
        "2020-10-01",
        "2019-06-30",
        "2018-09-15",
      ),
      edges: one("2000-02-29", "1999-04-01", "2024-11-11", "2024-08-08"),
      draw: (r) => [r.date()],
    },
  },
  holdout: {
    "german-to-iso": {
      objective: "German date (D.M.YYYY) to ISO",
      reference: (date: string) => {
        const [of = "", month = "", year = ""] = date.split(".");
        return `${year}-${month.padStart(2, "0")}-${of.padStart(2, "0")}`;
      },
      examples: one(
        "17.5.2024",
        "31.12.1999",
        "1.1.2023",
        "29.2.2020",
        "10.10.2010",
        "4.7.2001",
        "23.11.1985",
        "9.8.2024",
      ),
      edges: one("31.1.2000", "1.12.1970"),
      draw: (r) => [`${r.int(1, 28)}.${r.int(1, 12)}.${r.int(1950, 2030)}`],
    },
    "add-days": {
      objective: "Add a number of days to a date",
      reference: (date: string, days: number) => iso(day(date) + days),
      examples: [
        ["2024-01-01", 30],
        ["2024-02-28", 1],
        ["2023-02-28", 1],
        ["2023-12-31", 1],
        ["2020-06-15", 0],
        ["2022-12-24", 14],
        ["2021-03-01", 365],
        ["2019-07-04", 7],
      ],
      edges: [
        ["2000-02-28", 1],
        ["1999-12-31", 366],
      ],
      draw: (r) => [r.date(), r.int(0, 400)],
    },
    "age-in-years": {
      objective: "Age in whole years on a day",
      reference: (born: string, on: string) =>
        Number(on.slice(0, 4)) - Number(born.slice(0, 4)) - (on.slice(5) < born.slice(5) ? 1 : 0),
      examples: [
        ["1990-05-17", "2024-05-17"],
        ["1990-05-17", "2024-05-16"],
        ["2000-01-01", "2023-12-31"],
        ["1985-11-23", "2020-12-01"],
        ["2010-10-10", "2024-03-05"],
        ["1999-07-04", "2024-07-05"],
        ["1970-02-28", "2000-02-27"],
        ["2001-09-30", "2019-10-01"],
      ],
      edges: [
        ["2000-12-31", "2001-01-01"],
        ["2000-01-02", "2000-12-31"],
        ["2000-05-10", "2010-05-09"],
        ["2000-05-10", "2010-06-01"],
      ],
      draw: (r) => {
        const born = r.date();
        return [born, iso(day(born) + r.int(0, 20_000))];
      },
    },
    "time-difference": {
      objective: "Minutes from one time (HH:MM) to a later one of the same day",
      reference: (a: string, b: string) => {
        const minutes = (time: string): number =>
          Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
        return minutes(b) - minutes(a);
      },
      examples: [
        ["08:00", "09:30"],
        ["10:15", "10:45"],
        ["12:50", "13:05"],
        ["00:00", "23:59"],
        ["07:07", "07:07"],
        ["09:30", "17:00"],
        ["14:20", "16:10"],
        ["06:45", "12:00"],
      ],
      edges: [
        ["00:00", "00:01"],
        ["11:59", "12:00"],
      ],
      draw: (r) => {
        const hour = r.int(0, 22);
        return [
          `${two(hour)}:${two(r.int(0, 59))}`,
          `${two(r.int(hour + 1, 23))}:${two(r.int(0, 59))}`,
        ];
      },
    },
  },
};
