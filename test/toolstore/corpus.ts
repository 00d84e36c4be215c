/**
 * A library of tools that reads like a real one, written for these tests: every verb with every kind of
 * thing, some described in other words than they are named by, and requests that meet several of them.
 */
import { seededRandom } from "../../src/core/random.ts";

/** Names, what they do, and what people say instead. */
const VERBS = [
  ["get", "Returns", "show me"],
  ["search", "Searches for", "find"],
  ["create", "Creates", "set up"],
  ["delete", "Removes", "get rid of"],
  ["update", "Changes", "correct"],
  ["convert", "Converts", "turn around"],
  ["compare", "Compares", "tell apart"],
  ["summarize", "Summarizes", "sum up"],
  ["estimate", "Estimates", "guess"],
  ["schedule", "Plans", "arrange"],
  ["translate", "Translates", "say in French"],
  ["validate", "Checks", "is it right:"],
] as const;

const THINGS = [
  ["weather_forecast", "the weather forecast for a city and a date"],
  ["exchange_rate", "the exchange rate between two currencies on a day"],
  ["flight", "flights between two airports, with prices and times"],
  ["hotel_booking", "a booking of a hotel room for several nights"],
  ["recipe", "recipes by ingredients, diet and cooking time"],
  ["stock_price", "the price of a company's shares"],
  ["calendar_event", "an event in a person's calendar"],
  ["invoice", "an invoice with its customer, items and taxes"],
  ["patient_record", "the medical record of a patient, with medicines"],
  ["street_route", "a route through streets for car, bicycle or foot"],
  ["film_review", "reviews of films and how many stars they give"],
  ["music_playlist", "a playlist of songs by mood, singer or year"],
  ["soil_sample", "samples of soil: acidity, water and minerals of a field"],
  ["court_case", "cases of a court, their law and their verdict"],
  ["train_ticket", "tickets for trains, with seats and classes"],
  ["language_lesson", "lessons of a language for beginners"],
  ["planet_position", "where a planet stands in the sky above a place"],
  ["energy_use", "how much electricity a house uses in a month"],
  ["job_offer", "offers of jobs by profession, pay and region"],
  ["sports_result", "results of matches of a team in a season"],
  ["parcel", "a parcel on its way, by its number"],
] as const;

export interface CorpusTool {
  readonly name: string;
  readonly description: string;
}

/** 252 tools, each of its own name. */
export const CORPUS: readonly CorpusTool[] = VERBS.flatMap(([verb, does]) =>
  THINGS.map(([thing, words]) => ({ name: `${verb}_${thing}`, description: `${does} ${words}.` })),
);

/** Some in the words of a description, some in others, some that no tool serves. */
export function requests(count: number, seed: number): readonly string[] {
  const random = seededRandom(seed, "requests");
  const strange = ["water the tulips", "why is the sky blue", "xyzzy"];
  return Array.from({ length: count }, () => {
    const [verb, , instead] = random.pick(VERBS);
    const [thing, words] = random.pick(THINGS);
    return random.pick([
      `${verb} ${thing.replaceAll("_", " ")}`,
      `${instead} ${words}`,
      `please ${instead} the ${thing.replaceAll("_", " ")} of last Monday`,
      `${words} and ${random.pick(THINGS)[1]}`,
      random.pick(strange),
    ]);
  });
}
