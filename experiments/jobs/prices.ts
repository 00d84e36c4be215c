/** Amounts that depend on conditions: tariffs, discounts, grades, fees. */
import { type Family, one } from "./job.ts";

const cents = (value: number): number => Math.round(value * 100) / 100;

export const prices: Family = {
  development: {
    shipping: {
      objective: "Shipping costs: 4.90 below a basket of 50, free from 50; express costs 6 more",
      reference: (basket: number, express: boolean) =>
        cents((basket >= 50 ? 0 : 4.9) + (express ? 6 : 0)),
      examples: [
        [20, false],
        [20, true],
        [49, false],
        [50, false],
        [50, true],
        [80, false],
        [120, true],
        [35, true],
        [10, false],
      ],
      edges: [
        [49.99, false],
        [49.99, true],
        [50.01, true],
        [0, false],
        [1000, true],
      ],
      draw: (r) => [r.decimal(0, 150, 2), r.flag()],
    },
    "quantity-discount": {
      objective: "Total price: from 10 pieces 10 % off, from 100 pieces 20 % off",
      reference: (pieces: number, price: number) =>
        cents(pieces * price * (pieces >= 100 ? 0.8 : pieces >= 10 ? 0.9 : 1)),
      examples: [
        [1, 5],
        [9, 2],
        [10, 2],
        [20, 3],
        [99, 1],
        [100, 1],
        [150, 4],
        [5, 8],
        [50, 6],
        [200, 2],
      ],
      edges: [
        [0, 5],
        [11, 1],
        [101, 10],
        [98, 5],
      ],
      draw: (r) => [r.int(0, 250), r.int(1, 30)],
    },
    "ticket-price": {
      objective: "Ticket price by age: under 6 free, under 18 costs 5, from 65 costs 7, others 10",
      reference: (age: number) => (age < 6 ? 0 : age < 18 ? 5 : age >= 65 ? 7 : 10),
      examples: one(3, 5, 6, 12, 17, 18, 30, 64, 65, 80),
      edges: one(0, 1, 19, 63, 66, 99),
      draw: (r) => [r.int(0, 100)],
    },
    "letter-grade": {
      objective: "Grade by points: A from 90, B from 80, C from 70, D from 60, else F",
      reference: (points: number) =>
        points >= 90 ? "A" : points >= 80 ? "B" : points >= 70 ? "C" : points >= 60 ? "D" : "F",
      examples: one(95, 90, 89, 80, 79, 70, 69, 60, 59, 30),
      edges: one(100, 0, 91, 81, 71, 61, 58),
      draw: (r) => [r.int(0, 100)],
    },
    "parking-fee": {
      objective:
        "Parking: the first hour is free, each started hour after that costs 2, at most 12 a day",
      reference: (minutes: number) => Math.min(12, Math.max(0, Math.ceil((minutes - 60) / 60)) * 2),
      examples: one(30, 60, 61, 90, 120, 150, 200, 240, 480, 600),
      edges: one(0, 1, 59, 121, 419, 420, 421, 1440),
      draw: (r) => [r.int(0, 1_440)],
    },
    "income-tax": {
      objective: "Tax: nothing up to 10000, 20 % of what is above, 40 % of what is above 50000",
      reference: (income: number) =>
        cents(Math.max(0, income - 10_000) * 0.2 + Math.max(0, income - 50_000) * 0.2),
      examples: one(5_000, 10_000, 15_000, 20_000, 30_000, 50_000, 60_000, 80_000, 100_000),
      edges: one(0, 9_999, 10_005, 50_010, 49_990),
      draw: (r) => [r.int(0, 300) * 500],
    },
    "net-to-gross": {
      objective: "Gross price: 19 % tax, 7 % if reduced, with two decimals",
      reference: (net: number, reduced: boolean) => cents(net * (reduced ? 1.07 : 1.19)),
      examples: [
        [100, false],
        [100, true],
        [50, false],
        [9.99, true],
        [20, true],
        [250, false],
        [3.5, false],
        [80, true],
        [1, false],
      ],
      edges: [
        [0, true],
        [0.01, false],
        [999.99, false],
      ],
      draw: (r) => [r.decimal(0, 300, 2), r.flag()],
    },
    "member-price": {
      objective:
        "Members pay 10 % less, and everybody pays 5 less from 100 on (looked up before the discount)",
      reference: (price: number, member: boolean) =>
        cents(price * (member ? 0.9 : 1) - (price >= 100 ? 5 : 0)),
      examples: [
        [50, false],
        [50, true],
        [100, false],
        [100, true],
        [200, true],
        [80, true],
        [150, false],
        [99, false],
        [120, true],
      ],
      edges: [
        [0, true],
        [99, true],
        [101, false],
        [1000, true],
      ],
      draw: (r) => [r.int(0, 300), r.flag()],
    },
    "overtime-pay": {
      objective: "Weekly pay: hours times wage, hours above 40 count one and a half times",
      reference: (hours: number, wage: number) =>
        hours * wage + Math.max(0, hours - 40) * wage * 0.5,
      examples: [
        [38, 10],
        [40, 15],
        [45, 10],
        [50, 20],
        [20, 12],
        [42, 18],
        [60, 10],
        [35, 22],
        [44, 14],
      ],
      edges: [
        [0, 10],
        [41, 10],
        [39, 20],
        [80, 16],
      ],
      draw: (r) => [r.int(0, 70), r.int(5, 20) * 2],
    },
    "traffic-light": {
      objective: "Status of a disk: ok below 70 percent, warning below 90, else critical",
      reference: (percent: number) => (percent < 70 ? "ok" : percent < 90 ? "warning" : "critical"),
      examples: one(10, 69, 70, 75, 89, 90, 95, 50, 100),
      edges: one(0, 68, 71, 88, 91),
      draw: (r) => [r.int(0, 100)],
    },
  },
  holdout: {
    "delivery-fee": {
      objective:
        "Delivery fee: 3 within 5 km, 1 more for each kilometre beyond, free for orders from 60",
      reference: (km: number, order: number) => (order >= 60 ? 0 : 3 + Math.max(0, km - 5)),
      examples: [
        [2, 20],
        [5, 30],
        [6, 30],
        [10, 40],
        [8, 60],
        [3, 80],
        [12, 59],
        [1, 10],
        [20, 100],
        [7, 15],
      ],
      edges: [
        [0, 0],
        [0, 60],
        [5, 59],
        [50, 5],
      ],
      draw: (r) => [r.int(0, 30), r.int(0, 100)],
    },
    "bmi-class": {
      objective:
        "Class of a body mass index: underweight below 18.5, normal below 25, overweight below 30, else obese",
      reference: (bmi: number) =>
        bmi < 18.5 ? "underweight" : bmi < 25 ? "normal" : bmi < 30 ? "overweight" : "obese",
      examples: one(17, 18.5, 22, 24.9, 25, 28, 29.9, 30, 35, 18),
      edges: one(10, 18.4, 24.5, 29.5, 50),
      draw: (r) => [r.decimal(12, 45, 1)],
    },
    "phone-plan": {
      objective:
        "Phone bill: 10 a month with 100 minutes, each minute more costs 0.10; abroad 5 more",
      reference: (minutes: number, abroad: boolean) =>
        cents(10 + Math.max(0, minutes - 100) * 0.1 + (abroad ? 5 : 0)),
      examples: [
        [50, false],
        [100, false],
        [120, false],
        [200, true],
        [80, true],
        [150, true],
        [300, false],
        [0, false],
        [110, true],
      ],
      edges: [
        [0, true],
        [101, false],
        [99, false],
        [1000, true],
      ],
      draw: (r) => [r.int(0, 50) * 10, r.flag()],
    },
    "rebate-by-status": {
      objective: "Price after rebate: gold 15 %, silver 10 %, bronze 5 %, others nothing",
      reference: (price: number, status: string) =>
        cents(
          price *
            (status === "gold" ? 0.85 : status === "silver" ? 0.9 : status === "bronze" ? 0.95 : 1),
        ),
      examples: [
        [100, "gold"],
        [100, "silver"],
        [100, "bronze"],
        [100, "none"],
        [40, "gold"],
        [60, "silver"],
        [80, "bronze"],
        [30, "none"],
        [200, "gold"],
        [20, "silver"],
      ],
      edges: [
        [0, "gold"],
        [1000, "bronze"],
      ],
      draw: (r) => [r.int(0, 20) * 20, r.pick(["gold", "silver", "bronze", "none"])],
    },
    "late-fee": {
      objective: "Library fee: 0.50 a day from the fourth day late on, at most 10",
      reference: (days: number) => Math.min(10, Math.max(0, days - 3) * 0.5),
      examples: one(0, 2, 3, 4, 5, 10, 15, 23, 30),
      edges: one(1, 22, 24, 365),
      draw: (r) => [r.int(0, 60)],
    },
  },
};
